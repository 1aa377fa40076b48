package terminal

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/scanner"
	"smartpos/txn"
	"smartpos/txn/pay"
)

// busyEngine takes a call only when it has done what it is at: asking a silent engine three times whether it is there.
type busyEngine struct {
	scanner.Engine
	reads bool
}

func (e *busyEngine) call(ctx context.Context, on bool) error {
	select {
	case <-time.After(4 * time.Second):
		e.reads = on
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *busyEngine) Start(ctx context.Context) error { return e.call(ctx, true) }
func (e *busyEngine) Stop(ctx context.Context) error  { return e.call(ctx, false) }

// An engine that is busy when it is to stop is told as soon as it listens: nobody else would, and it would go on reading.
func TestBusyEngineIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &busyEngine{}
		term := newTerminal(Ports{Scanner: engine, Log: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); term.pullTrigger(ctx) }()
		for _, on := range []bool{true, false} {
			term.triggers.replace(on)
			time.Sleep(5 * time.Second)
			if synctest.Wait(); engine.reads != on {
				t.Errorf("asked for %v, it reads: %v", on, engine.reads)
			}
		}
		cancel()
		<-ended
	})
}

// slowTill is a network that takes its time, if it is given as much.
type slowTill struct {
	till
	takes time.Duration
}

func (n *slowTill) wait(ctx context.Context) error {
	select {
	case <-time.After(n.takes):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (n *slowTill) Show(ctx context.Context, _ txn.Order) (txn.Answer, error) {
	return txn.Answer{Status: txn.StatusReady, CodeURL: "weixin://x"}, n.wait(ctx)
}

func (n *slowTill) Refund(ctx context.Context, _ txn.Refund) (txn.RefundAnswer, error) {
	return txn.RefundAnswer{Status: txn.StatusAccepted}, n.wait(ctx)
}

func (n *slowTill) QueryRefund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	return n.Refund(ctx, r)
}

// A request whose time is over ends in an event like any other, each time: the machine asks about an order again only when
// it has heard of the last request, and else never.
func TestRequestThatTakesTooLongIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newTerminal(Ports{
			Networks: func() Networks { return Networks{Open: []pay.Network{&slowTill{takes: time.Hour}}} },
			Log:      slog.New(slog.DiscardHandler), RequestTimeout: 10 * time.Second,
		})
		for range eventQueue / 2 {
			term.request(t.Context(), txn.Request{Op: txn.OpShow, Order: txn.Order{No: "T00000001", Network: txn.WeChat}})
			term.requestRefund(t.Context(), txn.RefundRequest{Op: txn.OpRefund, Refund: txn.Refund{No: "T00000001R01", Network: txn.WeChat}})
		}
		term.work.Wait()
		if told := len(term.events); told != eventQueue {
			t.Fatalf("of %d requests %d were heard of", eventQueue, told)
		}
		for range eventQueue {
			switch ev := (<-term.events).(type) {
			case txn.NetworkAnswered:
				if ev.Fault != txn.FaultNoAnswer {
					t.Errorf("%+v", ev)
				}
			case txn.RefundAnswered:
				if ev.Fault != txn.FaultNoAnswer {
					t.Errorf("%+v", ev)
				}
			}
		}
	})
}

// The keys of the networks may take a slow board longer than a request may last: its time begins when there is a network.
func TestRequestWaitsForItsNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newTerminal(Ports{
			Networks: func() Networks {
				time.Sleep(15 * time.Second)
				return Networks{Open: []pay.Network{&slowTill{}}}
			},
			Log: slog.New(slog.DiscardHandler), RequestTimeout: 10 * time.Second,
		})
		term.request(t.Context(), txn.Request{Op: txn.OpShow, Order: txn.Order{No: "T00000001", Network: txn.WeChat}})
		if ev := (<-term.events).(txn.NetworkAnswered); ev.Fault != txn.FaultNone || ev.Answer.CodeURL == "" {
			t.Errorf("%+v", ev)
		}
		term.work.Wait()
	})
}

// A medium of keys that never answers holds up the first request for a while, no other, and not the end; when it answers
// after all there is a network.
func TestKeysThatNeverCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		term := newTerminal(Ports{
			Networks: func() Networks {
				<-answers
				return Networks{Open: []pay.Network{&slowTill{}}}
			},
			Log: slog.New(slog.DiscardHandler), RequestTimeout: 10 * time.Second,
		})
		term.work.Go(func() { term.openNetworks(ctx) })
		ask := func() txn.NetworkAnswered {
			term.request(ctx, txn.Request{Op: txn.OpShow, Order: txn.Order{No: "T00000001", Network: txn.WeChat}})
			return (<-term.events).(txn.NetworkAnswered)
		}
		began := time.Now()
		if ev := ask(); ev.Fault != txn.FaultNotSetUp || time.Since(began) != keysLimit {
			t.Errorf("the first customer waits %s: %+v", time.Since(began), ev)
		}
		began = time.Now()
		if ev := ask(); ev.Fault != txn.FaultNotSetUp || time.Since(began) > 0 {
			t.Errorf("the second customer waits %s: %+v", time.Since(began), ev)
		}
		close(answers)
		synctest.Wait()
		if ev := ask(); ev.Fault != txn.FaultNone || ev.Answer.CodeURL == "" {
			t.Errorf("%+v", ev)
		}
		cancel()
		term.work.Wait()
	})
}
