package board

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"smartpos/device"
	"smartpos/device/display/displaytest"
)

// Options say what board to build.
type Options struct {
	Dir       string      // where the board's state lies; made if it is missing
	Firmware  string      // host: the firmware's binary, for this machine
	Shim      []string    // host: the command that starts a traced program (package disktrace); nil: no cuts at disk writes
	Image     *Image      // what a board in QEMU boots; nil: the board is a process on this host
	Disk      DiskOptions // QEMU: how its data disk behaves when the power is cut
	Overrides []string    // settings over the profile's: "sale.poll_show=100ms", or pieces of TOML
	Scale     float64     // divides the network's own waits, for tests; 0 and 1 leave them
}

// readyLimit is how long the firmware gets to draw its first picture after the power came.
const readyLimit = 10 * time.Second

// Board is an emulated board: a terminal with its firmware, the devices plugged into it, a network to pay in and
// a customer with a phone. Its methods may be called from several goroutines.
type Board struct {
	dir     string
	lock    *os.File // held on dir
	profile *device.Profile
	backend Backend
	printer *printerPlace
	scanner *scannerPlace
	network *network
	stick   stickPlace
	changes *changes

	powerMu sync.Mutex // one change of power at a time
	keysMu  sync.Mutex // one list of keys at a time
	phoneMu sync.Mutex // one customer

	cutting atomic.Bool // the power is being taken away

	mu     sync.Mutex
	power  Power
	codes  map[string]string // the payment code that each wallet showed last
	closed bool

	closing   chan struct{} // closed when Close begins
	cuts      sync.WaitGroup
	closeOnce sync.Once
	closeErr  error
}

// ErrInUse is returned by Open for a folder in which another board runs.
var ErrInUse = errors.New("another board runs in this folder: end it, or choose another folder")

// ErrClosed is returned once the board has been closed.
var ErrClosed = errors.New("the board has been closed")

// Open builds a board and leaves it without power.
func Open(opts Options) (_ *Board, err error) {
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	b := &Board{dir: dir, lock: lock, changes: newChanges(), closing: make(chan struct{}), codes: make(map[string]string), power: Power{State: PowerOff}}
	defer func() {
		if err != nil {
			_ = b.Close()
		}
	}()
	if b.network, err = openNetwork(filepath.Join(dir, SandboxDir), opts.Scale, b.noteNetwork); err != nil {
		return nil, fmt.Errorf("sandbox network: %w", err)
	}
	watch := Watch{Drawn: func() { b.changes.note(KindDisplay) }, Ended: b.ended}
	if opts.Image == nil {
		err = b.openHost(opts, watch)
	} else {
		err = b.openMachine(opts, watch)
	}
	if err != nil {
		return nil, err
	}
	b.printer = newPrinterPlace(b.backend, b.profile.Printer, func() { b.changes.note(KindPaper) })
	b.scanner = newScannerPlace(b.backend, b.profile.Scanner)
	return b, nil
}

// openHost makes the board a process on this host.
func (b *Board) openHost(opts Options, watch Watch) (err error) {
	text, err := withRecoveryKey(b.dir, defaultProfile)
	if err != nil {
		return err
	}
	if b.profile, err = writeProfile(b.dir, text, opts.Overrides, boardSettings(b.network.net)); err != nil {
		return err
	}
	if err := sealKeys(b.dir, b.profile.Path(b.profile.Data), b.network.net); err != nil {
		return err
	}
	host, err := newHost(b.dir, opts.Firmware, opts.Shim, b.profile, watch)
	if err != nil {
		return err
	}
	b.backend = host
	return nil
}

