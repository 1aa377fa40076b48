package scanner

import (
	"context"
	"sync"
	"time"
)

const (
	tries        = 3                      // of a command, until the engine counts as silent
	firstRetry   = 100 * time.Millisecond // pause before a lost engine is looked for, doubled up to Config.Retry
	writeTimeout = time.Second            // for one frame of a dozen bytes
	rearmMargin  = 100 * time.Millisecond // after the engine's own read time-out
	maxWaiting   = 16                     // Start and Stop calls while the engine is looked for the first time
)

// protocol is what differs between makes of engines. Its methods run in the
// worker and may wait in engine.pump.
type protocol interface {
	connect() error // finds the engine and sets it up; the line may be a new one
	start() error   // makes it read once more
	stop() error    // makes it stop reading
	check() error   // proves that it is still there and still set up
	leave()         // stops it at the end, without waiting for an answer
}

// op is a call of Start or Stop on its way to the worker.
type op struct {
	on   bool
	done chan error // holds one answer
}

// engine is what all makes share: the worker, which alone touches the fields
// below it, and the reader, which feeds it.
type engine struct {
	cfg  Config
	line Line
	box  *mailbox
	ops  chan op
	in   chan input

	ctx    context.Context
	cancel context.CancelFunc
	worker sync.WaitGroup
	reader sync.WaitGroup
	close  sync.Once
	closed error

	proto    protocol
	demux    demux
	answered *answer   // the latest answer since it was last cleared
	lineUp   bool      // as far as the reader knows
	on       bool      // Start was called, Stop not yet
	lost     error     // why the engine cannot be used; nil while it can
	hunting  bool      // the engine is being looked for: calls are answered early
	waiting  []op      // calls since before the first search ended
	lastByte time.Time // when bytes arrived last
	lastWord time.Time // when the engine last proved that it is there
	rearm    time.Time // when to trigger again; zero: not
}

func newEngine(line Line, cfg Config) *engine {
	e := &engine{cfg: cfg, line: line, box: newMailbox(), ops: make(chan op), in: make(chan input), lineUp: true}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.demux = demux{max: cfg.MaxBytes, tailOnly: cfg.Protocol == GM65, answer: e.takeAnswer, text: e.takeText}
	if cfg.Protocol == GM65 {
		e.proto = &gm65{engine: e}
	} else {
		e.proto = &plain{engine: e}
	}
	e.reader.Go(e.read)
	e.worker.Go(e.run)
	return e
}

func (e *engine) Start(ctx context.Context) error { return e.call(ctx, true) }
func (e *engine) Stop(ctx context.Context) error  { return e.call(ctx, false) }

func (e *engine) Next(ctx context.Context) (Read, error) { return e.box.take(ctx) }

func (e *engine) call(ctx context.Context, on bool) error {
	o := op{on: on, done: make(chan error, 1)}
	select {
	case e.ops <- o:
	case <-e.ctx.Done():
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-o.done:
		return err
	case <-e.ctx.Done():
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *engine) Close() error {
	e.close.Do(func() {
		e.cancel()
		close(e.box.closed)
		e.worker.Wait() // it stops the engine first, within its write time-out
		e.closed = e.line.Close()
		e.reader.Wait()
	})
	return e.closed
}
