package keypadtest

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/keypad"
)

// Rig is a source under test and hands for its keys.
type Rig struct {
	Source keypad.Source
	// Press presses and releases a key, shorter than a long press, and returns when the source has had
	// the time to see it.
	Press func(keypad.Key)
	// Hold holds SCAN for a long press and releases it.
	Hold func()
}

// patience is how long, in the fake time of the test's bubble, an event that must come is waited for.
const patience = time.Minute

// TestSource is what every [keypad.Source] must pass. Start is called for each test, inside a bubble of
// testing/synctest: what it starts must be stopped by the source's Close, or the test fails for the
// goroutines left behind.
func TestSource(t *testing.T, start func(t *testing.T) Rig) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Rig)
	}{
		{"every key", testEveryKey},
		{"long press", testLongPress},
		{"same key twice", testTwice},
		{"cancelled context loses nothing", testCancelled},
		{"deadline", testDeadline},
		{"full queue drops the newest and says so", testOverflow},
		{"close wakes every Next", testCloseWakes},
		{"closed for ever", testClosed},
		{"close with events nobody fetched", testCloseFull},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rig := start(t)
				defer rig.Source.Close()
				c.test(t, rig)
			})
		})
	}
}

// Expect fails the test unless the next events of s are exactly these.
func Expect(t *testing.T, s keypad.Source, events ...keypad.Event) {
	t.Helper()
	for i, want := range events {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		got, err := s.Next(ctx)
		cancel()
		if err != nil || got != want {
			t.Fatalf("event %d: got %v, %v; want %v", i, got, err, want)
		}
	}
}

// ExpectError fails the test unless the next thing that s reports is an error of type E, which it returns.
func ExpectError[E error](t *testing.T, s keypad.Source) E {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	got, err := s.Next(ctx)
	want, ok := errors.AsType[E](err)
	if !ok {
		t.Fatalf("got %v, %v; want an error of type %T", got, err, want)
	}
	return want
}

// ExpectNothing fails the test if s reports anything within d.
func ExpectNothing(t *testing.T, s keypad.Source, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if got, err := s.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v, %v; want nothing", got, err)
	}
}

// Short returns the events of short presses.
func Short(keys ...keypad.Key) []keypad.Event {
	events := make([]keypad.Event, len(keys))
	for i, k := range keys {
		events[i].Key = k
	}
	return events
}

func testEveryKey(t *testing.T, rig Rig) {
	for _, k := range keypad.Keys() {
		rig.Press(k)
		Expect(t, rig.Source, keypad.Event{Key: k})
	}
	for _, k := range keypad.Keys() { // and in order, if nobody fetches them in between
		rig.Press(k)
	}
	Expect(t, rig.Source, Short(keypad.Keys()...)...)
	ExpectNothing(t, rig.Source, time.Second)
}

func testLongPress(t *testing.T, rig Rig) {
	rig.Hold()
	rig.Press(keypad.Scan)
	rig.Hold()
	Expect(t, rig.Source,
		keypad.Event{Key: keypad.Scan, Long: true}, keypad.Event{Key: keypad.Scan}, keypad.Event{Key: keypad.Scan, Long: true})
	ExpectNothing(t, rig.Source, time.Second)
}

func testTwice(t *testing.T, rig Rig) {
	rig.Press(keypad.Digit0)
	rig.Press(keypad.Digit0)
	Expect(t, rig.Source, Short(keypad.Digit0, keypad.Digit0)...)
	ExpectNothing(t, rig.Source, time.Second)
}

func testCancelled(t *testing.T, rig Rig) {
	rig.Press(keypad.Digit7)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := rig.Source.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("Next with a cancelled context: %v", err)
	}
	Expect(t, rig.Source, Short(keypad.Digit7)...)

	ctx, cancel = context.WithCancel(t.Context())
	result := make(chan error)
	go func() {
		_, err := rig.Source.Next(ctx)
		result <- err
	}()
	synctest.Wait()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) || keypad.Ended(err) {
		t.Fatalf("Next cancelled while it waits: %v", err)
	}
	rig.Press(keypad.OK)
	Expect(t, rig.Source, Short(keypad.OK)...)
}

func testDeadline(t *testing.T, rig Rig) {
	began := time.Now()
	ExpectNothing(t, rig.Source, 3*time.Second)
	if waited := time.Since(began); waited != 3*time.Second {
		t.Fatalf("Next returned after %v, want 3s", waited)
	}
}

func testOverflow(t *testing.T, rig Rig) {
	const presses = 100
	keys := make([]keypad.Key, presses)
	for i := range keys {
		keys[i] = keypad.Digit0 + keypad.Key(i%10)
		rig.Press(keys[i])
	}
	var got int
	for {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		e, err := rig.Source.Next(ctx)
		cancel()
		if over, ok := errors.AsType[*keypad.OverflowError](err); ok {
			if over.Lost != presses-got {
				t.Fatalf("fetched %d of %d, said to be lost: %d", got, presses, over.Lost)
			}
			break
		}
		if err != nil || e.Key != keys[got] {
			t.Fatalf("event %d: got %v, %v; want %v", got, e, err, keys[got])
		}
		got++
	}
	rig.Press(keypad.OK)
	Expect(t, rig.Source, Short(keypad.OK)...)
}

func testCloseWakes(t *testing.T, rig Rig) {
	var waiting sync.WaitGroup
	for range 3 {
		waiting.Go(func() {
			if _, err := rig.Source.Next(t.Context()); !errors.Is(err, keypad.ErrClosed) {
				t.Errorf("Next during Close: %v", err)
			}
		})
	}
	synctest.Wait()
	if err := rig.Source.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	waiting.Wait()
}

func testClosed(t *testing.T, rig Rig) {
	for range 2 {
		if err := rig.Source.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		_, err := rig.Source.Next(t.Context())
		if !errors.Is(err, keypad.ErrClosed) || !errors.Is(err, os.ErrClosed) || !keypad.Ended(err) {
			t.Errorf("Next after Close: %v", err)
		}
	}
}

func testCloseFull(t *testing.T, rig Rig) {
	for range 100 {
		rig.Press(keypad.Digit1)
	}
	if err := rig.Source.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if e, err := rig.Source.Next(t.Context()); !errors.Is(err, keypad.ErrClosed) {
		t.Errorf("Next after Close: %v, %v", e, err)
	}
}
