package boot_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"smartpos/device/boot"
	"smartpos/device/boot/boottest"
)

func TestBoot(t *testing.T) {
	on(t, func(b *bench) {
		b.run(time.Hour)
		want := []string{
			"mount proc", "mount sysfs", "mount devtmpfs", "mount tmpfs", "load /m/virtio_blk.ko", "load /m/ext4.ko",
			"load /m/softdog.ko soft_margin=10", "watchdog /dev/watchdog 10s", "graphics /dev/tty0", "read /dev/vda",
			"mount ext4 /dev/vda /data", "start /init -profile /data/profile.toml", "signal terminated", "unmount /data", "halt: power off",
		}
		i := 0
		for _, e := range b.Events() {
			if i < len(want) && strings.HasPrefix(e, want[i]) {
				i++
			}
		}
		if i < len(want) {
			t.Errorf("%q is missing or out of order:\n%s", want[i], strings.Join(b.Events(), "\n"))
		}
		if b.count("start") != 1 || b.Fed() < 1700 {
			t.Errorf("%d starts, fed %d times in an hour", b.count("start"), b.Fed())
		}
		b.wantLog("terminal: ready", "/dev/ttyUSB0 is there")
		if p := b.File("/run/smartpos/problems"); p != "" {
			t.Errorf("problems: %s", p)
		}
		if got := b.notices(); !slices.Equal(got, []boot.NoticeKind{boot.Stopping}) {
			t.Errorf("notices %v", got)
		}
	})
}

var errFault = errors.New("fault injected")

// One thing is broken: the terminal runs all the same, and the fault can be read.
func TestOneFault(t *testing.T) {
	for _, c := range []struct {
		name, problem string
		break_        func(*bench)
	}{
		{"no proc", "mounts: mount proc", func(b *bench) { b.Fail["mount proc"] = errFault }},
		{"no run", "mounts: mount tmpfs", func(b *bench) { b.Fail["mount tmpfs tmpfs /run"] = errFault }},
		{"a module is missing", "modules: load /m/softdog.ko", func(b *bench) { b.Fail["load /m/softdog.ko"] = errFault }},
		{"all modules are missing", "modules: load /m/ext4.ko", func(b *bench) { b.Fail["load"] = errFault }},
		{"no watchdog", "watchdog: watchdog", func(b *bench) { b.Fail["watchdog"] = errFault }},
		{"no display", "nodes: /dev/fb0 is missing", func(b *bench) { delete(b.Nodes, "/dev/fb0") }},
		{"no text console", "graphics: graphics /dev/tty0", func(b *bench) { b.Fail["graphics"] = errFault }},
		{"no scanner", "lines: /dev/ttyUSB0 is missing", func(b *bench) { delete(b.Nodes, "/dev/ttyUSB0") }},
		{"no real-time clock", "clock: open /dev/rtc0", func(b *bench) { b.Real = time.Time{} }},
		{"the clock can't be set", "clock: clock", func(b *bench) { b.Wall = time.Unix(0, 0); b.Fail["clock"] = errFault }},
		{"the records have no time", "clock: newest", func(b *bench) { b.Fail["newest"] = errFault }},
		{"no loopback", "network: up lo", func(b *bench) { b.Fail["up lo"] = errFault }},
		{"no network card", "network: up eth0", func(b *bench) {
			b.cfg.Network = boot.NetworkConfig{Interface: "eth0", Address: "dhcp"}
			b.Fail["up eth0"] = errFault
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			on(t, func(b *bench) {
				c.break_(b)
				b.run(time.Minute)
				if b.count("start /init") != 1 {
					t.Errorf("%d starts of the terminal", b.count("start /init"))
				}
				if p := b.File("/run/smartpos/problems"); !strings.Contains(p, c.problem) {
					t.Errorf("problems are %q, not %q", p, c.problem)
				}
				b.wantLog("PROBLEM "+c.problem, "terminal: ready")
				b.wantDid("unmount /data", "halt: power off")
			})
		})
	}
}

