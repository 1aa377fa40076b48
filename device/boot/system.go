package boot

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"syscall"
	"time"

	"smartpos/device/boot/dhcp"
)

// System is what process 1 asks of the kernel. [Linux] is the real one, package boottest has one in memory. Paths
// are absolute. Methods may be called from several goroutines.
type System interface {
	Files
	Clock
	Processes
	Network

	// OpenWatchdog starts a watchdog that resets the board when it gets no food for timeout. The timeout that
	// the hardware took may differ; it is returned.
	OpenWatchdog(device string, timeout time.Duration) (Watchdog, time.Duration, error)
	// Graphics takes the text console off the screen of a virtual terminal, until the system ends.
	Graphics(tty string) error
	// Signals are those that ask process 1 to stop: SIGTERM to power off, SIGINT to reboot.
	Signals() <-chan os.Signal
	// Sync writes everything to all disks. It waits for as long as one of them hangs.
	Sync()
	// Halt ends the system as it is. It returns only when that failed.
	Halt(How) error
}

// Files is storage: mounts, modules, nodes.
type Files interface {
	// Mount makes the folder of the mount if need be. Mounting twice is an error, save for what is built in.
	Mount(Mount) error
	Unmount(dir string) error
	// MountedReadOnly reports whether the file system at dir takes no writes: as told, or after an error.
	MountedReadOnly(dir string) (bool, error)
	// Remount makes a mounted file system take writes, or none any more; that is an error while a file is open for them.
	Remount(dir string, readOnly bool) error
	// Detach takes a file system away whose device is gone, and does not wait for its files to be closed.
	Detach(dir string) error
	// Disks are the disks on USB, by name.
	Disks() ([]Disk, error)
	// LoadModule loads a module's file. A module that is there already is no error.
	LoadModule(file, params string) error
	Exists(path string) bool
	// ReadAt reads len(p) bytes of a file or block device, or returns an error.
	ReadAt(path string, p []byte, off int64) error
	// WriteAt writes p to a file or block device that is there, and returns when it is on the medium.
	WriteAt(path string, p []byte, off int64) error
	// WriteFile replaces a small file as a whole, and makes its folder if need be.
	WriteFile(path string, data []byte) error
	// Newest is the latest time of change of the plain files in dir and below, at most 1000 of them; zero when
	// there are none.
	Newest(dir string) (time.Time, error)
}

// Mount is one file system to mount.
type Mount struct {
	Source, Dir, Type string
	ReadOnly          bool
	Device            bool   // device nodes on it work
	Exec              bool   // programs on it run
	Options           string // the file system's own
}

// Clock is the system's wall clock and the real-time clock beside it, in UTC.
type Clock interface {
	Now() time.Time
	SetNow(time.Time) error
	RTC() (time.Time, error)
	SetRTC(time.Time) error
	// Uptime is how long the kernel has been running.
	Uptime() time.Duration
}

// Processes are the children of process 1.
type Processes interface {
	// Start starts a program in a process group of its own.
	Start(Program) (*Process, error)
	// Wait waits for any child to end. It returns [ErrNoChild] when there is none.
	Wait() (pid int, s Status, err error)
	// Signal signals a process group. It is no error when it is gone.
	Signal(pid int, sig syscall.Signal) error
}

// ErrNoChild is returned by [Processes].Wait when there is no child to wait for.
var ErrNoChild = errors.New("boot: no child")

// Program is what to start.
type Program struct {
	Args []string // the file first
	Env  []string
	// Pulse gives the program a pipe for its beats, as file descriptor 3.
	Pulse bool
}

// Process is a running program. Whoever started it reads Output to its end and closes both.
type Process struct {
	PID    int
	Output io.ReadCloser // standard output and standard error
	Pulse  io.ReadCloser // nil without Program.Pulse
}

// Status is how a process ended.
type Status struct {
	Code   int            // exit code, when Signal is 0
	Signal syscall.Signal // that killed it
}

func (s Status) String() string {
	if s.Signal != 0 {
		return fmt.Sprintf("signal %d (%v)", int(s.Signal), s.Signal)
	}
	return fmt.Sprintf("exit code %d", s.Code)
}

// Network is a network interface, by its name.
type Network interface {
	// LinkUp switches an interface on.
	LinkUp(name string) error
	Hardware(name string) ([6]byte, error)
	// Carrier reports whether a cable is in, and its other end alive.
	Carrier(name string) bool
	// SetAddress makes a the only address of the interface and its gateway the only default route.
	SetAddress(name string, a Address) error
	// ClearAddress takes address and routes away.
	ClearAddress(name string) error
	// ListenDHCP opens port 68 on the interface.
	ListenDHCP(name string) (DHCPConn, error)
}

// Address is what an interface is set to.
type Address struct {
	Prefix  netip.Prefix
	Gateway netip.Addr // zero: none
	DNS     []netip.Addr
}

// DHCPConn is a socket for package dhcp.
type DHCPConn interface {
	dhcp.Conn
	io.Closer
}

// Watchdog resets the board when it is not fed. It is never closed: the board ends with it running.
type Watchdog interface{ Feed() error }

// How a system ends.
type How int

// Ways to end.
const (
	PowerOff How = iota + 1
	Reboot
)

func (h How) String() string {
	switch h {
	case PowerOff:
		return "power off"
	case Reboot:
		return "reboot"
	}
	return fmt.Sprintf("How(%d)", int(h))
}

// Exit codes of the terminal that mean something to process 1. With any but the first two it is started again.
const (
	ExitPowerOff = 80
	ExitReboot   = 81
	ExitProfile  = 78 // EX_CONFIG of sysexits.h: the board profile is wrong, and the last line of output says how
)
