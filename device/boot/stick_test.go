package boot_test

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/device/boot"
	"smartpos/device/boot/boottest"
)

// fat and exfat are the first sectors of such volumes, and mbr is a disk's with partitions.
var fat, exfat, mbr = sector("\xeb\x58\x90mkfs.fat", map[int]byte{12: 2, 13: 8, 14: 32, 16: 2, 21: 0xf8}), sector("\xeb\x76\x90EXFAT   ", nil), sector("", nil)

func sector(start string, more map[int]byte) []byte {
	p := make([]byte, 512)
	copy(p, start)
	for at, b := range more {
		p[at] = b
	}
	p[510], p[511] = 0x55, 0xaa
	return p
}

// stick is a disk with one partition of its own.
func stick(name string, sequence uint64) boot.Disk {
	return boot.Disk{Name: name, Sequence: sequence, Size: 1 << 30, Parts: []boot.Part{{Name: name + "1", Size: 1<<30 - 1<<20}}}
}

// plug puts disks in whose first partition holds a FAT.
func (b *bench) plug(disks ...boot.Disk) {
	media := map[string][]byte{}
	for _, d := range disks {
		media["/dev/"+d.Name], media["/dev/"+d.Name+"1"] = mbr, fat
	}
	b.PlugDisks(disks, media)
}

// says checks what the terminal is told of the stick, a moment later.
func (b *bench) says(want string) {
	b.t.Helper()
	time.Sleep(time.Second)
	if got := strings.TrimSpace(b.File("/run/smartpos/stick")); got != want {
		b.t.Errorf("the terminal is told %q, want %q\n%s", got, want, b.log.String())
	}
}

// powerOff ends the board.
func (b *bench) powerOff() {
	b.Ask(syscall.SIGTERM)
	b.wait()
}