// The terminal ends in every way there is. It comes back, the reason is on the screen, and process 1 lives on.
func TestChildEnds(t *testing.T) {
	for _, c := range []struct {
		name, reason string
		kind         boot.NoticeKind
		end          func(*boottest.Child) boot.Status
	}{
		{"cleanly, unasked", "exit code 0", boot.Ended, func(*boottest.Child) boot.Status { return boot.Status{} }},
		{"wrong profile", "pos: profile.toml:3: terminal.id: is required", boot.Misconfigured, func(c *boottest.Child) boot.Status {
			fmt.Fprintln(c.Output, "pos: profile.toml:3: terminal.id: is required")
			return boot.Status{Code: boot.ExitProfile}
		}},
		{"panic", "exit code 2: panic: runtime error: index out of range", boot.Ended, func(c *boottest.Child) boot.Status {
			fmt.Fprint(c.Output, "x\npanic: runtime error: index out of range\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:3\nexit status 2\n")
			return boot.Status{Code: 2}
		}},
		{"killed", "signal 9 (killed)", boot.Ended, func(*boottest.Child) boot.Status { return boot.Status{Signal: syscall.SIGKILL} }},
		{"no line end", "exit code 1: half a li", boot.Ended, func(c *boottest.Child) boot.Status {
			fmt.Fprint(c.Output, "half a li")
			return boot.Status{Code: 1}
		}},
		{"garbage", "exit code 1: a \uFFFD [2Jb", boot.Ended, func(c *boottest.Child) boot.Status {
			c.Output.Write([]byte("a\t\xff\xfe\x1b[2Jb\n"))
			return boot.Status{Code: 1}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			on(t, func(b *bench) {
				first := true
				b.Programs["/init"] = func(child *boottest.Child) boot.Status {
					if first {
						first = false
						return c.end(child)
					}
					return terminal(child)
				}
				b.run(time.Minute)
				if b.count("start /init") != 2 || b.seen[0].Kind != c.kind || b.seen[0].Count != 1 {
					t.Errorf("%d starts, notices %+v", b.count("start /init"), b.seen)
				}
				if got := strings.Join(strings.Fields(b.seen[0].Reason), " "); got != strings.Join(strings.Fields(c.reason), " ") {
					t.Errorf("reason %q, want %q", got, c.reason)
				}
			})
		})
	}
}

func TestBackOff(t *testing.T) {
	on(t, func(b *bench) {
		b.Programs["/init"] = func(*boottest.Child) boot.Status { return boot.Status{Code: 1} }
		b.run(10 * time.Minute)
		var waits []time.Duration
		for _, n := range b.seen[:9] {
			waits = append(waits, n.After)
		}
		want := []time.Duration{500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000}
		for i := range want {
			if want[i] *= time.Millisecond; waits[i] != want[i] {
				t.Errorf("waits %v, want %v", waits, want)
				break
			}
		}
		if n := b.count("start"); n < 20 || n > 30 {
			t.Errorf("%d starts in ten minutes", n)
		}
		if !strings.Contains(strings.Join(b.seen[2].Lines("zh"), "\n"), "联系维修") {
			t.Errorf("after three failures it says %q", b.seen[2].Lines("zh"))
		}
	})
}

// A child that ran well starts the back-off anew.
func TestGoodRunForgives(t *testing.T) {
	on(t, func(b *bench) {
		n := 0
		b.Programs["/init"] = func(c *boottest.Child) boot.Status {
			if n++; n == 4 {
				for range 70 {
					time.Sleep(time.Second)
					c.Beat()
				}
			}
			return boot.Status{Code: 1}
		}
		b.run(100 * time.Second)
		if b.seen[3].Count != 1 || b.seen[3].After != 500*time.Millisecond {
			t.Errorf("after a good run: %+v", b.seen[3])
		}
	})
}

func TestCannotStart(t *testing.T) {
	on(t, func(b *bench) {
		b.Fail["start /init"] = errFault
		b.start()
		time.Sleep(5 * time.Second)
		b.SetFail("start /init", nil)
		time.Sleep(5 * time.Second)
		b.Ask(syscall.SIGTERM)
		b.wait()
		b.wantLog("it can't be started: start /init", "terminal: ready")
	})
}

// The loop hangs: with a watchdog the board resets, and not before its time; without one the child is killed.
func TestHang(t *testing.T) {
	hang := func(c *boottest.Child) boot.Status {
		for range 5 {
			time.Sleep(time.Second)
			c.Beat()
		}
		<-c.Killed // deaf to everything else
		return boot.Status{}
	}
	t.Run("watchdog", func(t *testing.T) {
		on(t, func(b *bench) {
			b.Programs["/init"] = hang
			start := time.Now()
			b.start()
			<-b.Reset()
			// 5 s alive, 10 s until it counts as hanging, and the last food lasts 10 s.
			if took := time.Since(start); took < 20*time.Second || took > 26*time.Second {
				t.Errorf("reset after %v", took)
			}
			b.Ask(syscall.SIGTERM)
			b.wait()
			b.wantLog("no sign of life")
		})
	})
	t.Run("never beats", func(t *testing.T) {
		on(t, func(b *bench) {
			b.Programs["/init"] = func(c *boottest.Child) boot.Status { <-c.Killed; return boot.Status{} }
			start := time.Now()
			b.start()
			<-b.Reset()
			if took := time.Since(start); took < 60*time.Second || took > 71*time.Second {
				t.Errorf("reset after %v", took)
			}
			b.Ask(syscall.SIGTERM)
			b.wait()
		})
	})
	t.Run("no watchdog", func(t *testing.T) {
		on(t, func(b *bench) {
			b.cfg.Watchdog.Device = ""
			b.Programs["/init"] = hang
			b.start()
			time.Sleep(30 * time.Second)
			b.Ask(syscall.SIGTERM)
			b.wait()
			b.wantDid("signal quit", "signal killed")
			if b.seen[0].Kind != boot.Hung {
				t.Errorf("notices %+v", b.seen)
			}
		})
	})
}

