package scanner_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/scanner"
	"smartpos/scanner/scannertest"
)

const (
	wechatCode = "134567890123456789"
	alipayCode = "281234567890123456"
	cola       = "6901234567892"
)

// kind is an engine that must behave like all others.
type kind struct {
	name string
	fake scannertest.Config
	cfg  scanner.Config
}

func kinds() []kind {
	const reread = time.Second
	gm := func(mode scanner.Mode) scanner.Config {
		return scanner.Config{Protocol: scanner.GM65, Mode: mode, Reread: reread}
	}
	elsewhere := gm(scanner.Command)
	elsewhere.Bauds = []int{9600, 57600, 115200}
	plain := func(mode scanner.Mode) scanner.Config {
		return scanner.Config{Protocol: scanner.Plain, Mode: mode, Reread: reread, ReadTimeout: 5 * time.Second}
	}
	utf8 := map[uint16]byte{0x0D: 0x04}
	return []kind{
		{"gm65 command", scannertest.Config{}, gm(scanner.Command)},
		{"gm65 command utf-8", scannertest.Config{Flash: utf8}, gm(scanner.Command)},
		{"gm65 trigger", scannertest.Config{}, gm(scanner.Trigger)},
		{"gm65 continuous", scannertest.Config{}, gm(scanner.Continuous)},
		{"gm65 at 115200", scannertest.Config{Baud: 115200}, elsewhere},
		{"gm65 paced", scannertest.Config{Paced: true}, gm(scanner.Command)},
		{"plain CR LF", scannertest.Config{Plain: true, Continuous: true, UTF8: true}, plain(scanner.Continuous)},
		{"plain CR", scannertest.Config{Plain: true, Continuous: true, Tail: "\r"}, plain(scanner.Continuous)},
		{"plain LF", scannertest.Config{Plain: true, Continuous: true, Tail: "\n"}, plain(scanner.Continuous)},
		{"plain pause", scannertest.Config{Plain: true, Continuous: true, Tail: "none"}, plain(scanner.Continuous)},
		{"plain trigger", scannertest.Config{Plain: true}, plain(scanner.Trigger)},
	}
}

// each runs a test on every kind of engine, in a bubble with its own time.
func each(t *testing.T, f func(t *testing.T, k kind, r *rig)) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, k, newRig(t, k.fake, k.cfg)) })
		})
	}
}

func TestReads(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		for _, text := range []string{wechatCode, cola, "可口可乐 330ml", "WIFI:T:WPA;S:shop;;", "A"} {
			s := r.fake.Present(text)
			r.wantRead(text)
			if err := s.Wait(r.ctx); err != nil {
				t.Fatalf("the engine says of its own read: %v", err)
			}
		}
	})
}

// A code that comes before Start, or between Stop and Start, belongs to
// nobody: it must not pay for the next customer's goods.
func TestReadsOnlyWhileStarted(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		r.fake.Present(wechatCode)
		synctest.Wait() // it is read and waits for Next
		time.Sleep(time.Second)
		r.stop()
		r.wantNothing(time.Minute)
		s := r.fake.Present(alipayCode)
		r.wantNothing(time.Minute)
		s.Withdraw()
		r.start()
		r.wantNothing(time.Minute)
		r.fake.Present(cola)
		r.wantRead(cola)
	})
}

func TestStartAndStopTwice(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.stop()
		r.start()
		triggers := r.fake.Triggers()
		r.start()
		if n := r.fake.Triggers(); n != triggers {
			t.Errorf("a second Start triggered again: %d, then %d", triggers, n)
		}
		r.fake.Present(cola)
		r.wantRead(cola)
		r.stop()
		r.stop()
		r.start()
		r.fake.Present(cola)
		r.wantRead(cola)
	})
}