// socket is the terminal's side, once it runs.
func (b *bench) socket() *boot.Socket {
	pulses := make(chan *boottest.Child, 1)
	b.Programs["/init"] = func(c *boottest.Child) boot.Status {
		pulses <- c
		return terminal(c)
	}
	b.start()
	c := <-pulses
	time.Sleep(time.Second)
	return boot.NewSocket(c.Pulse, func(file string) ([]byte, error) {
		if text := b.File(file); text != "" {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	})
}

// A stick comes, goes and comes again. It is mounted for reading only, and what is gone is not waited for.
func TestStick(t *testing.T) {
	on(t, func(b *bench) {
		b.start()
		b.says("none")
		b.plug(stick("sda", 1))
		b.says("ready sda1")
		b.wantDid("mount vfat /dev/sda1 /mnt/stick ro")
		b.PlugDisks(nil, nil)
		b.says("none")
		b.wantDid("detach /mnt/stick")
		b.plug(stick("sda", 2))
		b.says("ready sda1")
		b.plug(stick("sda", 3)) // changed between two looks
		b.says("ready sda1")
		b.powerOff()
		if got := b.count("mount vfat /dev/sda1 /mnt/stick ro"); got != 3 || b.count("detach") != 2 || b.count("remount") != 0 {
			t.Errorf("mounted %d times:\n%s", got, strings.Join(b.Events(), "\n"))
		}
	})
}

// What is written where no stick is any more would lie in memory and pass for a backup: nothing can be.
func TestNoStickTakesNoWrites(t *testing.T) {
	on(t, func(b *bench) {
		const empty = "mount tmpfs tmpfs /mnt/stick ro"
		b.plug(stick("sda", 1))
		b.start()
		b.says("ready sda1")
		b.wantDid(empty)
		events := strings.Join(b.Events(), "\n")
		if strings.Index(events, empty) > strings.Index(events, "mount vfat") {
			t.Errorf("it lies above the stick:\n%s", events)
		}
		b.PlugDisks(nil, nil)
		b.says("none")
		b.powerOff()
		if b.count("detach /mnt/stick") != 1 || b.did("unmount /mnt/stick") {
			t.Errorf("it was let go of with the stick:\n%s", strings.Join(b.Events(), "\n"))
		}
	})
}

// A stick that is in at the start waits for the terminal: nothing is asked of it before the first screen.
func TestStickAtStart(t *testing.T) {
	on(t, func(b *bench) {
		b.cfg.LateModules = []string{"/m/usb_storage.ko"}
		b.plug(stick("sda", 1))
		b.Programs["/init"] = func(c *boottest.Child) boot.Status {
			time.Sleep(3 * time.Second)
			if b.did("read /dev/sda") || b.did("mount vfat") {
				t.Error("the stick was looked at before the first screen")
			}
			return terminal(c)
		}
		b.start()
		time.Sleep(5 * time.Second)
		b.says("ready sda1")
		b.powerOff()
		events := strings.Join(b.Events(), "\n")
		if !strings.Contains(events, "unmount /mnt/stick") || strings.Index(events, "unmount /mnt/stick") > strings.Index(events, "unmount /data") {
			t.Errorf("the stick was not let go before the data:\n%s", events)
		}
	})
}

// What is mounted of a stick: all of it, or its largest partition with a file system that is taken.
func TestStickVolume(t *testing.T) {
	parts := []boot.Part{{Name: "sda1", Size: 200 << 20}, {Name: "sda2", Size: 28 << 30}, {Name: "sda3", Size: 1 << 30}}
	for name, c := range map[string]struct {
		disk        boot.Disk
		media       map[string][]byte
		says, mount string
	}{
		"no partitions":              {boot.Disk{Size: 1}, map[string][]byte{"/dev/sda": fat}, "ready sda", "mount vfat /dev/sda "},
		"exFAT":                      {boot.Disk{Size: 1}, map[string][]byte{"/dev/sda": exfat}, "ready sda", "mount exfat /dev/sda "},
		"a small one before it":      {boot.Disk{Size: 1, Parts: parts}, map[string][]byte{"/dev/sda": mbr, "/dev/sda1": fat, "/dev/sda2": exfat, "/dev/sda3": fat}, "ready sda2", "mount exfat /dev/sda2 "},
		"the largest is of no use":   {boot.Disk{Size: 1, Parts: parts}, map[string][]byte{"/dev/sda": mbr, "/dev/sda1": fat, "/dev/sda2": noise(), "/dev/sda3": noise()}, "ready sda1", "mount vfat /dev/sda1 "},
		"its switch is on":           {boot.Disk{Size: 1, Protected: true}, map[string][]byte{"/dev/sda": fat}, "protected sda", "mount vfat /dev/sda "},
		"noise":                      {boot.Disk{Size: 1}, map[string][]byte{"/dev/sda": noise()}, "unknown sda", ""},
		"blank":                      {boot.Disk{Size: 1}, map[string][]byte{"/dev/sda": make([]byte, 512)}, "unknown sda", ""},
		"partitions of something":    {boot.Disk{Size: 1, Parts: parts}, map[string][]byte{"/dev/sda": mbr, "/dev/sda1": noise(), "/dev/sda2": noise(), "/dev/sda3": noise()}, "unknown sda", ""},
		"half a sector can be read":  {boot.Disk{Size: 1}, map[string][]byte{"/dev/sda": fat[:256]}, "broken sda", ""},
		"a card reader without card": {boot.Disk{Size: 0}, nil, "none", ""},
	} {
		t.Run(name, func(t *testing.T) {
			on(t, func(b *bench) {
				c.disk.Name = "sda"
				b.PlugDisks([]boot.Disk{c.disk}, c.media)
				b.start()
				time.Sleep(3 * time.Second)
				b.says(c.says)
				if mounted := b.did("mount vfat") || b.did("mount exfat"); mounted != (c.mount != "") || c.mount != "" && !b.did(c.mount) {
					t.Errorf("mounted:\n%s", strings.Join(b.Events(), "\n"))
				}
				b.PlugDisks(nil, nil)
				time.Sleep(time.Second)
				b.plug(stick("sda", 9)) // the next one is none the worse for it
				b.says("ready sda1")
				b.powerOff()
			})
		})
	}
}

// A disk is there before its partitions are, and may not be readable at once: that is no verdict on it, however late.
func TestStickSlow(t *testing.T) {
	for name, slow := range map[string]time.Duration{"slow": time.Second, "slower": 10 * time.Second} {
		t.Run(name, func(t *testing.T) {
			on(t, func(b *bench) {
				b.start()
				media := map[string][]byte{"/dev/sda": mbr, "/dev/sda1": fat}
				b.PlugDisks([]boot.Disk{{Name: "sda", Sequence: 1, Size: 1 << 30}}, media)
				time.Sleep(slow)
				b.plug(stick("sda", 1))
				b.says("ready sda1")
				b.powerOff()
			})
		})
	}
	t.Run("not readable at once", func(t *testing.T) {
		on(t, func(b *bench) {
			b.start()
			b.SetFail("read /dev/sda", syscall.ENXIO)
			b.plug(stick("sda", 1))
			b.says("looking sda")
			b.SetFail("read /dev/sda", nil)
			b.says("ready sda1")
			b.powerOff()
		})
	})
}

// The board's own disks are no sticks, although they hang on USB and hold a FAT.
func TestStickNotOurs(t *testing.T) {
	for name, set := range map[string]func(*boot.Config){
		"data":     func(c *boot.Config) { c.Data.Device = "/dev/sda1" },
		"settings": func(c *boot.Config) { c.Settings.Device = "/dev/sda" },
		"boot":     func(c *boot.Config) { c.Stick.Never = []string{"/dev/sda"} },
	} {
		t.Run(name, func(t *testing.T) {
			on(t, func(b *bench) {
				set(&b.cfg)
				b.Nodes["/dev/sda"], b.Nodes["/dev/sda1"] = 0, 0
				media := map[string][]byte{"/dev/sda": fat, "/dev/sda1": fat, "/dev/sdb": mbr, "/dev/sdb1": fat}
				if name != "boot" { // it is mounted as what it is
					media["/dev/sda"], media["/dev/sda1"] = boottest.Ext4(0), boottest.Ext4(0)
				}
				b.PlugDisks([]boot.Disk{stick("sda", 1)}, media)
				b.start()
				b.says("none")
				b.PlugDisks([]boot.Disk{stick("sda", 1), stick("sdb", 2)}, media)
				b.says("ready sdb1")
				b.powerOff()
				if b.did("mount vfat /dev/sda") {
					t.Error("it was taken for a stick")
				}
			})
		})
	}
}

// Of two sticks the first is used, and the other one when that is gone.
func TestSecondStick(t *testing.T) {
	on(t, func(b *bench) {
		b.start()
		b.plug(stick("sdb", 1))
		b.says("ready sdb1")
		b.plug(stick("sda", 2), stick("sdb", 1))
		b.says("ready sdb1 spare")
		b.wantLog("another one is in, too, and is not used while sdb is in")
		b.plug(stick("sda", 2))
		time.Sleep(time.Second)
		b.says("ready sda1")
		b.powerOff()
	})
}

// A stick that never answers holds nobody up: not the watchdog, not the terminal, not the end; and when it has gone, the
// next one is used.
func TestStickHangs(t *testing.T) {
	for _, event := range []string{"read /dev/sda", "mount vfat", "remount rw", "remount ro"} {
		t.Run(event, func(t *testing.T) {
			on(t, func(b *bench) {
				s := b.socket()
				release := b.Hang(event)
				b.plug(stick("sda", 1))
				time.Sleep(2 * time.Second)
				if giveBack, err := s.Lend(b.t.Context()); err == nil {
					if err := giveBack(); !errors.Is(err, boot.ErrStick) {
						t.Errorf("given back: %v", err)
					}
				}
				time.Sleep(25 * time.Second)
				if got := b.File("/run/smartpos/stick"); !strings.HasPrefix(got, "silent sda") {
					t.Errorf("the terminal is told %q", got)
				}
				b.wantLog("has not answered for 20s")
				b.PlugDisks(nil, nil)
				b.says("none")
				release()
				b.plug(stick("sda", 2))
				time.Sleep(time.Second)
				b.says("ready sda1")
				if b.count("start /init") != 1 {
					t.Error("the terminal was started again")
				}
				b.powerOff()
			})
		})
	}
	t.Run("at the end", func(t *testing.T) {
		on(t, func(b *bench) {
			b.start()
			b.plug(stick("sda", 1))
			b.says("ready sda1")
			release := b.Hang("unmount /mnt/stick")
			began := time.Now()
			b.Ask(syscall.SIGTERM)
			time.Sleep(5 * time.Second)
			b.wantDid("unmount /data", "halt: power off")
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("the end took %v", took)
			}
			release()
			b.wait()
		})
	})
}

