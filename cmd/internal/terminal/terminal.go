package terminal

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"smartpos/cmd/internal/daybook"
	"smartpos/device/boot"
	"smartpos/keypad"
	"smartpos/printer"
	"smartpos/scanner"
	"smartpos/txn"
)

// tick is how often the machine is told that time passes: often enough for a countdown and a poll of
// seconds, seldom enough to cost nothing.
const tick = 100 * time.Millisecond

// shutLimit is how long workers have at the end, before process 1 would kill all of it. Whoever hangs in the kernel with a
// stick is left there, so that the journal is let go of all the same.
const shutLimit = 8 * time.Second

// redrawAfter is the wait before a display that did not take a screen is given it again: one that blocks costs seconds.
const redrawAfter = 5 * time.Second

// eventQueue bounds what workers can have told before the loop takes it; beyond it they wait.
const eventQueue = 64

// Printer is what the loop needs of a printer; *printer.Driver is one.
type Printer interface {
	Print(ctx context.Context, r printer.Receipt) error
	Status(ctx context.Context) (printer.Status, error)
	Kick(ctx context.Context) error
}

// Screen shows what the machine draws.
type Screen interface {
	Show(s txn.Screen) error
	Close() error
}

// Pulse is told by the loop that it is alive, at every turn, and once that the terminal is ready. *boot.Pulse is one.
type Pulse interface {
	Beat()
	Ready()
}

// Ports are the terminal's connections to the world. Scanner and Printer may be nil; Journal is nil when
// none could be opened.
type Ports struct {
	Journal txn.Journal
	// Networks sets the networks up and returns them, without those that can't be. It is called once, beside the
	// selling: on a slow board their keys take longer than everything else that a start needs.
	Networks   func() Networks
	Keys       keypad.Source
	Offline    Sealer  // makes offline codes with an answer; nil: none are made
	Scheme     Schemer // writes a scheme's codes; nil: none are written
	Scanner    scanner.Engine
	Continuous bool // the engine reads all the time
	Codes      *scanner.Table
	Printer    Printer
	Screen     Screen
	Beep       func(txn.BeepKind)    // may be nil
	Pulse      Pulse                 // may be nil
	SetClock   func(time.Time) error // sets a board's clock forward to a time that was proved; nil: the clock is not ours
	Desk       *daybook.Desk         // where days are reconciled; may be nil
	Log        *slog.Logger
	// Repair makes a damaged journal again, for a machine that [NewRepairing] made; may be nil.
	Repair Repairer
	// Upkeep looks after the journal while idle says that nobody is being served, until its context ends; may be nil.
	Upkeep  func(ctx context.Context, idle func() bool, tell func(txn.Event))
	Backups Backups // written beside the selling; may be nil

	RequestTimeout time.Duration // of one request to a network
}

// Terminal is a running terminal.
type Terminal struct {
	ports   Ports
	machine *txn.Machine
	start   time.Time
	events  chan txn.Event
	work    sync.WaitGroup
	books   sync.Mutex // held while a day is reconciled

	idle     atomic.Bool // nobody is being served
	commits  *lane[txn.Commit]
	prints   *lane[txn.Effect] // what the printer is to do: txn.Print and txn.Kick
	triggers *lane[bool]
	screen   txn.Screen // the latest
	shownAt  time.Time  // when the display was last given one
	screenOK bool       // it has taken it

	restart bool // the loop ends, and everything begins again

	tills   tills
	enabled []txn.NetworkID

	clockDoubt chan struct{} // a request failed for the clock
}

// New returns a terminal that takes up what its journal knows.
func New(cfg txn.Config, start txn.Start, ports Ports) *Terminal {
	t := newTerminal(ports)
	t.machine = txn.New(cfg, start, t.now())
	for _, n := range cfg.Networks {
		t.enabled = append(t.enabled, n.ID)
	}
	ports.Log.Info("ready", "pending", len(start.Pending), "exceptions", len(start.Exceptions))
	return t
}

// ErrRestart is returned by [Terminal.Run] when the terminal is to be opened again: its journal has been repaired.
var ErrRestart = errors.New("terminal: start again")

// NewRepairing returns a terminal that has its damaged journal repaired and then ends with [ErrRestart].
func NewRepairing(cfg txn.Config, why error, ports Ports) *Terminal {
	t := newTerminal(ports)
	t.machine = txn.NewRepairing(cfg, t.now())
	ports.Log.Error("the journal is damaged", "why", why)
	return t
}

// NewHalted returns a terminal that only says why it doesn't sell.
func NewHalted(cfg txn.Config, why error, ports Ports) *Terminal {
	t := newTerminal(ports)
	t.machine = txn.NewHalted(cfg, why, t.now())
	ports.Log.Error("halted", "why", why)
	return t
}

func newTerminal(ports Ports) *Terminal {
	if ports.Pulse == nil {
		ports.Pulse = (*boot.Pulse)(nil)
	}
	if ports.Networks == nil {
		ports.Networks = func() Networks { return Networks{} }
	}
	return &Terminal{
		ports: ports, start: time.Now(), events: make(chan txn.Event, eventQueue), screenOK: true,
		commits: newLane[txn.Commit](), prints: newLane[txn.Effect](), triggers: newLane[bool](),
		clockDoubt: make(chan struct{}, 1), tills: newTills(),
	}
}

