package disktrace

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ErrUnsupported is returned when this machine can't stop a program at a write: a kernel before 5.5, seccomp
// switched off or forbidden by a container, or a processor that the filter has no table for.
var ErrUnsupported = errors.New("disktrace: this machine can't stop the firmware at a disk write")

// auditArch tells the system call tables of one processor family apart; a filter must check it, because the
// same number means another call in each.
var auditArch = map[string]uint32{
	"amd64": unix.AUDIT_ARCH_X86_64,
	"arm64": unix.AUDIT_ARCH_AARCH64,
}

// renameX86 is rename(2) on x86-64; newer architectures have renameat alone.
const renameX86 = 82

// traced are the calls that put data, or a name, on a disk.
var traced = map[string][]uint32{
	"amd64": {unix.SYS_PWRITE64, unix.SYS_FSYNC, unix.SYS_FDATASYNC, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, renameX86},
	"arm64": {unix.SYS_PWRITE64, unix.SYS_FSYNC, unix.SYS_FDATASYNC, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2},
}

// Offsets in struct seccomp_data.
const (
	offsetNr   = 0
	offsetArch = 4
)

// program returns the filter: traced calls of our own architecture go to the supervisor, all others pass.
func program(arch uint32, traced []uint32) []unix.SockFilter {
	const (
		load  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		ret   = unix.BPF_RET | unix.BPF_K
	)
	n := uint8(len(traced))
	p := []unix.SockFilter{
		{Code: load, K: offsetArch},
		{Code: equal, K: arch, Jf: n + 1}, // another architecture: to "allow"
		{Code: load, K: offsetNr},
	}
	for i, nr := range traced {
		p = append(p, unix.SockFilter{Code: equal, K: nr, Jt: n - uint8(i)}) // to "ask"
	}
	return append(p,
		unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_USER_NOTIF},
	)
}

// install puts the filter on the calling thread, which must be locked, and returns the listener.
func install() (int, error) {
	arch, ok := auditArch[runtime.GOARCH]
	if !ok {
		return -1, fmt.Errorf("%w: no system call table for %s", ErrUnsupported, runtime.GOARCH)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return -1, fmt.Errorf("%w: no_new_privs: %w", ErrUnsupported, err)
	}
	filter := program(arch, traced[runtime.GOARCH])
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(filter)
	if errno != 0 {
		return -1, fmt.Errorf("%w: seccomp: %w", ErrUnsupported, errno)
	}
	return int(fd), nil
}
