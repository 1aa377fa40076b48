package boottest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"smartpos/device/boot"
)

// Board is a [boot.System]. Set its fields before it runs; read them through its methods then.
type Board struct {
	// Fail has calls fail: its keys are events as [Board.Events] lists them, or the beginnings of events.
	Fail map[string]error
	// Nodes are the device nodes, and how long after the start each appears.
	Nodes map[string]time.Duration
	// Disk is the beginning of every block device.
	Disk []byte
	// Bad is from where on a block device can't be read; 0: nowhere.
	Bad int64
	// Programs are the programs, by their file. They return how they end.
	Programs map[string]func(*Child) boot.Status
	// Wall is what the clock says at the start, Real the real-time clock (zero: there is none), Last the newest file
	// on the data partition.
	Wall, Real, Last time.Time
	// ReadOnly is what MountedReadOnly says.
	ReadOnly bool
	// Wire answers a DHCP client: it gets what was sent and returns what comes back.
	Wire func(sent []byte) [][]byte

	start   time.Time
	signals chan os.Signal
	ended   chan exit
	reset   chan struct{}

	mu      sync.Mutex
	events  []string
	files   map[string]string
	running map[int]*Child
	lastPID int
	cable   bool
	dog     *time.Timer
	fed     int
	disks   []boot.Disk              // on USB
	media   map[string][]byte        // what they begin with
	hangs   map[string]chan struct{} // events that hang
}

type exit struct {
	pid    int
	status boot.Status
}

var _ boot.System = (*Board)(nil)

// New is a board on which everything works: ext4 on every disk, no program, no cable.
func New() *Board {
	now := time.Now()
	return &Board{
		Fail: map[string]error{}, Nodes: map[string]time.Duration{}, Programs: map[string]func(*Child) boot.Status{},
		Disk: Ext4(0), Wall: now, Real: now,
		start: now, signals: make(chan os.Signal, 4), ended: make(chan exit, 64), reset: make(chan struct{}),
		files: map[string]string{}, running: map[int]*Child{}, hangs: map[string]chan struct{}{},
	}
}

// Ext4 is the beginning of an ext4 partition with so many errors recorded.
func Ext4(errors int) []byte {
	p := make([]byte, 2048)
	b := p[1024:]
	binary.LittleEndian.PutUint16(b[0x38:], 0xef53)
	binary.LittleEndian.PutUint16(b[0x3a:], 1)
	binary.LittleEndian.PutUint32(b[0x194:], uint32(errors))
	return p
}

// did notes an event, and returns what it is to fail with.
func (b *Board) did(format string, args ...any) error {
	event := fmt.Sprintf(format, args...)
	b.mu.Lock()
	b.events = append(b.events, event)
	b.mu.Unlock()
	b.hang(event)
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, err := range b.Fail {
		if strings.HasPrefix(event, key) {
			return fmt.Errorf("%s: %w", event, err)
		}
	}
	return nil
}

// SetFail changes [Board].Fail while the board runs; a nil error mends.
func (b *Board) SetFail(event string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		delete(b.Fail, event)
		return
	}
	b.Fail[event] = err
}

// SetDisk changes [Board].Disk while the board runs.
func (b *Board) SetDisk(p []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Disk = p
}

// SetReadOnly changes [Board].ReadOnly while the board runs.
func (b *Board) SetReadOnly(is bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ReadOnly = is
}

// Events is what was done so far, one line each: "mount ext4 /dev/vda /data", "load /lib/modules/x.ko".
func (b *Board) Events() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.events...)
}

// File is the content of a file that was written.
func (b *Board) File(path string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.files[path]
}

// Fed is how often the watchdog was fed.
func (b *Board) Fed() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.fed
}

// Reset is closed when the watchdog resets the board.
func (b *Board) Reset() <-chan struct{} { return b.reset }

// Ask sends a signal to process 1.
func (b *Board) Ask(s os.Signal) { b.signals <- s }

// Mount implements boot.System.
func (b *Board) Mount(m boot.Mount) error {
	if m.ReadOnly {
		return b.did("mount %s %s %s ro", m.Type, m.Source, m.Dir)
	}
	return b.did("mount %s %s %s", m.Type, m.Source, m.Dir)
}