// At the end nothing waits for ever for a disk that hangs: not for the stick, whose writes the kernel still has, nor for the
// data.
func TestDiskHangsAtTheEnd(t *testing.T) {
	for _, event := range []string{"sync", "unmount /data"} {
		t.Run(event, func(t *testing.T) {
			on(t, func(b *bench) {
				b.cfg.Watchdog.Device = "" // it would end it
				b.start()
				time.Sleep(time.Second)
				release := b.Hang(event)
				b.Ask(syscall.SIGTERM)
				time.Sleep(45 * time.Second)
				b.wantDid("unmount /data", "halt: power off")
				release()
				b.wait()
			})
		})
	}
}

// The kernel can't say what is plugged in: that is noted once, and a stick that is in stays.
func TestDisksUnknown(t *testing.T) {
	on(t, func(b *bench) {
		b.start()
		b.plug(stick("sda", 1))
		b.says("ready sda1")
		b.SetFail("disks", errFault)
		b.says("ready sda1")
		b.SetFail("disks", nil)
		b.powerOff()
		if got := strings.Count(b.log.String(), errFault.Error()); got != 1 {
			t.Errorf("noted %d times", got)
		}
	})
}

// A process that nobody supervises has no socket.
func TestNoSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if s := (*boot.Pulse)(nil).Socket(); s != nil {
			t.Error(s)
		}
	})
}
