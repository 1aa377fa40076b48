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
	"sync"
	"time"

	bootimage "smartpos/cmd/internal/image"
	"smartpos/device/qemu"
)

// Files of a board in QEMU, in its folder.
const (
	settingsDisk = "settings.ext4"
	dataDisk     = "data.ext4"
	stickImage   = "stick.img"
)

const (
	// plugLimit bounds the plugging and unplugging of a USB device.
	plugLimit = 10 * time.Second
	// tapLimit is how long the firmware may take to scan a key, its hold not counted. A busy host makes it long.
	tapLimit = 15 * time.Second
)

// errSocketTaken is returned when a second cable is put into a socket.
var errSocketTaken = errors.New("a cable is in that socket already")

// machineBackend runs the firmware as process 1 of an ARM board in QEMU.
type machineBackend struct {
	dir     string
	image   *Image
	forgets DiskOptions
	network string // the sandbox's address on this host
	watch   Watch
	glass   *glass
	printer wire
	scanner usb

	mu        sync.Mutex
	run       *machineRun // nil without power
	log       string      // the console of the last run
	unplugged bool        // the network cable
	stick     machineStick
}

// machineRun is a machine from power on to power off.
type machineRun struct {
	m      *qemu.Machine
	disk   *diskServer
	keypad *qemu.Keypad
	life   context.Context // ends with the power
	stop   func()
	ended  sync.WaitGroup
	cut    bool // the power was taken away; of machineBackend.mu
}

// newMachine prepares a board in dir, by the profile that lies there.
func newMachine(ctx context.Context, dir string, img *Image, disk DiskOptions, network string, watch Watch) (*machineBackend, error) {
	b := &machineBackend{dir: dir, image: img, forgets: disk, network: network, watch: watch, glass: newGlass(watch.Drawn)}
	if err := settingsMedium(ctx, img, dir, b.file(settingsDisk)); err != nil {
		return nil, fmt.Errorf("settings' medium: %w", err)
	}
	if _, err := os.Stat(b.file(dataDisk)); errors.Is(err, os.ErrNotExist) {
		if err := bootimage.DataPartition(img.board, "", b.file(dataDisk), img.epoch).Make(ctx); err != nil {
			return nil, fmt.Errorf("data disk: %w", err)
		}
	}
	return b, nil
}

func (b *machineBackend) file(name string) string { return filepath.Join(b.dir, name) }

func (b *machineBackend) Name() string { return string(b.image.arch) }

func (b *machineBackend) current() *machineRun {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.run
}

// On boots the machine and returns when its terminal is ready, or when the display says why it is not.
func (b *machineBackend) On(ctx context.Context) error {
	if b.current() != nil {
		return ErrPowered
	}
	ctx, cancel := context.WithTimeout(ctx, bootLimit)
	defer cancel()
	r, err := b.start()
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.run = r
	b.mu.Unlock()
	if b.forgets.Start != nil {
		if n, struck := b.forgets.Start(); n > 0 {
			if err := r.disk.disk.ArmWrite(n, struck); err != nil {
				return err
			}
		}
	}
	b.watch.Drawn() // the display's light goes on
	if err := b.bring(ctx, r); err != nil {
		return fmt.Errorf("%w\n%s", err, r.m.Console().Tail(2000))
	}
	return nil
}

// start starts a machine.
func (b *machineBackend) start() (*machineRun, error) {
	disk, err := serveDisk(b.file(dataDisk), b.image.cache(b.forgets), b.forgets)
	if err != nil {
		return nil, fmt.Errorf("data disk: %w", err)
	}
	cfg := b.image.config("", qemu.Disk{File: b.file(settingsDisk), ReadOnly: true}, qemu.Disk{NBD: disk.socket})
	cfg.Network.ToHost = []qemu.Forward{{Guest: guestNetwork, Host: b.network}}
	// Its life is the board's and not that of the request that switched it on.
	life, stop := context.WithCancel(context.Background())
	m, err := qemu.Start(life, cfg)
	if err != nil {
		stop()
		_, cutErr := disk.cut()
		return nil, errors.Join(err, cutErr)
	}
	r := &machineRun{m: m, disk: disk, life: life, stop: stop}
	b.printer.attach(m.Serial(string(SocketPrinter)))
	r.ended.Go(func() { b.glass.watch(life, m) })
	r.ended.Go(func() {
		if err := m.Wait(life); !b.wasCut(r) {
			b.watch.Ended(err)
		}
	})
	return r, nil
}

// bring plugs in what a machine starts with, and waits for its terminal.
func (b *machineBackend) bring(ctx context.Context, r *machineRun) (err error) {
	if r.keypad, err = r.m.Keypad(qemu.MatrixPins()); err != nil {
		return err
	}
	if err := b.scanner.apply(ctx, r, string(SocketScanner)); err != nil {
		return err
	}
	b.mu.Lock()
	unplugged := b.unplugged
	b.mu.Unlock()
	if unplugged {
		if err := r.m.SetCable(ctx, false); err != nil {
			return err
		}
	}
	if err := b.stick.apply(ctx, r, b.file(stickImage)); err != nil {
		return err
	}
	says, err := b.awaitReady(ctx, r)
	if err != nil || says != terminalReady {
		return err
	}
	// A key that is down when the firmware begins to look is a jammed one to it.
	return r.keypad.AwaitScans(ctx, 3, qemu.DefaultScans)
}