// Unmount implements boot.System.
func (b *Board) Unmount(dir string) error { return b.did("unmount %s", dir) }

// MountedReadOnly implements boot.System.
func (b *Board) MountedReadOnly(string) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ReadOnly, nil
}

// LoadModule implements boot.System.
func (b *Board) LoadModule(file, params string) error {
	return b.did("%s", strings.TrimSpace("load "+file+" "+params))
}

// Exists implements boot.System.
func (b *Board) Exists(path string) bool {
	after, ok := b.Nodes[path]
	return ok && time.Since(b.start) >= after
}

// WriteAt implements boot.System.
func (b *Board) WriteAt(path string, p []byte, off int64) error {
	if err := b.did("write %s", path); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if off+int64(len(p)) > int64(len(b.Disk)) {
		return &fs.PathError{Op: "write", Path: path, Err: syscall.EIO}
	}
	copy(b.Disk[off:], p)
	return nil
}

// ReadAt implements boot.System.
func (b *Board) ReadAt(path string, p []byte, off int64) error {
	if err := b.did("read %s", path); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	disk := b.Disk
	if m, ok := b.media[path]; ok {
		disk = m
	}
	if end := off + int64(len(p)); b.Bad > 0 && end > b.Bad {
		return &fs.PathError{Op: "read", Path: path, Err: syscall.EIO}
	} else if n := copy(p, disk[min(off, int64(len(disk))):]); n < len(p) {
		return &fs.PathError{Op: "read", Path: path, Err: io.ErrUnexpectedEOF}
	}
	return nil
}

// WriteFile implements boot.System.
func (b *Board) WriteFile(path string, data []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.files[path] = string(data)
	return nil
}

// Newest implements boot.System.
func (b *Board) Newest(dir string) (time.Time, error) { return b.Last, b.did("newest %s", dir) }

// Now implements boot.System.
func (b *Board) Now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Wall.Add(time.Since(b.start))
}

// SetNow implements boot.System.
func (b *Board) SetNow(t time.Time) error {
	err := b.did("clock %s", t.UTC().Format(time.RFC3339))
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Wall = t.Add(-time.Since(b.start))
	return err
}

// RTC implements boot.System.
func (b *Board) RTC() (time.Time, error) {
	if b.Real.IsZero() {
		return time.Time{}, &fs.PathError{Op: "open", Path: "/dev/rtc0", Err: fs.ErrNotExist}
	}
	return b.Real.Add(time.Since(b.start)).Truncate(time.Second), nil
}

// SetRTC implements boot.System.
func (b *Board) SetRTC(t time.Time) error { return b.did("rtc %s", t.UTC().Format(time.RFC3339)) }

// Uptime implements boot.System.
func (b *Board) Uptime() time.Duration { return time.Since(b.start) }

// Graphics implements boot.System.
func (b *Board) Graphics(tty string) error { return b.did("graphics %s", tty) }

// Signals implements boot.System.
func (b *Board) Signals() <-chan os.Signal { return b.signals }

// Sync implements boot.System.
func (b *Board) Sync() { _ = b.did("sync") }

// Halt implements boot.System. All programs are gone afterwards, and the watchdog is silent.
func (b *Board) Halt(how boot.How) error {
	err := b.did("halt: %v", how)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dog != nil {
		b.dog.Stop()
	}
	return err
}

type dog struct {
	b       *Board
	timeout time.Duration
}

// OpenWatchdog implements boot.System.
func (b *Board) OpenWatchdog(device string, timeout time.Duration) (boot.Watchdog, time.Duration, error) {
	if err := b.did("watchdog %s %v", device, timeout); err != nil {
		return nil, 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dog = time.AfterFunc(timeout, func() { close(b.reset) })
	return &dog{b, timeout}, timeout, nil
}

// Feed implements boot.Watchdog.
func (d *dog) Feed() error {
	d.b.mu.Lock()
	defer d.b.mu.Unlock()
	if !d.b.dog.Stop() {
		return errors.New("boottest: fed after the reset")
	}
	d.b.dog.Reset(d.timeout)
	d.b.fed++
	return nil
}