// Two identical bottles are two; a bottle that stays before the camera is
// counted no faster than the profile's delay says.
func TestSameProductAgain(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		r.fake.Present(cola)
		r.fake.Present(cola)
		r.wantRead(cola)
		r.wantRead(cola)

		s := r.fake.Hold(cola)
		defer s.Withdraw()
		first := r.wantRead(cola)
		second := r.wantRead(cola)
		if d := second.At.Sub(first.At); d < 900*time.Millisecond || d > 3*time.Second {
			t.Errorf("a held code came again after %v, the profile says %v", d, k.cfg.Reread)
		}
	})
}

// The engine gives up long before the customer has found the phone.
func TestCodeLongAfterStart(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		r.wantNothing(61 * time.Second)
		r.fake.Present(wechatCode)
		r.wantRead(wechatCode)
	})
}

func TestTooLong(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		for _, n := range []int{4096, 5000, 20000} {
			r.fake.Present(strings.Repeat("7", n))
			bad := r.wantBad(scanner.TooLong)
			if bad.Length < 4096 || len(bad.Error()) > 100 {
				t.Errorf("%d bytes: %v", n, bad)
			}
			r.fake.Present(cola)
			r.wantRead(cola)
		}
		longest := strings.Repeat("7", 4095)
		r.fake.Present(longest)
		r.wantRead(longest)
	})
}

// What begins like an answer, or is one, is no code, and is no answer either.
func TestControlBytes(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		for _, text := range []string{
			"13456789\x00123456789",
			"\x1b@drop",
			"6901234\x02\x00\x00\x01\x00\x33\x31567892",
			"\x02\x00\x00\x01\x00\x33\x32",
			"\x02\x00\x00\xff" + wechatCode,
			"\x02" + wechatCode,
			"\x03" + wechatCode + "\x7f",
			wechatCode + "\x02\x00",
		} {
			r.fake.Present(text)
			bad := r.wantBad(scanner.ControlByte)
			if strings.Contains(bad.Error(), "345678") {
				t.Errorf("the error shows the code: %v", bad)
			}
			r.fake.Present(cola)
			r.wantRead(cola)
		}
	})
}

func TestGarbled(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		r.fake.Set(scannertest.Garbled)
		r.fake.Present(wechatCode)
		got, err := r.engine.Next(r.ctx)
		var bad *scanner.BadReadError
		if !errors.As(err, &bad) {
			t.Fatalf("Next: %q, %v, want a bad read", got.Text, err)
		}
		r.fake.Set(scannertest.OK)
		r.fake.Present(wechatCode)
		r.wantRead(wechatCode)
	})
}

func TestUnpluggedAndBack(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		r.fake.Present(cola)
		r.wantRead(cola)
		for range 2 {
			r.unplug()
			r.wantState(scanner.Unplugged, scanner.ErrUnplugged)
			r.wantNothing(time.Minute)
			r.fake.Restart() // it lost its power with the plug
			r.plug()
			r.wantState(scanner.Ready, scanner.ErrBack)
			s := r.fake.Present(wechatCode) // no new Start: the sale still waits
			r.wantRead(wechatCode)
			<-s.Delivered()
		}
	})
}

// The customer holds the phone there until the scanner is back: the code that comes on the heels of the
// trigger is the one that everybody waits for. (An engine that reads by itself has sent it to nobody before.)
func TestCodeHeldWhileItComesBack(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		if k.cfg.Mode == scanner.Continuous {
			return
		}
		r.start()
		r.unplug()
		r.wantState(scanner.Unplugged, scanner.ErrUnplugged)
		r.fake.Restart()
		r.fake.Present(wechatCode)
		r.plug()
		var texts []string
		for range 2 { // the news that it is back, and the code, in either order
			read, err := r.engine.Next(r.ctx)
			if err != nil && !errors.Is(err, scanner.ErrBack) {
				t.Fatal(err)
			}
			if err == nil {
				texts = append(texts, read.Text)
			}
		}
		if len(texts) != 1 || texts[0] != wechatCode {
			t.Fatalf("read %q", texts)
		}
	})
}

