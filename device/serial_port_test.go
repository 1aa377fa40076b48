package device

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// A signal in the middle of a drain once counted as a vanished printer: "interrupted system call", and the
// receipt stayed unprinted.
func TestIoctlIsRepeatedAfterASignal(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	raw, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	calls, failed := 0, errors.New("failed")
	err = (&port{raw: raw}).ioctl(func(int) error {
		if calls++; calls < 3 {
			return unix.EINTR
		}
		return failed
	})
	if calls != 3 || err != failed {
		t.Fatalf("%d calls, %v", calls, err)
	}
}
