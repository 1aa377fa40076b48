package boot

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	problemsFile = "/run/smartpos/problems"
	maxProblems  = 100
	lateAfter    = 5 * time.Second // a child that is not ready by then shares the processor with the late modules
	stepLimit    = 2 * time.Minute // for all of the steps before the child; the watchdog is fed that long
	pollNode     = 5 * time.Millisecond
)

// Options are what process 1 runs with.
type Options struct {
	// System is the machine; nil is [Linux].
	System System
	// Config is the board's; nil is read from [ConfigFile].
	Config *Config
	// Console takes the log and the child's output; nil is standard output.
	Console io.Writer
	// Show draws a notice on the screen; nil draws nothing. It is called from a goroutine of its own, never twice at
	// a time; notices that come while it draws are dropped, save for the latest. A child starts at the earliest half
	// a second after it was called, and then has the screen.
	Show func(Notice)
}

// Problem is a step of the boot that failed.
type Problem struct {
	Step string
	Err  error
}

func (p Problem) String() string { return p.Step + ": " + p.Err.Error() }

// Main is process 1. It never returns.
func Main(o Options) {
	if o.System == nil {
		o.System = Linux()
	}
	err := Run(o)
	fmt.Fprintln(os.Stderr, "boot:", err)
	// Process 1 must not end, for the kernel would panic. The watchdog is still running if there is one.
	for {
		time.Sleep(time.Hour)
	}
}

// Run brings the board up, keeps the terminal running, and ends the system when it is asked to. It returns what
// [System].Halt does: on a real system, only an error.
func Run(o Options) error {
	if o.Console == nil {
		o.Console = os.Stdout
	}
	b := &booter{sys: o.System, console: newConsole(o.Console, o.System), reaper: newReaper(o.System), ready: make(chan struct{}), loaded: make(chan struct{})}
	b.childReady = sync.OnceFunc(func() { close(b.ready) })
	defer b.console.close()
	defer b.reaper.close()
	ctx, stop := context.WithCancel(context.Background())
	defer b.background.Wait()
	defer stop()
	running, end := context.WithCancel(context.Background())
	defer end()
	b.running = running
	b.keeper = b.newKeeper()
	b.spawn(func() { b.keeper.run(running, b.loaded) })
	b.show = b.startScreen(running, o.Show)
	asked := make(chan How, 1)
	b.spawn(func() { b.signals(ctx, stop, asked) })

	how := b.serve(ctx, o.Config)
	if how == 0 {
		how = <-asked
	}
	return b.end(how)
}

// booter is process 1's state.
type booter struct {
	sys        System
	cfg        Config
	console    *console
	reaper     *reaper
	show       func(Notice) <-chan struct{}
	lease      lease
	watched    bool            // a watchdog runs
	keeper     *keeper         // of the USB stick
	ready      chan struct{}   // closed when a child has been ready for the first time
	childReady func()          // closes it
	loaded     chan struct{}   // closed when the late modules are there
	running    context.Context // ends when the system does, after what ends with a request to stop
	background sync.WaitGroup

	mu       sync.Mutex
	problems []Problem
}

func (b *booter) log(format string, args ...any) { b.console.logf(format, args...) }

// spawn runs f beside the supervision.
func (b *booter) spawn(f func()) { b.background.Go(f) }

// signals turns the first signal into a request to end.
func (b *booter) signals(ctx context.Context, stop func(), asked chan<- How) {
	select {
	case s := <-b.sys.Signals():
		how := PowerOff
		if s == syscall.SIGINT {
			how = Reboot
		}
		b.log("asked to %v by %v", how, s)
		asked <- how
		stop()
	case <-ctx.Done():
	}
}

// serve is everything between the first mount and the last: it returns how the system is to end, or 0 when ctx
// ended, whose cause then knows.
func (b *booter) serve(ctx context.Context, given *Config) How {
	b.mountSystem()
	if err := b.configure(given); err != nil {
		b.problem("configuration", err)
		b.show(Notice{Kind: BadConfig, Err: err})
		<-ctx.Done() // only a person can help; the reaper and the signals still work
		return 0
	}
	b.prepare(ctx)
	if !b.until(ctx, "settings", b.cfg.Settings.Device, NoSettings, b.mountSettings) ||
		!b.until(ctx, "data", b.cfg.Data.Device, NoData, b.mountData) {
		return 0
	}
	b.setClock(b.cfg.Data.Dir)
	return b.supervise(ctx)
}

// until repeats a step without which nothing may be sold, with the reason on the screen meanwhile: every ten seconds,
// and as soon as a device that was missing is plugged in. It reports false when ctx ended before.
func (b *booter) until(ctx context.Context, step, device string, kind NoticeKind, do func(context.Context) error) bool {
	for {
		err := do(ctx)
		if err == nil || ctx.Err() != nil {
			return err == nil
		}
		b.problem(step, err)
		b.show(Notice{Kind: kind, Err: err, After: retryAfter})
		b.lease.extend(retryAfter + stepLimit)
		if b.sys.Exists(device) {
			sleep(ctx, retryAfter)
		} else {
			b.waitDevice(ctx, device, retryAfter)
		}
	}
}

