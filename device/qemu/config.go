package qemu

import (
	"errors"
	"fmt"
	"image"
	"os"
	"regexp"
	"strings"
)

// Arch is the architecture of the emulated board.
type Arch string

// The architectures.
const (
	ARMv7 Arch = "armv7" // Cortex-A7, qemu-system-arm
	ARM64 Arch = "arm64" // Cortex-A53, qemu-system-aarch64
)

// Defaults of a [Config].
const (
	DefaultMemoryMB = 256
	DefaultAppend   = "console=ttyAMA0 rdinit=/init quiet"
)

// Config describes a board. Arch and Kernel are required.
type Config struct {
	Arch   Arch
	Kernel string // a Linux image: zImage or uImage on armv7, Image or its gzip on arm64
	Initrd string // an initramfs, plain or compressed
	Append string // the kernel's command line; DefaultAppend if empty

	MemoryMB int // 64 to 2048; DefaultMemoryMB if 0
	CPUs     int // 1 to 4; 1 if 0

	// PinNames are the names of GPIO lines 0–7, as gpio-line-names in the device tree. If there are any, the
	// board has no power key either, which QEMU's has on line 3. "" leaves a line without a name.
	PinNames []string
	// DTB is a device tree to use as it is. It must have been made for the same machine options: see DeviceTree.
	DTB string

	// SerialPorts are up to four RS-232 ports, /dev/ttyS0 on, by names of one's own: see Machine.Serial. They are
	// not paced: whatever the baud rate, bytes go as fast as both ends take them.
	SerialPorts []string

	Disks   []Disk
	USB     bool // a USB host, for Machine.PlugSerial and PlugStorage
	Network *Network
	Display image.Point // size in pixels, 64×64 to 2048×2048; the zero point is a board without one

	// Watchdog gives the board an i6300ESB that resets it. Debian's kernel drives it on arm64 only; softdog, on both,
	// needs nothing here.
	Watchdog bool

	// Incoming is a file that [Machine.Save] left, to go on from instead of booting. All the rest must be as it was
	// then, what was plugged in by hand excepted: that comes unplugged.
	Incoming string
	// Paused leaves the machine standing still until [Machine.Continue].
	Paused bool

	// Dir is where the machine's own folder is made, for its sockets; the system's temporary folder if empty.
	Dir string
	// Extra are arguments for QEMU that nothing above gives.
	Extra []string
}

// DiskKind is how a disk is attached.
type DiskKind string

// The kinds of disks.
const (
	DiskVirtio DiskKind = "virtio" // /dev/vda on; also the zero value's meaning
	DiskSD     DiskKind = "sd"     // an SD card, /dev/mmcblk0 on; its size must be a power of two
)

// Disk is a raw image, in a file or behind an NBD server. One of File and NBD is required.
type Disk struct {
	Kind     DiskKind
	File     string
	NBD      string // a Unix socket on which an NBD server listens; its export's name is empty
	ReadOnly bool

	// Slot gives a virtio disk a slot of its own, where it can be plugged in while the board runs. Debian's kernel
	// notices that on arm64 only.
	Slot bool
	// Absent leaves the slot empty until [Machine.PlugDisk].
	Absent bool
}

// Network joins the board to an Ethernet of its own. QEMU is its DHCP server (the board is 10.0.2.15) and lets
// nothing through but what is forwarded: no host, no gateway, no name server.
type Network struct {
	// ToHost joins addresses that the guest dials, such as "10.0.2.100:443", to addresses of the host. Every
	// connection is carried by a process of its own: see [RunRelay].
	ToHost []Forward
	// ToGuest joins ports of the host, such as "127.0.0.1:8022", to ports of the guest.
	ToGuest []Forward
	// Relay is the command that carries a connection of ToHost between its standard input and output and the address
	// that is its last argument. If nil, this program itself: it must call [RunRelay] first.
	Relay []string
}

// Forward joins two TCP addresses, each an IPv4 address and a port.
type Forward struct{ Guest, Host string }

