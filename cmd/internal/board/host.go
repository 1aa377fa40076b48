package board

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"smartpos/cmd/internal/board/stick"
	"smartpos/device"
	"smartpos/device/display"
	"smartpos/device/pty"
)

// Files of a host board, in its folder.
const (
	profileFile = "profile.toml"
	logFile     = "pos.log"    // standard error
	eventsFile  = "events.log" // the firmware's own, in its data folder
)

const (
	// keyLimit is how long the firmware may take to read a key from its line.
	keyLimit = 3 * time.Second
	// drawLimit is how long a key is given to show on the display. A key may well change nothing there, so this
	// only bounds the courtesy; what must be on the display is for the caller to wait for.
	drawLimit = 150 * time.Millisecond
	// stopGrace is how long the firmware gets to end when the board is closed.
	stopGrace = 2 * time.Second
	// maxLog is how large the log may be when a run starts; then it is begun anew.
	maxLog = 4 << 20
	// maxSocketPath is what fits into a unix socket's address.
	maxSocketPath = 100
)

// hostBackend runs the native firmware as a process: serial lines are ptys, the framebuffer is a file.
type hostBackend struct {
	dir     string
	argv    []string
	shim    []string
	data    string
	watch   Watch
	console *pty.Master
	screen  *screen
	drawn   *pulse

	mu   sync.Mutex
	proc *process
}

// newHost prepares a board in dir for the firmware binary, by the profile that lies there.
func newHost(dir, firmware string, shim []string, profile *device.Profile, watch Watch) (*hostBackend, error) {
	h := &hostBackend{
		dir: dir, shim: shim, data: profile.Path(profile.Data), watch: watch, drawn: newPulse(),
		argv: []string{firmware, "-profile", filepath.Join(dir, profileFile)},
	}
	if err := os.MkdirAll(h.data, 0o700); err != nil {
		return nil, err
	}
	fb := display.FramebufferConfig{
		Path:   profile.Path(profile.Display.Device),
		Width:  profile.Display.Width,
		Height: profile.Display.Height,
		Format: display.Format(profile.Display.Format),
		Stride: profile.Display.Stride,
		Notify: profile.Path(profile.Display.Flush),
	}
	if len(fb.Notify) > maxSocketPath {
		return nil, fmt.Errorf("%s is too long for a socket's name; give --dir a folder with a shorter path", fb.Notify)
	}
	err := h.unplugStick() // of a board that was killed
	if err != nil {
		return nil, err
	}
	if h.screen, err = newScreen(fb, func() { h.drawn.beat(); watch.Drawn() }); err != nil {
		return nil, fmt.Errorf("display: %w", err)
	}
	if h.console, err = pty.Open(profile.Path(profile.Keypad.Device)); err != nil {
		_ = h.screen.Close()
		return nil, fmt.Errorf("console: %w", err)
	}
	return h, nil
}

// unplugStick leaves no link to the stick behind.
func (h *hostBackend) unplugStick() error {
	link := filepath.Join(h.dir, StickDir)
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		return nil
	}
	return os.Remove(link)
}

func (h *hostBackend) Name() string { return hostName }

func (h *hostBackend) On(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.proc != nil {
		return ErrPowered
	}
	log, err := h.openLog()
	if err != nil {
		return err
	}
	defer log.Close() // the firmware has its own
	h.screen.light(true)
	p, err := startProcess(h.dir, h.argv, h.shim, h.data, log)
	if err != nil {
		h.screen.light(false)
		return err
	}
	h.proc = p
	go func() {
		<-p.done
		if p.itself {
			h.screen.light(false) // the board's supervisor would show the same: nothing
			h.watch.Ended(p.err)
		}
	}()
	return nil
}

// openLog opens the log to append to; a run's first line tells it from the one before.
func (h *hostBackend) openLog() (*os.File, error) {
	name := filepath.Join(h.dir, logFile)
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(name); err == nil && info.Size() > maxLog {
		flags |= os.O_TRUNC
	}
	log, err := os.OpenFile(name, flags, 0o600)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(log, "--- power on, %s\n", time.Now().Format(time.DateTime)); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	return log, nil
}

func (h *hostBackend) current() *process {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.proc
}

func (h *hostBackend) Kill() {
	if p := h.current(); p != nil {
		p.kill()
	}
}

func (h *hostBackend) Cut() error {
	return h.end(func(p *process) { p.kill(); <-p.done })
}

