package boot_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"smartpos/device/boot"
	"smartpos/device/boot/boottest"
)

func noise() []byte {
	p := make([]byte, 2048)
	for i := range p {
		p[i] = byte(i*31 + 7)
	}
	return p
}

// The data partition can't be used: the terminal is not started, the screen says why, the watchdog is fed all the
// while, nothing is written to the disk, and the system still ends in order.
func TestDataUnusable(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		says   string
		break_ func(*bench)
	}{
		{"no card", boot.ErrNoDevice, "存储卡", func(b *bench) { delete(b.Nodes, "/dev/vda") }},
		{"blank", boot.ErrBlank, "重新刷写", func(b *bench) { b.Disk = make([]byte, 2048) }},
		{"its beginning is gone", boot.ErrNotExt4, "请勿格式化", func(b *bench) { b.Disk = append(make([]byte, 5<<20), noise()...) }},
		{"its beginning is gone, and more unreadable", boot.ErrNotExt4, "请勿格式化", func(b *bench) {
			b.Disk = make([]byte, 5<<20)
			b.Bad = 1 << 20
		}},
		{"noise", boot.ErrNotExt4, "请勿格式化", func(b *bench) { b.Disk = noise() }},
		{"half a superblock", boot.ErrMount, "挂载失败", func(b *bench) { b.Disk = boottest.Ext4(0)[:1500] }},
		{"unreadable", boot.ErrMount, "挂载失败", func(b *bench) { b.Fail["read /dev/vda"] = syscall.EIO }},
		{"errors, no e2fsck", boot.ErrDamaged, "无法自动修复", func(b *bench) { b.Disk = boottest.Ext4(3); b.cfg.Data.Fsck = "" }},
		{"errors, e2fsck missing", boot.ErrDamaged, "无法自动修复", func(b *bench) { b.Disk = boottest.Ext4(3); delete(b.Programs, "/sbin/e2fsck") }},
		{"errors, e2fsck gives up", boot.ErrDamaged, "无法自动修复", func(b *bench) {
			b.Disk = boottest.Ext4(3)
			b.Programs["/sbin/e2fsck"] = func(c *boottest.Child) boot.Status {
				fmt.Fprintln(c.Output, "/dev/vda: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.")
				return boot.Status{Code: 4}
			}
		}},
		{"errors, e2fsck lies", boot.ErrDamaged, "无法自动修复", func(b *bench) { b.Disk = boottest.Ext4(3) }},
		{"torn, and takes no write", boot.ErrDamaged, "无法自动修复", func(b *bench) { b.Disk = torn(); b.Fail["write /dev/vda"] = syscall.EIO }},
		{"torn, e2fsck gives up", boot.ErrDamaged, "无法自动修复", func(b *bench) {
			b.Disk = torn()
			b.Programs["/sbin/e2fsck"] = func(*boottest.Child) boot.Status { return boot.Status{Code: 4} }
		}},
		{"the kernel refuses", boot.ErrMount, "挂载失败", func(b *bench) { b.Fail["mount ext4"] = syscall.EUCLEAN }},
	} {
		t.Run(c.name, func(t *testing.T) {
			on(t, func(b *bench) {
				c.break_(b)
				b.run(2 * time.Minute)
				if b.did("start /init") {
					t.Error("the terminal was started without its data")
				}
				n := b.seen[0]
				if n.Kind != boot.NoData || !errors.Is(n.Err, c.err) {
					t.Fatalf("notice %+v, want %v", n, c.err)
				}
				if text := strings.Join(n.Lines("zh"), "\n"); !strings.Contains(text, c.says) {
					t.Errorf("the screen says\n%s\nnot %s", text, c.says)
				}
				if len(n.Lines("en")) != len(n.Lines("zh")) {
					t.Errorf("English says %q", n.Lines("en"))
				}
				if b.Fed() < 50 {
					t.Errorf("the watchdog was fed %d times in two minutes", b.Fed())
				}
				b.wantDid("halt: power off")
				if p := b.File("/run/smartpos/problems"); strings.Count("\n"+p, "\ndata: ") != 1 {
					t.Errorf("problems: %s", p)
				}
			})
		})
	}
}

// The medium with the profile is missing, or not readable: the screen says so, the data partition is left alone, and
// the terminal starts by itself once the card is in.
func TestSettings(t *testing.T) {
	for _, c := range []struct {
		name         string
		err          error
		says         string
		break_, mend func(*bench)
	}{
		{"no card", boot.ErrNoSettings, "插好", func(b *bench) { b.Nodes["/dev/vdb"] = 90 * time.Second }, func(*bench) {}},
		{"a node that can't be opened yet", boot.ErrNoSettings, "插好", func(b *bench) { b.SetFail("read /dev/vdb", syscall.ENXIO) },
			func(b *bench) { b.SetFail("read /dev/vdb", nil) }},
		{"the kernel refuses", boot.ErrBadSettings, "重新写入", func(b *bench) { b.SetFail("mount ext4 /dev/vdb", syscall.EINVAL) },
			func(b *bench) { b.SetFail("mount ext4 /dev/vdb", nil) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			on(t, func(b *bench) {
				b.cfg.Settings = boot.SettingsConfig{Device: "/dev/vdb"}
				b.Nodes["/dev/vdb"] = 0
				c.break_(b)
				b.start()
				time.Sleep(time.Minute)
				if b.did("start /init") || b.did("mount ext4 /dev/vda") {
					t.Error("the boot went on without its settings")
				}
				b.mu.Lock()
				n := b.seen[0]
				b.mu.Unlock()
				if n.Kind != boot.NoSettings || !errors.Is(n.Err, c.err) || !strings.Contains(strings.Join(n.Lines("zh"), ""), c.says) {
					t.Errorf("notice %+v", n)
				}
				c.mend(b)
				time.Sleep(time.Minute)
				b.wantLog("settings: /dev/vdb on /settings", "data: /dev/vda on /data", "terminal: ready")
				b.Ask(syscall.SIGTERM)
				b.wait()
				b.wantDid("unmount /settings", "unmount /data")
			})
		})
	}
}

