package boot

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// linux is the kernel itself.
type linux struct {
	signals chan os.Signal
	tty     *os.File // keeps the graphics mode
}

// Linux is the real system. It takes SIGTERM and SIGINT over.
func Linux() System {
	l := &linux{signals: make(chan os.Signal, 4)}
	signal.Notify(l.signals, syscall.SIGTERM, syscall.SIGINT)
	// Ctrl-Alt-Del, and whatever stands for it, becomes a SIGINT to process 1. A refusal leaves an instant
	// reset in its place, which the journal survives.
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_CAD_OFF)
	return l
}

func (l *linux) Signals() <-chan os.Signal { return l.signals }

func (l *linux) Mount(m Mount) error {
	if err := os.MkdirAll(m.Dir, 0o755); err != nil {
		return err
	}
	var flags uintptr = unix.MS_NOSUID | unix.MS_NOATIME
	if m.ReadOnly {
		flags |= unix.MS_RDONLY
	}
	if !m.Device {
		flags |= unix.MS_NODEV
	}
	if !m.Exec {
		flags |= unix.MS_NOEXEC
	}
	err := unix.Mount(m.Source, m.Dir, m.Type, flags, m.Options)
	if errors.Is(err, unix.EBUSY) && m.Source == m.Type {
		return nil // the kernel mounts some of these by itself
	}
	if err != nil {
		return &os.PathError{Op: "mount " + m.Type, Path: m.Source, Err: err}
	}
	return nil
}

func (l *linux) Unmount(dir string) error {
	if err := unix.Unmount(dir, 0); err != nil && !errors.Is(err, unix.EINVAL) { // EINVAL: it is not mounted
		// Somebody holds a file: read-only at least, so that all is written and the journal is clean.
		if again := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); again != nil {
			return &os.PathError{Op: "unmount", Path: dir, Err: errors.Join(err, again)}
		}
	}
	return nil
}

func (l *linux) MountedReadOnly(dir string) (bool, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return false, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return st.Flags&unix.ST_RDONLY != 0, nil
}

func (l *linux) Remount(dir string, readOnly bool) error {
	var flags uintptr = unix.MS_REMOUNT | unix.MS_NOSUID | unix.MS_NOATIME | unix.MS_NODEV | unix.MS_NOEXEC
	if readOnly {
		flags |= unix.MS_RDONLY
	}
	if err := unix.Mount("", dir, "", flags, ""); err != nil {
		return &os.PathError{Op: "remount", Path: dir, Err: err}
	}
	return nil
}

func (l *linux) Detach(dir string) error {
	if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) { // EINVAL: it is not mounted
		return &os.PathError{Op: "detach", Path: dir, Err: err}
	}
	return nil
}

func (l *linux) LoadModule(file, params string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.FinitModule(int(f.Fd()), params, 0); err != nil && !errors.Is(err, unix.EEXIST) {
		return &os.PathError{Op: "load module", Path: file, Err: err}
	}
	return nil
}

func (l *linux) Exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func (l *linux) ReadAt(path string, p []byte, off int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.ReadAt(p, off); err != nil && !errors.Is(err, io.EOF) {
		return err
	} else if err != nil {
		return &os.PathError{Op: "read", Path: path, Err: io.ErrUnexpectedEOF}
	}
	return nil
}

func (l *linux) WriteAt(path string, p []byte, off int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(p, off)
	return errors.Join(err, f.Sync(), f.Close())
}

func (l *linux) WriteFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	next := path + ".new"
	if err := os.WriteFile(next, data, 0o644); err != nil {
		_ = os.Remove(next)
		return err
	}
	return os.Rename(next, path)
}

// maxNewest bounds how many files are looked at for the last record.
const maxNewest = 1000

func (l *linux) Newest(dir string) (newest time.Time, err error) {
	left := maxNewest
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if left--; left < 0 {
			return filepath.SkipAll
		}
		if !d.Type().IsRegular() {
			return nil
		}
		info, err := d.Info()
		if err == nil && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
		return err
	})
	return newest, err
}

// consoleIoctl values of linux/kd.h.
const (
	kdSetMode  = 0x4b3a
	kdGraphics = 1
)

func (l *linux) Graphics(tty string) error {
	f, err := os.OpenFile(tty, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return err
	}
	if err := unix.IoctlSetInt(int(f.Fd()), kdSetMode, kdGraphics); err != nil {
		f.Close()
		return &os.PathError{Op: "KDSETMODE", Path: tty, Err: err}
	}
	l.tty = f
	return nil
}

// watchdog is a device of the kernel's watchdog API.
type watchdog struct{ file *os.File }

func (l *linux) OpenWatchdog(device string, timeout time.Duration) (Watchdog, time.Duration, error) {
	f, err := os.OpenFile(device, os.O_WRONLY, 0)
	if err != nil {
		return nil, 0, err
	}
	seconds := int((timeout + time.Second - 1) / time.Second)
	if err := unix.IoctlSetPointerInt(int(f.Fd()), unix.WDIOC_SETTIMEOUT, seconds); err != nil {
		// Some hardware has a fixed time; it is asked for below.
		if !errors.Is(err, unix.ENOTTY) && !errors.Is(err, unix.EOPNOTSUPP) && !errors.Is(err, unix.EINVAL) {
			return nil, 0, &os.PathError{Op: "WDIOC_SETTIMEOUT", Path: device, Err: err}
		}
	}
	if got, err := unix.IoctlGetInt(int(f.Fd()), unix.WDIOC_GETTIMEOUT); err == nil && got > 0 {
		seconds = got
	}
	return watchdog{f}, time.Duration(seconds) * time.Second, nil
}

func (w watchdog) Feed() error {
	_, err := w.file.Write([]byte{0})
	return err
}

func (l *linux) Sync() { unix.Sync() }

func (l *linux) Halt(how How) error {
	cmd := unix.LINUX_REBOOT_CMD_RESTART
	if how == PowerOff {
		cmd = unix.LINUX_REBOOT_CMD_POWER_OFF
	}
	if err := unix.Reboot(cmd); err != nil {
		return fmt.Errorf("boot: %v: %w", how, err)
	}
	// The kernel is on its way; nothing may run on as if the system went on.
	for {
		_ = unix.Pause()
	}
}