// end ends the run, if there is one, and empties the keyboard's line.
func (h *hostBackend) end(how func(*process)) error {
	p := h.current()
	if p == nil {
		return nil
	}
	how(p)
	h.screen.light(false)
	h.mu.Lock()
	h.proc = nil
	h.mu.Unlock()
	return errors.Join(h.console.Hangup(), h.console.Replug())
}

func (h *hostBackend) Plug(s Socket) (Cable, error) {
	m, err := pty.Open(filepath.Join(h.dir, string(s)))
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (h *hostBackend) Press(ctx context.Context, key string, hold time.Duration) error {
	return h.Type(ctx, string(consoleByte(Stroke{key, hold})))
}

func (h *hostBackend) Type(ctx context.Context, text string) error {
	p := h.current()
	if p == nil {
		return ErrNoPower
	}
	ctx, cancel := context.WithTimeout(ctx, keyLimit)
	defer cancel()
	drawn := h.drawn.next()
	if err := h.console.SetWriteDeadline(time.Now().Add(keyLimit)); err != nil {
		return err
	}
	if _, err := h.console.Write([]byte(text)); err != nil {
		if p.ended() {
			return ErrNoPower
		}
		return fmt.Errorf("%w: %w", ErrNotTaken, err)
	}
	if err := h.taken(ctx, p); err != nil && !p.ended() { // what ended it may be the key: it was pressed
		return err
	}
	select {
	case <-drawn:
	case <-time.After(drawLimit):
	case <-p.done:
	}
	return nil
}

// taken waits until the firmware has read all that was written on its console, or has ended.
func (h *hostBackend) taken(ctx context.Context, p *process) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	fd, err := unix.Open(h.console.Link(), unix.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("%w: console: %w", ErrNotTaken, err)
	}
	defer unix.Close(fd)
	for {
		n, err := unix.IoctlGetInt(fd, unix.TIOCINQ)
		if err != nil {
			return fmt.Errorf("%w: console: %w", ErrNotTaken, err)
		}
		if n == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.done:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("%w: %d bytes wait on its console", ErrNotTaken, n)
		}
	}
}

func (h *hostBackend) Network(context.Context, bool) error {
	return fmt.Errorf("%w: its network is this host's; use network=down", ErrUnsupported)
}

func (h *hostBackend) Medium() stick.Stick { return stick.Folder(filepath.Join(h.dir, stickFiles)) }

// Stick makes the folder of the stick be where the firmware looks for one, or not.
func (h *hostBackend) Stick(_ context.Context, plugged, _ bool) error {
	if plugged {
		return os.Symlink(stickFiles, filepath.Join(h.dir, StickDir))
	}
	return os.Remove(filepath.Join(h.dir, StickDir))
}

func (h *hostBackend) ArmStickWrite(int, func()) error {
	return fmt.Errorf("%w: its stick is a folder, which nobody can pull out in the middle of a write", ErrUnsupported)
}

func (h *hostBackend) Console(string) error {
	return fmt.Errorf("%w: its standard input is empty", ErrUnsupported)
}

func (h *hostBackend) Screen() image.Image { return h.screen.Picture() }

func (h *hostBackend) ArmDiskWrite(n int, cut func()) error {
	p := h.current()
	if p == nil {
		return ErrNoPower
	}
	return p.armDiskWrite(n, cut)
}

// Data is the firmware's own folder.
func (h *hostBackend) Data(context.Context) (string, func() error, error) {
	return h.data, func() error { return nil }, nil
}

// Log is the end of what the firmware said on standard error and, where it keeps one, of its event log.
func (h *hostBackend) Log(limit int) string {
	text := tail(filepath.Join(h.dir, logFile), limit)
	if events := tail(filepath.Join(h.data, eventsFile), limit); events != "" {
		text += "--- " + eventsFile + "\n" + events
	}
	return text
}

// tail is the end of a file, at most limit bytes; empty when there is none.
func tail(name string, limit int) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	from := max(0, info.Size()-int64(limit))
	text := make([]byte, info.Size()-from)
	n, _ := f.ReadAt(text, from)
	return strings.ToValidUTF8(string(text[:n]), "\uFFFD")
}

// Close asks the firmware to end, so that an ordinary end of the board is no power cut.
func (h *hostBackend) Close() error {
	err := h.end(func(p *process) { p.stop(stopGrace) })
	return errors.Join(err, h.unplugStick(), h.console.Close(), h.screen.Close())
}

// pulse tells waiters of the next beat.
type pulse struct {
	mu sync.Mutex
	c  chan struct{}
}

func newPulse() *pulse { return &pulse{c: make(chan struct{})} }

func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.c)
	p.c = make(chan struct{})
}

func (p *pulse) next() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.c
}
