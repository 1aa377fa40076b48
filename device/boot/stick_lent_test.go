package boot_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"smartpos/device/boot"
	"smartpos/device/boot/boottest"
)

// The terminal writes: only then does the stick take writes.
func TestStickLent(t *testing.T) {
	on(t, func(b *bench) {
		s := b.socket()
		if _, err := s.Lend(b.t.Context()); !errors.Is(err, boot.ErrStick) {
			t.Errorf("no stick was lent: %v", err)
		}
		b.plug(stick("sda", 1))
		b.says("ready sda1")
		for range 2 {
			giveBack, err := s.Lend(b.t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.says("lent sda1")
			b.SetFail("remount ro", syscall.EBUSY) // a file is open still
			go func() {
				time.Sleep(3 * time.Second)
				b.SetFail("remount ro", nil)
			}()
			if err := giveBack(); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(b.File("/run/smartpos/stick")); got != "ready sda1" {
				t.Errorf("given back while it is %s", got)
			}
		}
		b.powerOff()
		if b.count("remount rw /mnt/stick") != 2 {
			t.Errorf("made writable:\n%s", strings.Join(b.Events(), "\n"))
		}
	})
}

// A stick that takes no writes is not lent, and the next one is not made to take any that nobody wants any more.
func TestStickNotLent(t *testing.T) {
	on(t, func(b *bench) {
		s := b.socket()
		b.plug(stick("sda", 1))
		b.says("ready sda1")
		b.SetFail("remount rw", syscall.EACCES)
		if _, err := s.Lend(b.t.Context()); !errors.Is(err, boot.ErrStick) || !strings.Contains(err.Error(), "protected") {
			t.Errorf("lent: %v", err)
		}
		b.says("protected sda1")
		b.SetFail("remount rw", nil)
		b.PlugDisks(nil, nil)
		b.says("none")
		b.plug(stick("sda", 2))
		b.says("ready sda1")
		b.powerOff()
		if b.count("remount rw") != 1 {
			t.Errorf("made writable:\n%s", strings.Join(b.Events(), "\n"))
		}
	})
}

// Pulled out while it is written: it is let go without a wait, and the next stick is a clean one.
func TestStickPulledWhileLent(t *testing.T) {
	on(t, func(b *bench) {
		s := b.socket()
		b.plug(stick("sda", 1))
		b.says("ready sda1")
		giveBack, err := s.Lend(b.t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.PlugDisks(nil, nil)
		b.says("none")
		b.wantDid("detach /mnt/stick")
		b.wantLog("pulled out while it was written")
		b.plug(stick("sda", 2)) // before the terminal has noticed
		b.says("ready sda1")
		b.PlugDisks(nil, nil)
		b.says("none")
		if err := giveBack(); !errors.Is(err, boot.ErrStick) {
			t.Errorf("given back: %v", err)
		}
		b.powerOff()
	})
}

// The terminal dies while it writes: the stick takes no more writes.
func TestTerminalDiesWhileLent(t *testing.T) {
	on(t, func(b *bench) {
		die := make(chan struct{})
		b.Programs["/init"] = func(c *boottest.Child) boot.Status {
			b.Programs["/init"] = terminal
			c.Ready()
			time.Sleep(2 * time.Second)
			_, _ = c.Pulse.Write([]byte{'w'})
			<-die
			return boot.Status{Code: 1}
		}
		b.plug(stick("sda", 1))
		b.start()
		time.Sleep(2 * time.Second)
		b.says("lent sda1")
		close(die)
		b.says("ready sda1")
		b.powerOff()
	})
}