// The plug is pulled in the middle of a text: its halves are no code, and
// nothing of the first half is found before the next one.
func TestUnpluggedInMidText(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		synctest.Wait()
		r.cable.far().Write([]byte("69012"))
		synctest.Wait()
		r.unplug()
		r.wantState(scanner.Unplugged, scanner.ErrUnplugged)
		r.plug()
		r.wantState(scanner.Ready, scanner.ErrBack)
		r.fake.Present(cola)
		r.wantRead(cola)
	})
}

// The sale was cancelled while the scanner was unplugged: the code read just
// before must not wait for the next sale.
func TestStopWhileUnpluggedDropsReads(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		r.fake.Present(wechatCode)
		time.Sleep(time.Second)
		r.unplug()
		time.Sleep(time.Second)
		r.stop()
		r.wantState(scanner.Unplugged, scanner.ErrUnplugged)
		r.plug()
		r.wantState(scanner.Ready, scanner.ErrBack)
		r.start()
		r.wantNothing(time.Minute)
	})
}

func TestStartWhileUnplugged(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		r.stop()
		r.unplug()
		r.wantState(scanner.Unplugged, scanner.ErrUnplugged)
		began := time.Now()
		if err := r.engine.Start(r.ctx); !errors.Is(err, scanner.ErrUnplugged) || !errors.Is(err, errGone) {
			t.Fatalf("Start: %v, want ErrUnplugged around the line's own error", err)
		}
		if d := time.Since(began); d > time.Second {
			t.Errorf("a cashier waited %v to hear that the scanner is unplugged", d)
		}
		r.stop() // and stays stopped when it is back
		r.plug()
		r.wantState(scanner.Ready, scanner.ErrBack)
		s := r.fake.Present(cola)
		r.wantNothing(time.Minute)
		s.Withdraw()
		r.start()
		r.fake.Present(wechatCode)
		r.wantRead(wechatCode)
	})
}

// What nobody collected is merged: a caller that comes back late learns how
// things stand, not a history.
func TestStatesAreMerged(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		for range 40 {
			r.unplug()
			time.Sleep(3 * time.Second)
			r.plug()
			time.Sleep(8 * time.Second)
		}
		r.wantNothing(time.Second)
		r.fake.Present(cola)
		r.wantRead(cola)
	})
}

func TestClose(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		next := make(chan error)
		go func() {
			_, err := r.engine.Next(r.ctx)
			next <- err
		}()
		synctest.Wait()
		if err := r.engine.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-next; !errors.Is(err, scanner.ErrClosed) {
			t.Errorf("Next: %v", err)
		}
		if _, err := r.engine.Next(r.ctx); !errors.Is(err, scanner.ErrClosed) {
			t.Errorf("Next after Close: %v", err)
		}
		if err := r.engine.Start(r.ctx); !errors.Is(err, scanner.ErrClosed) {
			t.Errorf("Start after Close: %v", err)
		}
		if err := r.engine.Stop(r.ctx); !errors.Is(err, scanner.ErrClosed) {
			t.Errorf("Stop after Close: %v", err)
		}
		if err := r.engine.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
	})
}

func TestContextEnds(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		ctx, cancel := context.WithCancel(r.ctx)
		cancel()
		if _, err := r.engine.Next(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Next: %v", err)
		}
		// A read that is there is not lost to a caller that no longer wants it.
		r.start()
		r.fake.Present(cola)
		synctest.Wait()
		if _, err := r.engine.Next(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Next: %v", err)
		}
		r.wantRead(cola)
	})
}

// A queue that nobody empties stays small, and keeps what was read last.
func TestNobodyCallsNext(t *testing.T) {
	each(t, func(t *testing.T, k kind, r *rig) {
		r.start()
		const n = 40
		for i := range n {
			s := r.fake.Present(strings.Repeat("A", i+1))
			if err := s.Wait(r.ctx); err != nil {
				t.Fatal(err)
			}
			time.Sleep(300 * time.Millisecond)
		}
		for i := n - 16; i < n; i++ {
			r.wantRead(strings.Repeat("A", i+1))
		}
		r.wantNothing(time.Minute)
	})
}