// Run works until ctx ends, the keys end (a console that was closed), or the terminal is to start again ([ErrRestart]). It then waits for the workers, 8 s at most, and
// closes what the ports hold open. Requests in flight are cut short: the journal takes them up next time.
func (t *Terminal) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	t.work.Go(func() { ended <- t.readKeys(ctx) })
	t.work.Go(func() { t.commitAll(ctx) })
	if t.ports.Printer != nil {
		t.work.Go(func() { t.printAll(ctx) })
	}
	if t.ports.Scanner != nil {
		t.work.Go(func() { t.readCodes(ctx) })
		t.work.Go(func() { t.pullTrigger(ctx) })
	}
	err := t.loop(ctx, ended)
	cancel()
	return errors.Join(err, t.shut())
}

// loop feeds the machine until the end.
func (t *Terminal) loop(ctx context.Context, ended <-chan error) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	t.step(ctx, txn.Tick{})
	if t.ports.Offline == nil {
		t.step(ctx, txn.OfflineOut{})
	}
	t.ports.Pulse.Ready()
	t.work.Go(func() { t.openNetworks(ctx) })
	if t.ports.Backups != nil {
		t.work.Go(func() { t.ports.Backups.Run(ctx, func(ev txn.Event) { t.tell(ctx, ev) }) })
	}
	if t.ports.Upkeep != nil {
		t.work.Go(func() { t.ports.Upkeep(ctx, t.idle.Load, func(ev txn.Event) { t.tell(ctx, ev) }) })
	}
	for {
		if t.restart {
			return ErrRestart
		}
		t.ports.Pulse.Beat()
		select {
		case <-ctx.Done():
			return nil
		case err := <-ended:
			return err
		case ev := <-t.events:
			t.step(ctx, ev)
		case <-ticker.C:
			t.step(ctx, txn.Tick{})
			t.redraw(time.Now())
		}
	}
}

// shut closes the ports and waits for the workers, but not for ever.
func (t *Terminal) shut() error {
	var errs []error
	for _, c := range []io.Closer{t.ports.Keys, t.ports.Scanner} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	worked := make(chan struct{})
	go func() { t.work.Wait(); close(worked) }()
	select {
	case <-worked:
	case <-time.After(shutLimit):
		t.ports.Log.Warn("stop", "err", "something hangs, perhaps with a stick, and is left to itself")
	}
	return errors.Join(append(errs, t.ports.Screen.Close())...)
}

func (t *Terminal) now() txn.Time {
	now := time.Now()
	return txn.Time{Wall: now.Round(0), Mono: now.Sub(t.start)}
}

// step takes one event through the machine and carries out what it decides.
func (t *Terminal) step(ctx context.Context, ev txn.Event) {
	for _, eff := range t.machine.Step(t.now(), ev) {
		switch e := eff.(type) {
		case txn.Draw:
			t.show(e.Screen)
		case txn.Commit:
			t.commits.add(e)
		case txn.Request:
			t.request(ctx, e)
		case txn.RefundRequest:
			t.requestRefund(ctx, e)
		case txn.Recall:
			t.recall(ctx, e)
		case txn.RecallBatch:
			t.recallBatch(ctx, e)
		case txn.CheckPIN:
			t.checkPIN(ctx, e)
		case txn.HashPIN:
			t.hashPIN(ctx, e)
		case txn.MakeOffline:
			t.makeOffline(ctx, e)
		case txn.CheckAnswer:
			t.checkAnswer(ctx, e)
		case txn.Repair:
			t.work.Go(func() { t.repair(ctx, e.By) })
		case txn.Restart:
			t.restart = true
		case txn.Print, txn.Kick:
			t.prints.add(e)
		case txn.Trigger:
			t.triggers.replace(e.On)
		case txn.Reconcile:
			t.reconcile(ctx, e.Day)
		case txn.Backup:
			t.backUp(ctx)
		case txn.Beep:
			if t.ports.Beep != nil {
				t.ports.Beep(e.Kind)
			}
		case txn.Note:
			t.ports.Log.Info(e.Text, "order", e.Order)
		}
	}
	t.idle.Store(t.machine.Idle())
}

// show draws. A display that fails is said once in the log; the terminal goes on without it, since a
// payment may be under way, and everything is drawn again when it is back.
func (t *Terminal) show(s txn.Screen) {
	t.screen = s
	err := t.ports.Screen.Show(s)
	t.shownAt = time.Now()
	if (err == nil) != t.screenOK {
		t.screenOK = err == nil
		t.ports.Log.Warn("display", "err", err)
	}
}

// redraw gives the screen to a display that did not take it.
func (t *Terminal) redraw(now time.Time) {
	if !t.screenOK && now.Sub(t.shownAt) >= redrawAfter {
		t.show(t.screen)
	}
}

// tell hands an event to the loop.
func (t *Terminal) tell(ctx context.Context, ev txn.Event) {
	select {
	case t.events <- ev:
	case <-ctx.Done():
	}
}
