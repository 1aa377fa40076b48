package board

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"smartpos/device/qemu/nbd"
)

// DiskOptions say how the data disk of a board in QEMU behaves when the power is cut. An SD card has no cache, and
// nothing of this.
type DiskOptions struct {
	// Lying makes it acknowledge a flush and do nothing: the negative control of a test of power cuts.
	Lying bool
	// Luck is asked at each cut for the seed that decides which of the sectors not flushed remain. If nil, chance does.
	Luck func() uint64
	// Remains hears of each cut what it did to the disk, if not nil.
	Remains func(nbd.Remains)
	// Start is asked whenever the power comes on, if not nil, for the step of the disk from then on, a write or a flush, at
	// which it goes again; 0 is none. struck is called when it does.
	Start func() (n int, struck func())
}

// diskServer is the data disk of a running machine. It loses with the power what was not flushed, as a real one does.
type diskServer struct {
	disk    *nbd.Disk
	server  *nbd.Server
	file    *os.File
	options DiskOptions
	socket  string
	dir     string
}

// serveDisk serves a file as a disk, on a socket of its own. cache is what the disk may forget.
func serveDisk(file string, cache nbd.Cache, o DiskOptions) (_ *diskServer, err error) {
	dir, err := os.MkdirTemp("", "disk") // a board's folder has too long a name for a socket
	if err != nil {
		return nil, err
	}
	d := &diskServer{dir: dir, socket: filepath.Join(dir, "nbd.sock"), options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.remove())
		}
	}()
	if d.file, err = os.OpenFile(file, os.O_RDWR, 0); err != nil {
		return nil, err
	}
	info, err := d.file.Stat()
	if err != nil {
		return nil, err
	}
	if d.disk, err = nbd.NewDisk(unsynced{d.file}, info.Size(), cache); err != nil {
		return nil, err
	}
	d.server, err = nbd.Serve(d.disk, d.socket)
	return d, err
}

// unsynced is a file whose Sync does nothing: this host keeps its power when the board loses its own.
type unsynced struct{ *os.File }

func (unsynced) Sync() error { return nil }

// cut takes the disk's power away, and says what that did to it. The machine must be gone.
func (d *diskServer) cut() (what string, err error) {
	luck := rand.Uint64
	if d.options.Luck != nil {
		luck = d.options.Luck
	}
	seed := luck()
	r, err := d.disk.Cut(seed)
	if d.options.Remains != nil {
		d.options.Remains(r)
	}
	return fmt.Sprintf("power cut: of the sectors not flushed %d were kept, %d lost (seed %d)", r.Kept, r.Lost, seed),
		errors.Join(err, d.server.Close(), d.remove())
}

func (d *diskServer) remove() error {
	var err error
	if d.file != nil {
		err = d.file.Close()
	}
	return errors.Join(err, os.RemoveAll(d.dir))
}