// The card is put in again: the terminal starts by itself, and at once.
func TestDataComesBack(t *testing.T) {
	on(t, func(b *bench) {
		b.Nodes["/dev/vda"] = 25 * time.Second
		b.run(time.Minute)
		if b.count("start /init") != 1 || b.seen[0].Kind != boot.NoData {
			t.Errorf("%d starts, %+v", b.count("start /init"), b.seen)
		}
		if !strings.Contains(b.log.String(), "[   25.0") {
			t.Errorf("25 s after the start nothing happened:\n%s", b.log.String())
		}
	})
}

// A late device within its limit is no problem at all.
func TestDataLate(t *testing.T) {
	on(t, func(b *bench) {
		b.Nodes["/dev/vda"] = 3 * time.Second
		b.run(time.Minute)
		if p := b.File("/run/smartpos/problems"); p != "" || !b.did("start /init") {
			t.Errorf("problems: %s", p)
		}
	})
}

func TestFsckMends(t *testing.T) {
	on(t, func(b *bench) {
		b.Disk = boottest.Ext4(2)
		b.Programs["/sbin/e2fsck"] = func(*boottest.Child) boot.Status {
			b.SetDisk(boottest.Ext4(0))
			return boot.Status{Code: 1}
		}
		b.run(time.Minute)
		b.wantDid("start /sbin/e2fsck -p /dev/vda", "mount ext4 /dev/vda /data", "start /init")
	})
}

func TestMountAfterFsck(t *testing.T) {
	on(t, func(b *bench) {
		b.Fail["mount ext4"] = syscall.EUCLEAN
		b.Programs["/sbin/e2fsck"] = func(*boottest.Child) boot.Status {
			b.SetFail("mount ext4", nil)
			return boot.Status{Code: 1}
		}
		b.run(time.Minute)
		b.wantDid("start /init")
	})
}

// e2fsck hangs: the watchdog is fed for the five minutes that it may take, then it is stopped.
func TestFsckHangs(t *testing.T) {
	on(t, func(b *bench) {
		b.Disk = boottest.Ext4(2)
		b.Programs["/sbin/e2fsck"] = func(c *boottest.Child) boot.Status { <-c.Killed; return boot.Status{} }
		b.run(6 * time.Minute)
		b.wantDid("signal terminated", "signal killed", "halt: power off")
		select {
		case <-b.Reset():
			t.Error("the watchdog reset the board")
		default:
		}
	})
}

// Power-off is asked for while e2fsck runs.
func TestStopDuringFsck(t *testing.T) {
	on(t, func(b *bench) {
		b.Disk = boottest.Ext4(2)
		b.Programs["/sbin/e2fsck"] = func(c *boottest.Child) boot.Status { <-c.Signals; return boot.Status{Code: 32} }
		b.run(10 * time.Second)
		b.wantDid("signal terminated", "halt: power off")
	})
}

// ext4 finds an error while the terminal sells and takes no more writes: the terminal ends, and the board reboots so
// that e2fsck can look at the partition.
func TestTurnsReadOnly(t *testing.T) {
	on(t, func(b *bench) {
		b.Programs["/init"] = func(*boottest.Child) boot.Status {
			b.SetReadOnly(true)
			return boot.Status{Code: 1}
		}
		b.start()
		b.wait()
		b.wantDid("halt: reboot")
		if b.seen[0].Kind != boot.NoData {
			t.Errorf("notices %+v", b.seen)
		}
	})
}

// A terminal that can keep no records any more says so and waits for somebody to restart it: process 1 does.
func TestTurnsReadOnlyUnderATerminal(t *testing.T) {
	on(t, func(b *bench) {
		b.start()
		time.Sleep(time.Minute)
		b.SetReadOnly(true)
		broke := time.Now()
		b.wait()
		if took := time.Since(broke); took > 30*time.Second {
			t.Errorf("it took %v", took)
		}
		b.wantDid("signal terminated", "unmount /data", "halt: reboot")
		if text := strings.Join(b.seen[0].Lines("zh"), "\n"); b.seen[0].Kind != boot.NoData || !strings.Contains(text, "停止写入") {
			t.Errorf("it says %s", text)
		}
	})
}

// torn is an ext4 of whose superblock the power let one sector through: its checksum does not hold.
func torn() []byte {
	p := boottest.Ext4(0)
	binary.LittleEndian.PutUint32(p[1024+0x64:], 0x400)
	p[1024+0x175] = 1
	return p
}

// A torn superblock is mended, everything is checked, and the terminal starts.
func TestTornSuperblock(t *testing.T) {
	on(t, func(b *bench) {
		b.Disk = torn()
		b.Programs["/sbin/e2fsck"] = func(*boottest.Child) boot.Status {
			if _, torn := boot.TornSuperblock(b.Disk); torn || b.Disk[1024+0x3a]&2 == 0 {
				t.Error("e2fsck finds it torn, or is not told that there were errors")
			}
			b.Disk = boottest.Ext4(0)
			return boot.Status{Code: 1}
		}
		b.run(5 * time.Second)
		for _, want := range []string{"write /dev/vda", "start /sbin/e2fsck -p /dev/vda", "mount ext4", "start /init"} {
			if !b.did(want) {
				t.Errorf("never did: %s", want)
			}
		}
	})
}
