package sim

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// breakWrites makes every write to an open file fail from here on: its descriptor becomes one that can only read.
func breakWrites(path string) error {
	const open = "/proc/self/fd"
	fds, err := os.ReadDir(open)
	if err != nil {
		return err
	}
	for _, entry := range fds {
		target, err := os.Readlink(filepath.Join(open, entry.Name()))
		fd, numErr := strconv.Atoi(entry.Name())
		if err != nil || numErr != nil || target != path { // one that is closed already is none of ours
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(unix.Dup3(int(f.Fd()), fd, unix.O_CLOEXEC), f.Close())
	}
	return fmt.Errorf("sim: %s is not open", path)
}
