package terminal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"smartpos/keypad"
	"smartpos/printer"
	"smartpos/scanner"
	"smartpos/txn"
	"smartpos/txn/pay"
)

// readKeys brings the keypad's presses to the loop until it ends.
func (t *Terminal) readKeys(ctx context.Context) error {
	for {
		ev, err := t.ports.Keys.Next(ctx)
		var strange *keypad.UnknownKeyError
		switch {
		case err == nil:
			t.tell(ctx, txn.KeyPressed{Key: txn.Key(ev.Key.String()), Long: ev.Long})
		case ctx.Err() != nil:
			return nil
		case keypad.Ended(err):
			return err
		case errors.As(err, &strange):
			t.ports.Log.Warn("keypad", "err", err)
			t.tell(ctx, txn.KeyStrange{})
		case errors.Is(err, keypad.ErrGone):
			t.ports.Log.Warn("keypad", "err", err)
			t.tell(ctx, txn.KeypadGone{})
		default:
			t.ports.Log.Warn("keypad", "err", err)
		}
	}
}

// commitLimit is how long a record may take. A card that cleans up takes seconds.
const commitLimit = time.Minute

var errDisk = fmt.Errorf("the journal's disk has not answered for %v", commitLimit)

// commitAll makes records durable, one after the other. A disk that hangs is one that fails: the machine is told so, and an
// answer that comes later finds nobody who waits for it. Whether the record is on disk is seen at the next start.
func (t *Terminal) commitAll(ctx context.Context) {
	for {
		c, ok := t.commits.take(ctx)
		if !ok {
			return
		}
		late := time.AfterFunc(commitLimit, func() { t.tell(ctx, txn.Committed{Token: c.Token, Err: errDisk}) })
		order, err := t.ports.Journal.Commit(c.Record)
		late.Stop()
		t.tell(ctx, txn.Committed{Token: c.Token, Order: order, Err: err})
	}
}

// request asks a network, in a goroutine of its own that ends with the request's time. The machine hears of it in every
// case: it asks about the order again only after that.
func (t *Terminal) request(ctx context.Context, r txn.Request) {
	t.work.Go(func() {
		limited, cancel := t.limit(ctx)
		defer cancel()
		began := time.Now()
		answer, err := t.ask(limited, r)
		ev := txn.NetworkAnswered{Order: r.Order.No, Op: r.Op, Answer: answer, Fault: pay.FaultOf(err)}
		ev.Code = t.codeOf(r.Order.Network, err)
		t.logAnswer(began, answer.Status, cmp.Or(answer.Code, ev.Code), err, "op", r.Op, "order", r.Order.No)
		t.tell(ctx, ev)
	})
}

// limit bounds one request. Its time begins when the networks are set up, which may take a slow board longer.
func (t *Terminal) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	t.awaitNetworks(ctx)
	return context.WithTimeout(ctx, t.ports.RequestTimeout)
}

// codeOf returns the network's own code of an error, or what of our keys a network that refuses us does not take.
func (t *Terminal) codeOf(network txn.NetworkID, err error) string {
	var e *pay.Error
	switch {
	case !errors.As(err, &e):
		return ""
	case e.Fault == txn.FaultConfig:
		return refusedFor(t.network(network), e.Code, time.Now())
	}
	return e.Code
}

// logAnswer says in the log how a request ended.
func (t *Terminal) logAnswer(began time.Time, status txn.Status, code string, err error, of ...any) {
	log := t.ports.Log.With(of...).With("took", time.Since(began).Round(time.Millisecond))
	if err == nil {
		log.Info("network", "status", status, "code", code)
		return
	}
	if refused := txn.Refusal(pay.FaultOf(err), code); refused != "" {
		log = log.With("refused", refused)
	}
	log.Warn("network", "err", err)
	if errors.Is(err, pay.ErrClock) {
		t.doubtClock()
	}
}

func (t *Terminal) ask(ctx context.Context, r txn.Request) (txn.Answer, error) {
	n := t.network(r.Order.Network)
	if n == nil {
		// Nothing was sent now; an order of a network that the profile no longer has stays unresolved and listed.
		return txn.Answer{}, &pay.Error{Network: r.Order.Network, Op: r.Op, Order: r.Order.No, Fault: txn.FaultNotSetUp}
	}
	switch r.Op {
	case txn.OpShow:
		return n.Show(ctx, r.Order)
	case txn.OpScan:
		return n.Scan(ctx, r.Order, r.Code)
	case txn.OpClose:
		return n.Close(ctx, r.Order)
	case txn.OpReverse:
		return n.Reverse(ctx, r.Order)
	}
	return n.Query(ctx, r.Order)
}

// readCodes brings what the scan engine reads to the loop.
func (t *Terminal) readCodes(ctx context.Context) {
	for {
		read, err := t.ports.Scanner.Next(ctx)
		switch {
		case ctx.Err() != nil || errors.Is(err, scanner.ErrClosed):
			return
		case err == nil:
			t.tell(ctx, t.sort(read.Text))
		default:
			t.ports.Log.Warn("scanner", "err", err)
			t.tell(ctx, scanEvent(err))
		}
	}
}