// What process 1 says on the console when the terminal is ready, and when it draws why not.
const (
	terminalReady = "boot: terminal: ready"
	noticeDrawn   = "boot: screen:"
)

// awaitReady puts the disks of a machine into its slots if they are to go there, and waits for its terminal or for
// the reason why there is none.
func (b *machineBackend) awaitReady(ctx context.Context, r *machineRun) (says string, err error) {
	if b.image.state != "" && b.image.slots() {
		if err := r.m.PlugDisk(ctx, 0); err != nil {
			return "", err
		}
		// Disks get their names in the order in which they are noticed.
		if says, err := r.m.Console().AwaitAny(ctx, "settings: /dev/vda", noticeDrawn); err != nil || says == noticeDrawn {
			return says, err
		}
		if err := r.m.PlugDisk(ctx, 1); err != nil {
			return "", err
		}
	}
	return r.m.Console().AwaitAny(ctx, terminalReady, noticeDrawn)
}

func (b *machineBackend) Kill() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.run != nil {
		b.run.cut = true
		b.run.m.Kill()
	}
}

func (b *machineBackend) Cut() error {
	b.Kill()
	r := b.current()
	if r == nil {
		return nil
	}
	r.stop()
	err := r.m.Close()
	r.ended.Wait()
	lost, cutErr := r.disk.cut()
	cutErr = errors.Join(cutErr, b.stick.powerOff())
	b.mu.Lock()
	defer b.mu.Unlock()
	b.run, b.log = nil, r.m.Console().Tail(maxLog)+"--- "+lost+"\n"
	return errors.Join(err, cutErr)
}

func (b *machineBackend) Plug(s Socket) (Cable, error) {
	if s == SocketPrinter {
		return b.printer.plug(func() {})
	}
	// The adapter is built into the scanner: it comes and goes with it.
	apply := func() error {
		r := b.current()
		if r == nil {
			return nil
		}
		ctx, cancel := context.WithTimeout(context.Background(), plugLimit)
		defer cancel()
		return b.scanner.apply(ctx, r, string(s))
	}
	c, err := b.scanner.plug(func() { _ = apply() }) // a machine that ends meanwhile loses its adapter anyway
	if err != nil {
		return nil, err
	}
	if err := apply(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (b *machineBackend) Press(ctx context.Context, key string, hold time.Duration) error {
	r := b.current()
	if r == nil || r.keypad == nil {
		return ErrNoPower
	}
	i := slices.Index(KeyNames, key)
	if i < 0 {
		return fmt.Errorf("%w: there is no key %q", ErrKeys, key)
	}
	ctx, cancel := context.WithTimeout(ctx, tapLimit+hold)
	defer cancel()
	before := b.glass.Picture()
	err := r.keypad.Tap(ctx, i/4, i%4, hold)
	switch {
	case err == nil:
	case b.wasCut(r):
		return nil // the key was down when the power went
	case errors.Is(err, qemu.ErrGuest):
		return fmt.Errorf("%w: %w", ErrNotTaken, err)
	default:
		return err
	}
	b.glass.await(r, before)
	return nil
}

// wasCut reports whether a run ended by a loss of power.
func (b *machineBackend) wasCut(r *machineRun) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return r.cut
}

func (b *machineBackend) Type(context.Context, string) error {
	return fmt.Errorf("%w: its keypad is a matrix of switches", ErrUnsupported)
}

// Network sets the cable, now and for the next time that the power comes on.
func (b *machineBackend) Network(ctx context.Context, plugged bool) error {
	b.mu.Lock()
	b.unplugged = !plugged
	r := b.run
	b.mu.Unlock()
	if r == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, plugLimit)
	defer cancel()
	return r.m.SetCable(ctx, plugged)
}

func (b *machineBackend) Console(text string) error {
	r := b.current()
	if r == nil {
		return ErrNoPower
	}
	_, err := io.WriteString(r.m.Console(), text)
	return err
}

// Screen looks anew: what was pressed or scanned a moment ago must not be judged by the picture before it.
func (b *machineBackend) Screen() image.Image {
	if r := b.current(); r != nil {
		b.glass.look(r.life, r.m)
	}
	return b.glass.Picture()
}

// ArmDiskWrite counts what reaches the data disk: writes and flushes.
func (b *machineBackend) ArmDiskWrite(n int, cut func()) error {
	r := b.current()
	if r == nil {
		return ErrNoPower
	}
	return r.disk.disk.ArmWrite(n, cut)
}

// Log is the end of the machine's serial console.
func (b *machineBackend) Log(limit int) string {
	b.mu.Lock()
	text := b.log
	if b.run != nil {
		text += b.run.m.Console().Tail(limit)
	}
	b.mu.Unlock()
	if len(text) > limit {
		text = text[len(text)-limit:]
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// Data copies what is on the data disk into a folder, with the power off.
func (b *machineBackend) Data(ctx context.Context) (dir string, remove func() error, err error) {
	if dir, err = os.MkdirTemp(b.dir, "copy"); err != nil {
		return "", nil, err
	}
	remove = func() error { return os.RemoveAll(dir) }
	if err := bootimage.Extract(ctx, b.file(dataDisk), dir); err != nil {
		return "", nil, errors.Join(err, remove())
	}
	return dir, remove, nil
}

// Close takes the power away: a board of this kind has no other way to end.
func (b *machineBackend) Close() error { return b.Cut() }
