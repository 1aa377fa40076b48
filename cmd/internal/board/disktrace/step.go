package disktrace

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Step is one call that put, or would have put, something on the disk.
type Step struct {
	N    int    // counted from 1, since Arm or Fail
	Call string // "pwrite64", "fsync", "fdatasync" or "rename"
	File string // its path, as the kernel names it; the new one of a rename
}

// step counts n and reports whether it was the one to cut or to fail at, and with which fault.
func (t *Tracer) step(n *notification) (reached bool, fault unix.Errno) {
	t.mu.Lock()
	if t.left == 0 {
		t.mu.Unlock()
		return false, 0
	}
	call := callName(uint32(n.Data.Nr))
	file, err := fileOf(n, call)
	if err != nil || file != t.folder && !strings.HasPrefix(file, t.folder+string(filepath.Separator)) {
		t.mu.Unlock()
		return false, 0
	}
	t.seen++
	if t.left--; t.left == 0 {
		reached = true
		if t.stays {
			t.left = 1
		}
	}
	s, cut, fault := Step{N: t.seen, Call: call, File: file}, t.cut, t.fault
	t.mu.Unlock()
	if reached {
		cut(s)
	}
	return reached, fault
}

// fileOf names the file of a call.
func fileOf(n *notification, call string) (string, error) {
	if call != callRename {
		return os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", n.PID, int32(n.Data.Args[0])))
	}
	at := n.Data.Args[3] // renameat(from folder, from, to folder, to)
	if oldRename(uint32(n.Data.Nr)) {
		at = n.Data.Args[1]
	}
	name, err := readString(int(n.PID), uintptr(at))
	if err != nil || filepath.IsAbs(name) {
		return name, err
	}
	folder, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", n.PID)) // Go renames by path alone
	return filepath.Join(folder, name), err
}

// readString reads a path from a program, up to the end of its page or its 0.
func readString(pid int, at uintptr) (string, error) {
	page := uintptr(os.Getpagesize())
	var text []byte
	for len(text) < unix.PathMax {
		piece := make([]byte, page-at%page)
		local := unix.Iovec{Base: &piece[0]}
		local.SetLen(len(piece))
		got, err := unix.ProcessVMReadv(pid, []unix.Iovec{local}, []unix.RemoteIovec{{Base: at, Len: len(piece)}}, 0)
		if err != nil {
			return "", err
		}
		if end := bytes.IndexByte(piece[:got], 0); end >= 0 {
			return string(append(text, piece[:end]...)), nil
		}
		text, at = append(text, piece[:got]...), at+uintptr(got)
	}
	return "", unix.ENAMETOOLONG
}

// callRename is what all of its forms are called.
const callRename = "rename"

// oldRename reports whether a call is rename(2), whose number means something else elsewhere.
func oldRename(nr uint32) bool { return nr == renameX86 && runtime.GOARCH == "amd64" }

func callName(nr uint32) string {
	switch nr {
	case unix.SYS_PWRITE64:
		return "pwrite64"
	case unix.SYS_FSYNC:
		return "fsync"
	case unix.SYS_FDATASYNC:
		return "fdatasync"
	case unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2:
		return callRename
	}
	if oldRename(nr) {
		return callRename
	}
	return fmt.Sprintf("call %d", nr)
}
