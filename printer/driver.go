package printer

import (
	"context"
	"errors"
	"time"
)

// Options are what a driver must know beside the model. The zero value takes the defaults.
type Options struct {
	Name          string        // the device in errors; default "printer"
	Baud          int           // of the line, bits a second; default 115200
	StatusTimeout time.Duration // for one answer; default 500 ms

	// SlowestDots is how slowly, in dots a second, paper may move before the printer is taken to have died
	// while printing; default 160, which is 20 mm/s. The slowest thermal printers sold do 50.
	SlowestDots int

	// Unfinished says that a receipt was being printed when the terminal stopped: the first Print cuts off what
	// there may be of it.
	Unfinished bool
}

// A Driver prints on one printer. Its methods may be called from several goroutines: one has the printer at a
// time, the others wait in turn or until their contexts end. It starts no goroutine that outlives a call, and
// leaves the line to whoever opened it.
type Driver struct {
	line  Line
	model Model
	opt   Options
	turn  chan struct{} // holds one token: whoever takes it has what stands below

	parser  replyParser
	buf     [64]byte
	in      []byte   // what is unread of buf
	heard   [16]byte // the last bytes heard, a ring
	nHeard  int
	status  Status // the last known
	debris  int    // ≥ 0: out of step, the printer may still wait for so many bytes; < 0: in step
	owed    int    // markers sent and not answered
	backlog int    // dots that the printer may yet print of an earlier receipt
	led     bool   // whatever command it was in the middle of has its header
	stale   bool   // answers to earlier questions may still come
	stump   bool   // a part of a receipt may be on the paper
	lost    bool   // what is owed is not known: the terminal has restarted since
}

// usualSlip is how much of an unfinished receipt a printer may still have to print, in dots: 8 cm.
const usualSlip = 640

// New returns a driver for the printer at the far end of line. What the printer was doing before is unknown, so
// the first Print synchronises with it. The model is checked by Print.
func New(line Line, m Model, o Options) *Driver {
	if o.Name == "" {
		o.Name = "printer"
	}
	if o.Baud <= 0 {
		o.Baud = 115200
	}
	if o.StatusTimeout <= 0 {
		o.StatusTimeout = 500 * time.Millisecond
	}
	if o.SlowestDots <= 0 {
		o.SlowestDots = 160
	}
	d := &Driver{line: line, model: m.defaults(), opt: o, turn: make(chan struct{}, 1), debris: nativeContent + 8, stale: true, stump: o.Unfinished}
	if o.Unfinished {
		d.backlog, d.lost = usualSlip, true
	}
	d.turn <- struct{}{}
	return d
}

// Status asks the printer's sensors by DLE EOT, which is answered even while it is offline. A printer that
// answers but cannot print is no error: see [Status]. The error is a *[Fault] with NoAnswer, Gone or Canceled.
func (d *Driver) Status(ctx context.Context) (Status, error) {
	if err := d.take(ctx); err != nil {
		return Status{}, d.fault("status", err, NothingPrinted)
	}
	defer d.release()
	t := d.begin(ctx)
	defer t.end()
	if err := t.ask(); err != nil {
		return Status{}, d.fault("status", err, NothingPrinted)
	}
	return d.status, nil
}

// Print prints r and returns nil when the printer has said that it is done, the cut included. Otherwise the
// error is a *[Fault] that says why, and how much may be on paper. Between bands it heeds the context; what
// has been handed over then may still be printed.
//
// After a fault, and at first, it synchronises before it prints, so that a command the printer is still in the
// middle of cannot swallow the receipt; and it feeds or cuts off what may be half printed.
func (d *Driver) Print(ctx context.Context, r Receipt) error {
	j, err := d.model.encode(r)
	if err != nil {
		return &Fault{Device: d.opt.Name, Op: "print", Cause: Unprintable, Err: err}
	}
	if err := d.take(ctx); err != nil {
		return d.fault("print", err, NothingPrinted)
	}
	defer d.release()
	t := d.begin(ctx)
	defer t.end()
	if err := t.ready(); err != nil {
		return d.fault("status", err, NothingPrinted)
	}
	if err := t.synchronise(); err != nil {
		return d.fault("synchronise", err, NothingPrinted)
	}
	sent, err := t.send(j)
	extent := NothingPrinted
	switch {
	case sent == len(j.data):
		extent = MaybeWhole
	case sent > j.ink:
		extent = MaybePartial
	}
	op := "print"
	if err == nil {
		op = "confirm"
		err = t.finished()
	}
	if err != nil {
		d.stale, d.debris = true, max(d.debris, j.bulk)
		d.stump = d.stump || extent != NothingPrinted
		return d.fault(op, err, extent)
	}
	return nil
}

// take waits for the caller's turn.
func (d *Driver) take(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case <-d.turn:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (d *Driver) release() { d.turn <- struct{}{} }

// A statusError says that the printer itself told why it cannot print.
type statusError struct{ cause Cause }

func (e statusError) Error() string { return e.cause.String() }

// fault dresses err up as a *Fault.
func (d *Driver) fault(op string, err error, extent Extent) *Fault {
	f := &Fault{Device: d.opt.Name, Op: op, Extent: extent}
	var told statusError
	var gone *goneError
	switch {
	case errors.As(err, &told):
		f.Cause, f.Status = told.cause, d.status
	case errors.Is(err, errSilent):
		f.Cause, f.Raw = NoAnswer, d.lastHeard()
	case errors.As(err, &gone):
		f.Cause, f.Err = Gone, gone.err
	default:
		f.Cause, f.Err = Canceled, err
	}
	return f
}

// remember keeps the last bytes heard, for the error text.
func (d *Driver) remember(b byte) {
	d.heard[d.nHeard%len(d.heard)] = b
	d.nHeard++
}

func (d *Driver) lastHeard() []byte {
	n := min(d.nHeard, len(d.heard))
	out := make([]byte, 0, n)
	for i := d.nHeard - n; i < d.nHeard; i++ {
		out = append(out, d.heard[i%len(d.heard)])
	}
	return out
}