// A terminal that hangs in the kernel is not killed by anything, and holds its journal: another one beside it could not sell.
// The board reboots.
func TestHangsInTheKernel(t *testing.T) {
	on(t, func(b *bench) {
		b.cfg.Watchdog.Device = ""
		freed := make(chan struct{})
		b.Programs["/init"] = func(c *boottest.Child) boot.Status { c.Beat(); <-freed; return boot.Status{} }
		b.Fail["signal killed"] = errFault
		b.start()
		time.Sleep(2 * time.Minute)
		b.wantDid("signal killed", "halt: reboot")
		if n := b.count("start /init"); n != 1 {
			t.Errorf("%d terminals", n)
		}
		close(freed)
		b.Ask(syscall.SIGTERM)
		b.wait()
	})
}

func TestChildAsks(t *testing.T) {
	for code, how := range map[int]boot.How{boot.ExitPowerOff: boot.PowerOff, boot.ExitReboot: boot.Reboot} {
		on(t, func(b *bench) {
			b.Programs["/init"] = func(*boottest.Child) boot.Status { return boot.Status{Code: code} }
			b.start()
			b.wait()
			b.wantDid("unmount /data", "halt: "+how.String())
			if last := b.seen[len(b.seen)-1]; last.Kind != boot.Stopping || last.How != how {
				t.Errorf("notice %+v", last)
			}
		})
	}
}

func TestSignals(t *testing.T) {
	for sig, how := range map[syscall.Signal]string{syscall.SIGTERM: "halt: power off", syscall.SIGINT: "halt: reboot"} {
		on(t, func(b *bench) {
			b.start()
			time.Sleep(time.Second)
			b.Ask(sig)
			b.wait()
			b.wantDid(how)
		})
	}
}

// A child that does not end when asked is killed, and the data partition is unmounted after that.
func TestStubbornChild(t *testing.T) {
	on(t, func(b *bench) {
		b.Programs["/init"] = func(c *boottest.Child) boot.Status { <-c.Killed; return boot.Status{} }
		b.run(time.Second)
		b.wantDid("signal terminated", "signal killed", "unmount /data", "halt")
	})
}

// Processes that lost their parents are reaped, and one that holds the child's pipes holds up nothing.
func TestOrphans(t *testing.T) {
	on(t, func(b *bench) {
		b.start()
		for range 200 {
			b.Orphan()
			time.Sleep(time.Millisecond)
		}
		b.Ask(syscall.SIGTERM)
		b.wait()
		if b.count("start /init") != 1 {
			t.Error("an orphan's end was taken for the terminal's")
		}
	})
}

func TestBadConfig(t *testing.T) {
	on(t, func(b *bench) {
		b.cfg.Child = nil
		b.run(time.Minute)
		if b.seen[0].Kind != boot.BadConfig || b.did("start") {
			t.Errorf("notices %+v", b.seen)
		}
	})
}

func Example() {
	board := boottest.New() // boot.Linux() on a board
	board.Nodes["/dev/vda"] = 0
	board.Programs["/init"] = func(c *boottest.Child) boot.Status {
		c.Beat()
		return boot.Status{Code: boot.ExitPowerOff}
	}
	err := boot.Run(boot.Options{
		System:  board,
		Config:  &boot.Config{Child: []string{"/init"}, Data: boot.DataConfig{Device: "/dev/vda"}},
		Console: &bytes.Buffer{},
		Show:    func(n boot.Notice) { fmt.Println(n.Lines("en")) },
	})
	for _, e := range board.Events() {
		if strings.Contains(e, "/data") || strings.HasPrefix(e, "start") || strings.HasPrefix(e, "halt") {
			fmt.Println(e)
		}
	}
	fmt.Println(err)
	// Output:
	// [Shutting down… Do not cut the power yet]
	// mount ext4 /dev/vda /data
	// newest /data
	// start /init
	// unmount /data
	// halt: power off
	// <nil>
}
