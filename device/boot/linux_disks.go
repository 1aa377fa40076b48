package boot

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// onUSB is the part of a device's path in sysfs that says that it hangs on USB: the bus, usb1.
var onUSB = regexp.MustCompile(`/usb[0-9]+/`)

func (l *linux) Disks() ([]Disk, error) { return disksIn("/sys/block") }

// disksIn reads what sysfs knows of the disks on USB. One that goes away meanwhile is left out.
func disksIn(dir string) ([]Disk, error) {
	entries, err := os.ReadDir(dir) // sorted
	if err != nil {
		return nil, err
	}
	var disks []Disk
	for _, e := range entries {
		at := filepath.Join(dir, e.Name())
		if device, err := os.Readlink(at); err != nil || !onUSB.MatchString(device) {
			continue
		}
		d, err := diskIn(at, e.Name())
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		disks = append(disks, d)
	}
	return disks, nil
}

// diskIn reads a disk's folder: size in sectors of 512 bytes, ro, diskseq, and a folder for each partition.
func diskIn(dir, name string) (Disk, error) {
	d := Disk{Name: name}
	var errs []error
	number := func(parts ...string) int64 {
		text, err := os.ReadFile(filepath.Join(append([]string{dir}, parts...)...))
		if err == nil {
			var n int64
			if n, err = strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
				return n
			}
		}
		errs = append(errs, err)
		return 0
	}
	d.Size, d.Protected, d.Sequence = number("size")*sectorSize, number("ro") != 0, uint64(number("diskseq"))
	entries, err := os.ReadDir(dir)
	errs = append(errs, err)
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(dir, e.Name(), "partition")); err == nil && e.IsDir() {
			d.Parts = append(d.Parts, Part{Name: e.Name(), Size: number(e.Name(), "size") * sectorSize})
		}
	}
	return d, errors.Join(errs...)
}
