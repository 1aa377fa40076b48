package board

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	bootimage "smartpos/cmd/internal/image"
	"smartpos/device/qemu"
	"smartpos/device/qemu/nbd"
)

// Backends are the names of what can run the firmware.
var Backends = []string{hostName, string(qemu.ARMv7), string(qemu.ARM64)}

const hostName = "host"

// ErrBackend is returned for a backend that does not exist.
var ErrBackend = errors.New("no such backend")

// CheckBackend returns [ErrBackend] for a name that is none of [Backends].
func CheckBackend(name string) error {
	if !slices.Contains(Backends, name) {
		return fmt.Errorf("%w: %q; there are %s", ErrBackend, name, strings.Join(Backends, ", "))
	}
	return nil
}

// memoryMB is what a board in QEMU has: the least that the firmware is promised to run in.
const memoryMB = 128

// displayName is the virtual machine's size of screen.
var displaySize = image.Pt(320, 240)

// Image is what the boards of a backend in QEMU boot. Boards of one run share it.
type Image struct {
	arch  qemu.Arch
	board *bootimage.Board
	files *bootimage.Image
	epoch time.Time
	extra []string // arguments for QEMU: a test's
	state string   // a machine that waits for its settings, to go on from instead of booting; "": none
}

// ImageOptions say what an image is made of.
type ImageOptions struct {
	Backend  string           // armv7 or arm64
	Board    *bootimage.Board // the board, of the backend's architecture; nil: the usual one
	Firmware string           // the firmware's binary for it; "": built from the source tree in the working directory
	Tags     []string         // build tags for that: a test's
	Dir      string           // where the image is written
	Log      io.Writer        // hears of what takes long
}

// BuildImage builds what boards boot. The first time on a machine it fetches the kernel, which takes a minute.
func BuildImage(ctx context.Context, o ImageOptions) (*Image, error) {
	b := o.Board
	if b == nil {
		var err error
		if b, err = bootimage.LoadBoard("virt-" + o.Backend); err != nil {
			return nil, err
		}
	}
	epoch, err := bootimage.Epoch(ctx, ".")
	if err != nil {
		epoch = time.Now().Truncate(time.Second) // outside of a source tree nobody compares bytes
	}
	kernel, err := bootimage.FetchKernel(ctx, b, bootimage.KernelOptions{Log: o.Log})
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	firmware := o.Firmware
	if firmware == "" {
		firmware = filepath.Join(o.Dir, "pos")
		if err := bootimage.BuildFirmware(ctx, ".", "smartpos/cmd/pos", b.Arch, firmware, o.Tags...); err != nil {
			return nil, err
		}
	}
	files, err := bootimage.Build(ctx, bootimage.Options{Board: b, Kernel: kernel, Firmware: firmware, Epoch: epoch, Out: o.Dir})
	if err != nil {
		return nil, err
	}
	return &Image{arch: qemu.Arch(o.Backend), board: b, files: files, epoch: epoch}, nil
}

// card reports whether the data partition is on an SD card.
func (i *Image) card() bool { return strings.HasPrefix(i.board.Boot.Data.Device, "/dev/mmcblk") }

// cache is what the data disk may forget when the power goes. QEMU never flushes an SD card, whatever the guest asks:
// one that forgot would lose what no guest could have saved.
func (i *Image) cache(o DiskOptions) nbd.Cache {
	switch {
	case i.card():
		return nbd.NoCache
	case o.Lying:
		return nbd.LyingCache
	}
	return nbd.VolatileCache
}

// config is the machine that boots the image, with a settings' medium and a data disk.
func (i *Image) config(dir string, settings, data qemu.Disk) qemu.Config {
	if i.card() {
		data.Kind = qemu.DiskSD
	}
	if i.slots() {
		settings.Slot, data.Slot = true, data.Kind != qemu.DiskSD // a card has its own
		settings.Absent, data.Absent = i.state != "", i.state != "" && data.Slot
	}
	return qemu.Config{
		Arch: i.arch, Kernel: i.files.Path(bootimage.KernelFile), Initrd: i.files.Path(bootimage.InitramfsFile),
		Append: i.files.Cmdline, MemoryMB: memoryMB,
		PinNames:    []string{"GPIO0", "GPIO1", "GPIO2", "GPIO3", "GPIO4", "GPIO5", "GPIO6", "GPIO7"},
		SerialPorts: []string{string(SocketPrinter)},
		Disks:       []qemu.Disk{settings, data},
		USB:         true,
		Network:     &qemu.Network{},
		Display:     displaySize,
		Incoming:    i.state,
		Extra:       i.extra,
		Dir:         dir,
	}
}

// bootLimit is how long a board may take to boot on a busy host.
const bootLimit = 90 * time.Second

// defaultText is the profile that a new board of this kind is set up with.
func (i *Image) defaultText() ([]byte, error) {
	tree := settings{}
	if err := toml.Unmarshal(defaultProfile, &tree); err != nil {
		return nil, err
	}
	tree["board"], tree["data"] = i.board.Name, "/data"
	delete(tree, "stick") // process 1 mounts it
	for name, table := range i.board.Profile {
		tree[name] = table
	}
	text, err := toml.Marshal(map[string]any(tree))
	return append([]byte("# The profile of this emulated board, "+i.board.Title+". It is yours to edit: it is read again whenever the\n"+
		"# board starts. Only the networks and secrets are set anew each time. docs/board-profile.md explains every key.\n\n"), text...), err
}