// sort makes an event of what was read. A payment code goes on as a secret from here.
func (t *Terminal) sort(text string) txn.Event {
	kind, network := t.ports.Codes.Kind(text)
	if kind != scanner.Payment {
		return txn.Scanned{Text: text}
	}
	code := txn.NewPaymentCode(text)
	ev := txn.Scanned{Payment: code, Network: txn.NetworkID(network)}
	if t.ports.Journal != nil {
		ev.Digest = t.ports.Journal.Digest(code)
	}
	return ev
}

func scanEvent(err error) txn.Event {
	var bad *scanner.BadReadError
	switch {
	case errors.As(err, &bad) && bad.Reason == scanner.TooLong:
		return txn.ScanFailed{Reason: txn.ScanTooLong}
	case errors.As(err, &bad):
		return txn.ScanFailed{Reason: txn.ScanGarbled}
	case errors.Is(err, scanner.ErrBack):
		return txn.ScannerState{}
	case errors.Is(err, scanner.ErrUnplugged):
		return txn.ScannerState{Fault: txn.ScanGone}
	}
	return txn.ScannerState{Fault: txn.ScanSilent}
}

// triggerLimit is longer than an engine is ever busy with what it is at: a call that it did not take would leave it reading
// until somebody scans again, or not reading while a customer waits.
const triggerLimit = 30 * time.Second

// pullTrigger switches the engine on and off as the machine wants it. An engine in continuous mode is left on.
func (t *Terminal) pullTrigger(ctx context.Context) {
	pull := func(on bool) {
		limited, cancel := context.WithTimeout(ctx, triggerLimit)
		defer cancel()
		call := t.ports.Scanner.Stop
		if on || t.ports.Continuous {
			call = t.ports.Scanner.Start
		}
		if err := call(limited); err != nil && ctx.Err() == nil {
			t.ports.Log.Warn("scanner", "trigger", on, "err", err) // Next reports the state
		}
	}
	if t.ports.Continuous {
		pull(true)
	}
	for {
		on, ok := t.triggers.take(ctx)
		if !ok {
			return
		}
		pull(on)
	}
}

const (
	printLimit = 60 * time.Second // of one slip, a slow printer's longest receipt included, and of whatever else it is asked
	statusIdle = 2 * time.Second  // between questions to a printer that has nothing to do
)

// printAll prints slips and opens the drawer, one after the other, and asks how the printer is while it has nothing to do.
func (t *Terminal) printAll(ctx context.Context) {
	for ctx.Err() == nil {
		idle, cancel := context.WithTimeout(ctx, statusIdle)
		job, ok := t.prints.take(idle)
		cancel()
		if !ok {
			t.askPrinter(ctx)
			continue
		}
		switch job := job.(type) {
		case txn.Print:
			fault, done := t.limited(ctx, func(ctx context.Context) error { return t.ports.Printer.Print(ctx, Receipt(job.Slip)) })
			t.tell(ctx, txn.PrintEnded{Job: job.Job, Fault: fault, Done: done})
		case txn.Kick:
			fault, _ := t.limited(ctx, t.ports.Printer.Kick)
			t.tell(ctx, txn.KickEnded{Order: job.Order, Fault: fault})
		}
	}
}

// limited has the printer do something in the time that it may take.
func (t *Terminal) limited(ctx context.Context, do func(context.Context) error) (txn.PrintFault, txn.PrintExtent) {
	ctx, cancel := context.WithTimeout(ctx, printLimit)
	defer cancel()
	err := do(ctx)
	if err != nil {
		t.ports.Log.Warn("printer", "err", err)
	}
	return printFault(err)
}

func (t *Terminal) askPrinter(ctx context.Context) {
	within, cancel := context.WithTimeout(ctx, printLimit)
	defer cancel()
	status, err := t.ports.Printer.Status(within)
	if ctx.Err() != nil {
		return
	}
	fault, _ := printFault(err)
	if cause, bad := status.Fault(); err == nil && bad {
		fault = printFaults[cause]
	}
	t.tell(ctx, txn.PrinterState{Fault: fault, NearEnd: status.NearEnd})
}

var printFaults = map[printer.Cause]txn.PrintFault{
	printer.PaperOut:    txn.PrintPaperOut,
	printer.CoverOpen:   txn.PrintCover,
	printer.Offline:     txn.PrintOffline,
	printer.NoAnswer:    txn.PrintSilent,
	printer.Gone:        txn.PrintGone,
	printer.Hardware:    txn.PrintHardware,
	printer.CutterStuck: txn.PrintCutter,
	printer.Unprintable: txn.PrintRefused,
	printer.Canceled:    txn.PrintSilent, // it took longer than any slip may
}

// printFault says what an error of the printer means, and how much of the slip may be on paper.
func printFault(err error) (txn.PrintFault, txn.PrintExtent) {
	if err == nil {
		return txn.PrintOK, txn.PrintedNothing
	}
	var fault *printer.Fault
	if !errors.As(err, &fault) {
		return txn.PrintHardware, txn.PrintedPart
	}
	f, ok := printFaults[fault.Cause]
	if !ok {
		f = txn.PrintHardware
	}
	return f, printExtents[fault.Extent]
}

var printExtents = map[printer.Extent]txn.PrintExtent{
	printer.NothingPrinted: txn.PrintedNothing,
	printer.MaybePartial:   txn.PrintedPart,
	printer.MaybeWhole:     txn.PrintedWhole,
}