// mountSystem mounts what the kernel offers.
func (b *booter) mountSystem() {
	for _, m := range []Mount{
		{Source: "proc", Dir: "/proc", Type: "proc"},
		{Source: "sysfs", Dir: "/sys", Type: "sysfs"},
		{Source: "devtmpfs", Dir: "/dev", Type: "devtmpfs", Device: true},
		{Source: "tmpfs", Dir: "/run", Type: "tmpfs", Options: "mode=0755,size=4m"},
		{Source: "tmpfs", Dir: "/tmp", Type: "tmpfs", Options: "mode=1777,size=16m"},
		// Below the stick, so that nothing can be written there when none is in: it would lie in memory, and pass for a backup.
		{Source: "tmpfs", Dir: StickDir, Type: "tmpfs", ReadOnly: true, Options: "mode=0700,size=4k"},
	} {
		if err := b.sys.Mount(m); err != nil {
			b.problem("mounts", err)
		}
	}
}

// configure takes the configuration that was given, or the image's.
func (b *booter) configure(given *Config) (err error) {
	if given != nil {
		b.cfg = *given
		b.cfg.defaults()
		return b.cfg.Check()
	}
	text, err := os.ReadFile(ConfigFile)
	if err != nil {
		return err
	}
	b.cfg, err = ParseConfig(text)
	return err
}

// prepare does the steps that nothing depends on but comfort: none of them can stop the boot.
func (b *booter) prepare(ctx context.Context) {
	b.lease.set(stepLimit)
	b.setClock("")
	b.loadModules(b.cfg.Modules)
	b.startWatchdog()
	b.spawn(func() { b.network(ctx) })
	b.spawn(func() { b.late(ctx) })
	waiting, cancel := context.WithTimeout(ctx, b.cfg.NodesLimit.D())
	defer cancel()
	for _, node := range b.cfg.Nodes {
		if !b.waitNode(waiting, node) {
			b.problem("nodes", fmt.Errorf("%s is missing", node))
		}
	}
	if b.cfg.Graphics != "" {
		if err := b.sys.Graphics(b.cfg.Graphics); err != nil {
			b.problem("graphics", err)
		}
	}
}

func (b *booter) loadModules(entries []string) {
	for _, entry := range entries {
		file, params, _ := strings.Cut(entry, " ")
		if err := b.sys.LoadModule(file, params); err != nil {
			b.problem("modules", err)
		}
	}
	b.log("%d modules", len(entries))
}

func (b *booter) setClock(dir string) {
	before := b.sys.Now()
	from, err := setClock(b.sys, b.cfg.Built, dir, b.cfg.NoRTC)
	if err != nil {
		b.problem("clock", err)
	}
	if now := b.sys.Now(); now.Sub(before).Abs() > time.Second {
		b.log("clock: %s, from the %s", now.In(Zone()).Format(time.DateTime), from.from)
	}
}

func (b *booter) startWatchdog() {
	w := b.cfg.Watchdog
	if w.Device == "" {
		return
	}
	dog, timeout, err := b.sys.OpenWatchdog(w.Device, w.Timeout.D())
	if err != nil {
		b.problem("watchdog", err)
		return
	}
	b.watched = true
	b.log("watchdog: %s resets after %v", w.Device, timeout)
	b.spawn(func() { b.lease.feed(b.running, dog, timeout, b.console) })
}

// waitNode waits for a node until ctx ends.
func (b *booter) waitNode(ctx context.Context, node string) bool {
	for !b.sys.Exists(node) {
		if !sleep(ctx, pollNode) {
			return b.sys.Exists(node)
		}
	}
	return true
}

// lateLimit is when a late node is reported as missing; it may still come.
const lateLimit = 15 * time.Second

// late does what the first screen can do without: a cashier sees it sooner.
func (b *booter) late(ctx context.Context) {
	if len(b.cfg.LateModules) > 0 {
		select {
		case <-b.ready:
		case <-time.After(lateAfter):
		case <-ctx.Done():
			return
		}
		b.loadModules(b.cfg.LateModules)
	}
	close(b.loaded)
	b.lateNodes(ctx)
}

func (b *booter) lateNodes(ctx context.Context) {
	waiting, cancel := context.WithTimeout(ctx, lateLimit)
	defer cancel()
	for _, node := range b.cfg.Late {
		switch {
		case b.waitNode(waiting, node):
			b.log("lines: %s is there", node)
		case ctx.Err() == nil:
			b.problem("lines", fmt.Errorf("%s is missing: not plugged in?", node))
		}
	}
}

// problem notes a step that failed; the boot goes on.
func (b *booter) problem(step string, err error) {
	p := Problem{step, err}
	b.log("PROBLEM %v", p)
	b.mu.Lock()
	defer b.mu.Unlock()
	known := slices.ContainsFunc(b.problems, func(q Problem) bool { return q.String() == p.String() })
	if known || len(b.problems) >= maxProblems {
		return
	}
	b.problems = append(b.problems, p)
	var text strings.Builder
	for _, p := range b.problems {
		fmt.Fprintln(&text, p)
	}
	if err := b.sys.WriteFile(problemsFile, []byte(text.String())); err != nil && step != "mounts" {
		b.log("%s: %v", problemsFile, err)
	}
}

// sleep waits for d, and reports false when ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
