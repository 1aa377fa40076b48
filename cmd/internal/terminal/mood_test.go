package terminal

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"smartpos/printer"
	"smartpos/scanner"
	"smartpos/store"
	"smartpos/txn"
	"smartpos/txn/pay/paytest"
)

// mood is the luck of everything around a terminal, until it calms down.
type mood struct {
	mu   sync.Mutex
	rng  *rand.Rand
	calm bool
}

// roll returns a number below n; 0, which always means well, once it is calm.
func (m *mood) roll(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.calm {
		return 0
	}
	return m.rng.IntN(n)
}

func (m *mood) calmDown() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calm = true
}

// fare is how a request to a network fares: it is lost on the way there or back, takes too long, or is answered with a fault.
func (m *mood) fare() paytest.Step {
	execute := m.roll(2) > 0
	switch luck := m.roll(100); {
	case luck < 55:
		wait := make(chan struct{})
		time.AfterFunc(50*time.Millisecond+time.Duration(m.roll(3000))*time.Millisecond, func() { close(wait) })
		return paytest.Step{Wait: wait}
	case luck < 75: // nothing comes back in time
		return paytest.Step{Wait: make(chan struct{}), Execute: execute}
	case luck < 83:
		return paytest.Step{Fault: txn.FaultNotSent}
	case luck < 90:
		return paytest.Step{Fault: txn.FaultSystem, Execute: execute}
	case luck < 97:
		return paytest.Step{Fault: txn.FaultUnverified, Execute: execute}
	}
	return paytest.Step{Fault: txn.FaultConfig, Code: "NO_AUTH"}
}

// moodyJournal is on a card that takes seconds now and then, and once in a while more than a terminal waits for.
type moodyJournal struct {
	*store.Journal
	mood *mood
}

func (j moodyJournal) Commit(rec txn.Record) (txn.Order, error) {
	before, after := time.Duration(0), time.Duration(0)
	switch j.mood.roll(300) {
	case 297:
		before = 2 * commitLimit
	case 298:
		after = 2 * commitLimit
	case 299:
		before = commitLimit / 2
	}
	time.Sleep(before)
	defer time.Sleep(after)
	return j.Journal.Commit(rec)
}

// moodyPrinter takes its time, stops in the middle, or never answers.
type moodyPrinter struct{ mood *mood }

func (p moodyPrinter) do(ctx context.Context) error {
	takes := time.Duration(p.mood.roll(4000)) * time.Millisecond
	causes := []printer.Cause{printer.PaperOut, printer.CoverOpen, printer.NoAnswer, printer.Gone, printer.CutterStuck}
	extents := []printer.Extent{printer.NothingPrinted, printer.MaybePartial, printer.MaybeWhole}
	luck := p.mood.roll(20)
	if luck == 19 {
		takes = time.Hour
	}
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		return &printer.Fault{Op: "print", Cause: printer.Canceled, Extent: printer.MaybePartial, Err: ctx.Err()}
	}
	if luck < 15 {
		return nil
	}
	return &printer.Fault{Op: "print", Cause: causes[p.mood.roll(len(causes))], Extent: extents[p.mood.roll(len(extents))]}
}

func (p moodyPrinter) Print(ctx context.Context, _ printer.Receipt) error { return p.do(ctx) }
func (p moodyPrinter) Kick(ctx context.Context) error                     { return p.do(ctx) }
func (p moodyPrinter) Status(ctx context.Context) (printer.Status, error) {
	return printer.Status{Online: true}, p.do(ctx)
}

// moodyEngine reads what customers hold there, whether it was asked to or not, and is unplugged now and then.
type moodyEngine struct {
	mood   *mood
	codes  chan string
	closed chan struct{}
	once   sync.Once
}

func (e *moodyEngine) pull(ctx context.Context) error {
	takes := time.Duration(e.mood.roll(300)) * time.Millisecond
	if e.mood.roll(40) == 39 {
		takes = time.Hour
	}
	select {
	case <-time.After(takes):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *moodyEngine) Start(ctx context.Context) error { return e.pull(ctx) }
func (e *moodyEngine) Stop(ctx context.Context) error  { return e.pull(ctx) }

func (e *moodyEngine) Next(ctx context.Context) (scanner.Read, error) {
	select {
	case text := <-e.codes:
		switch e.mood.roll(20) {
		case 18:
			return scanner.Read{}, &scanner.StateError{Name: "scanner", State: scanner.Unplugged, Err: scanner.ErrUnplugged}
		case 19:
			return scanner.Read{}, &scanner.BadReadError{Reason: scanner.Truncated}
		}
		return scanner.Read{Text: text, At: time.Now()}, nil
	case <-e.closed:
		return scanner.Read{}, scanner.ErrClosed
	case <-ctx.Done():
		return scanner.Read{}, ctx.Err()
	}
}

func (e *moodyEngine) Close() error { e.once.Do(func() { close(e.closed) }); return nil }
