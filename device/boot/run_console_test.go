package boot_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"smartpos/device/boot"
	"smartpos/device/boot/boottest"
)

// A screen that hangs while it is drawn on does not stop the terminal from starting, nor the system from ending.
func TestScreenHangs(t *testing.T) {
	on(t, func(b *bench) {
		n := 0
		b.Programs["/init"] = func(c *boottest.Child) boot.Status {
			if n++; n < 4 {
				return boot.Status{Code: 1}
			}
			return terminal(c)
		}
		stuck := make(chan struct{})
		go func() {
			b.over <- boot.Run(boot.Options{System: b, Config: &b.cfg, Console: &b.log, Show: func(boot.Notice) { <-stuck }})
		}()
		time.Sleep(time.Minute)
		b.wantLog("terminal: ready")
		b.Ask(syscall.SIGTERM)
		time.Sleep(time.Minute)
		b.wantDid("halt: power off")
		close(stuck)
		b.wait()
	})
}

// A notice that can't be drawn, as on a display of some pixels, is noted: a panic of process 1 would be the kernel's.
func TestScreenPanics(t *testing.T) {
	on(t, func(b *bench) {
		b.Programs["/init"] = func(*boottest.Child) boot.Status {
			b.Programs["/init"] = terminal
			return boot.Status{Code: 1}
		}
		go func() {
			b.over <- boot.Run(boot.Options{System: b, Config: &b.cfg, Console: &b.log, Show: func(boot.Notice) { panic("no room") }})
		}()
		time.Sleep(time.Minute)
		b.wantLog("terminal: ready", "screen: no room")
		b.powerOff()
		b.wantDid("halt: power off")
	})
}

// A console that nobody reads stops nothing.
func TestConsoleHangs(t *testing.T) {
	on(t, func(b *bench) {
		b.Programs["/init"] = func(c *boottest.Child) boot.Status {
			for range 10000 {
				fmt.Fprintln(c.Output, "chatter")
			}
			return terminal(c)
		}
		stuck := make(chan struct{})
		go func() { b.over <- boot.Run(boot.Options{System: b, Config: &b.cfg, Console: stuckWriter{stuck}}) }()
		time.Sleep(time.Minute)
		if b.count("start /init") != 1 || b.Fed() < 20 {
			t.Errorf("%d starts, fed %d times", b.count("start /init"), b.Fed())
		}
		b.Ask(syscall.SIGTERM)
		time.Sleep(time.Minute)
		b.wantDid("halt: power off")
		close(stuck)
		b.wait()
	})
}

type stuckWriter struct{ c chan struct{} }

func (s stuckWriter) Write(p []byte) (int, error) { <-s.c; return len(p), nil }