// openMachine makes the board a machine in QEMU.
func (b *Board) openMachine(opts Options, watch Watch) error {
	text, err := opts.Image.defaultText()
	if err == nil {
		text, err = withRecoveryKey(b.dir, text)
	}
	if err != nil {
		return err
	}
	if b.profile, err = writeProfile(b.dir, text, opts.Overrides, boardSettings(b.network.net)); err != nil {
		return err
	}
	if err := sealKeys(b.dir, "", b.network.net); err != nil { // its data lie on a disk
		return err
	}
	disk := opts.Disk
	if start := opts.Disk.Start; start != nil {
		disk.Start = func() (int, func()) {
			n, struck := start()
			return n, func() { struck(); b.hit(Point{What: PointDiskWrite, N: n}) }
		}
	}
	machine, err := newMachine(context.Background(), b.dir, opts.Image, disk, b.network.address, watch)
	if err != nil {
		return err
	}
	b.backend = machine
	return nil
}

// lockDir takes the folder for this board alone: a second one would take its devices and its network away. The
// lock ends with the file, however the program ends.
func lockDir(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: %s", ErrInUse, dir)
	}
	return f, nil
}

// Dir is the folder in which the board keeps its state.
func (b *Board) Dir() string { return b.dir }

// Profile is what the firmware was set up with.
func (b *Board) Profile() *device.Profile { return b.profile }

// Subscribe returns a subscription to what changes on the board; every kind counts as changed at first.
func (b *Board) Subscribe() *Subscription { return b.changes.subscribe() }

// Display is the display's picture.
func (b *Board) Display() image.Image { return b.backend.Screen() }

// DisplayText is what stands on the display, read back from its pixels.
func (b *Board) DisplayText() string { return displaytest.ReadText(b.backend.Screen()) }

// Press presses keys, one after the other. It returns when the firmware has taken the last one; what comes of it
// may show on the display later.
func (b *Board) Press(ctx context.Context, strokes []Stroke) error {
	b.keysMu.Lock()
	defer b.keysMu.Unlock()
	for i, s := range strokes {
		if !b.running() {
			return ErrNoPower
		}
		if err := b.backend.Press(ctx, s.Key, s.Hold); err != nil {
			return fmt.Errorf("key %d, %s: %w", i+1, s.Key, err)
		}
	}
	return nil
}

// Type sends characters on the keypad's line that may be no keys at all.
func (b *Board) Type(ctx context.Context, text string) error {
	b.keysMu.Lock()
	defer b.keysMu.Unlock()
	if !b.running() {
		return ErrNoPower
	}
	return b.backend.Type(ctx, text)
}

// Await waits until holds returns true, which it asks at every change on the board.
func (b *Board) Await(ctx context.Context, holds func() bool) error {
	sub := b.Subscribe()
	defer sub.Close()
	for {
		if _, err := sub.Next(ctx); err != nil {
			return err
		}
		if holds() {
			return nil
		}
	}
}

// Data returns a folder with what is on the terminal's data medium, while there is no power, and a function that
// removes what had to be copied for that.
func (b *Board) Data(ctx context.Context) (dir string, remove func() error, err error) {
	return b.backend.Data(ctx)
}

// Console types on the serial console of the board's technician.
func (b *Board) Console(text string) error { return b.backend.Console(text) }

// Log returns the end of the firmware's log, at most max bytes.
func (b *Board) Log(limit int) string { return b.backend.Log(limit) }

// Close takes the power away and releases everything. It returns when no goroutine, process or file of the board
// is left, except for its folder.
func (b *Board) Close() error {
	b.closeOnce.Do(func() {
		close(b.closing)
		b.powerMu.Lock()
		defer b.powerMu.Unlock()
		b.mu.Lock()
		b.closed = true
		b.mu.Unlock()
		var errs []error
		if b.backend != nil {
			errs = append(errs, b.backend.Close())
		}
		if b.printer != nil {
			b.printer.powerOff()
		}
		if b.scanner != nil {
			b.scanner.powerOff()
		}
		if b.network != nil {
			errs = append(errs, b.network.Close())
		}
		b.closeErr = errors.Join(append(errs, b.lock.Close())...)
	})
	b.cuts.Wait()
	return b.closeErr
}