// word is what a name may be: it stands in QEMU's options and in socket names.
var word = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,31}$`)

// withDefaults returns the configuration with its blanks filled in, or all that is wrong with it.
func (cfg Config) withDefaults() (Config, error) {
	orDefault(&cfg.MemoryMB, DefaultMemoryMB)
	orDefault(&cfg.CPUs, 1)
	orDefault(&cfg.Append, DefaultAppend)
	if n := cfg.Network; n != nil && len(n.ToHost) > 0 && n.Relay == nil {
		self, err := os.Executable()
		if err != nil {
			return cfg, err
		}
		with := *n
		with.Relay = []string{self, relayArgument}
		cfg.Network = &with
	}
	return cfg, cfg.check()
}

func orDefault[T comparable](v *T, standard T) {
	var zero T
	if *v == zero {
		*v = standard
	}
}

func (cfg *Config) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if cfg.Arch != ARMv7 && cfg.Arch != ARM64 {
		bad("architecture %q, want %s or %s", cfg.Arch, ARMv7, ARM64)
	}
	if cfg.MemoryMB < 64 || cfg.MemoryMB > 2048 {
		bad("%d MB of memory, want 64 to 2048", cfg.MemoryMB)
	}
	if cfg.CPUs < 1 || cfg.CPUs > 4 {
		bad("%d CPUs, want 1 to 4", cfg.CPUs)
	}
	if strings.ContainsAny(cfg.Append, "\n\x00") {
		bad("a kernel command line is one line")
	}
	if d := cfg.Display; d != (image.Point{}) && (min(d.X, d.Y) < 64 || max(d.X, d.Y) > 2048) {
		bad("a display of %d×%d, want 64×64 to 2048×2048", d.X, d.Y)
	}
	errs = append(errs, cfg.checkPins(), cfg.checkSerial(), cfg.checkDisks(), cfg.checkFiles())
	return errors.Join(errs...)
}

func (cfg *Config) checkPins() error {
	if len(cfg.PinNames) > pinCount {
		return fmt.Errorf("%d pin names, want at most %d", len(cfg.PinNames), pinCount)
	}
	if len(cfg.PinNames) > 0 && cfg.DTB != "" {
		return errors.New("pin names and a device tree: give one")
	}
	for _, name := range cfg.PinNames {
		if len(name) > 32 || strings.ContainsRune(name, 0) {
			return fmt.Errorf("pin name %.40q, want at most 32 bytes", name)
		}
	}
	return nil
}

func (cfg *Config) checkSerial() error {
	if n := len(cfg.SerialPorts); n > 4 {
		return fmt.Errorf("%d serial ports, want at most 4", n)
	}
	used := map[string]bool{}
	for _, name := range cfg.SerialPorts {
		if !word.MatchString(name) || used[name] {
			return fmt.Errorf("serial port %q, want a name of its own: a letter, then letters, digits and -", name)
		}
		used[name] = true
	}
	return nil
}

func (cfg *Config) checkDisks() error {
	cards := 0
	for i, d := range cfg.Disks {
		if d.Kind == DiskSD {
			if cards++; cards > 1 {
				return fmt.Errorf("disk %d: a board has one SD card", i)
			}
		}
		if (d.File == "") == (d.NBD == "") {
			return fmt.Errorf("disk %d: want a file or an NBD socket", i)
		}
		if d.Kind != "" && d.Kind != DiskVirtio && d.Kind != DiskSD {
			return fmt.Errorf("disk %d: kind %q, want %s or %s", i, d.Kind, DiskVirtio, DiskSD)
		}
		if d.Slot && d.Kind == DiskSD || d.Absent && !d.Slot {
			return fmt.Errorf("disk %d: only a virtio disk has a slot, and only a slot can be empty", i)
		}
	}
	return nil
}

// checkFiles finds missing files before QEMU does, whose words for it are poor.
func (cfg *Config) checkFiles() error {
	var errs []error
	files := []struct{ what, name string }{
		{"kernel", cfg.Kernel}, {"initramfs", cfg.Initrd}, {"device tree", cfg.DTB}, {"saved state", cfg.Incoming},
	}
	for _, d := range cfg.Disks {
		files = append(files, struct{ what, name string }{"disk", d.File})
	}
	for _, f := range files {
		if f.name == "" {
			continue
		}
		if _, err := os.Stat(f.name); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.what, err))
		}
	}
	if cfg.Kernel == "" {
		errs = append(errs, errors.New("no kernel"))
	}
	return errors.Join(errs...)
}
