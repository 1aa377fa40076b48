package nbd

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

var (
	// ErrServed is returned by [Serve] when the disk is being served already.
	ErrServed = errors.New("nbd: the disk is being served already")

	// ErrUndecided is returned by [Serve] when an armed cut was reached and [Disk.Cut] has not been called since:
	// nobody has decided yet what the disk kept.
	ErrUndecided = errors.New("nbd: the disk lost its power, and Cut has not decided what it kept")
)

// errOff is returned by what a client asks of a disk without power: there is no answer.
var errOff = errors.New("the disk has no power")

// Storage holds a disk's contents while its power is off: an [os.File]. Sync guards against the host's own end; a
// test whose host stays up may do without, since what is in the file survives all that a board can suffer.
type Storage interface {
	io.ReaderAt
	io.WriterAt
	Sync() error
}

// Cache says what a disk does with sectors before they are in its storage.
type Cache int

// The caches.
const (
	// NoCache puts what is written into the storage before it is acknowledged.
	NoCache Cache = iota
	// VolatileCache keeps it in memory until FLUSH, or puts it into the storage at once where FUA says so.
	VolatileCache
	// LyingCache acknowledges FLUSH and FUA and does nothing of the kind: the negative control of a test of
	// power cuts, which must fail on it. (It does let go of what is older than its 64 MiB.)
	LyingCache
)

// Stats counts what clients did since the disk was made.
type Stats struct {
	Writes  int   // WRITE requests that were carried out; with Flushes, the steps of ArmWrite
	Flushes int   // FLUSH requests, likewise
	Bytes   int64 // what the writes carried
	Cached  int   // sectors in the cache now: what a cut puts at risk
}

// Remains counts the sectors that were in the cache when the power was cut.
type Remains struct {
	Kept int // as they were last written
	Lost int // as they were some time before
}

// Disk is a disk whose power can be cut. Its methods may be called at any time, by any goroutine.
type Disk struct {
	size  int64
	cache Cache

	mu      sync.Mutex
	storage Storage
	memory  memory
	run     *Server // who serves it; nil while its power is off
	halted  bool    // the armed step was reached, and what remains is undecided
	left    int     // steps until the cut, counting that one; 0: not armed
	cut     func()
	stats   Stats
}

// NewDisk makes a disk of size bytes, whole sectors, whose contents are the storage's first size bytes.
func NewDisk(storage Storage, size int64, cache Cache) (*Disk, error) {
	if size <= 0 || size%SectorSize != 0 {
		return nil, fmt.Errorf("nbd: a disk of %d bytes: want whole sectors of %d", size, SectorSize)
	}
	if cache < NoCache || cache > LyingCache {
		return nil, fmt.Errorf("nbd: there is no cache %d", cache)
	}
	return &Disk{size: size, cache: cache, storage: storage, memory: newMemory()}, nil
}

// ArmWrite calls cut instead of carrying out the nth step from now, counted from 1: a step is a WRITE or a FLUSH.
// It replaces an earlier ArmWrite, and holds until it is reached, [Disk.Disarm] or [Disk.Cut].
//
// Neither that request nor a later one has an effect or gets an answer. cut is called while the client waits and
// before its connection is closed, so that it can end the client before that learns anything. It may call
// [Disk.Cut], never [Server.Close]. Once it has returned the connections are closed.
func (d *Disk) ArmWrite(n int, cut func()) error {
	if n < 1 || cut == nil {
		return fmt.Errorf("nbd: a cut at step %d: steps count from 1, and a cut needs its function", n)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left, d.cut = n, cut
	return nil
}

// Disarm forgets the cut that [Disk.ArmWrite] asked for.
func (d *Disk) Disarm() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.disarm()
}

func (d *Disk) disarm() { d.left, d.cut = 0, nil }

// Stats returns the counters.
func (d *Disk) Stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	stats := d.stats
	stats.Cached = len(d.memory.sectors)
	return stats
}

// Cut takes the power away now. Service ends, connections are closed, and each sector that was written and not
// flushed becomes, in the storage, one of those that it has been since the last flush, its old self included;
// seed decides which. A request under way is carried out or not, as a whole. The disk may then be served again.
// End the client before, unless it may see its connection break.
//
// The error is the storage's: then nothing is known about it.
func (d *Disk) Cut(seed uint64) (Remains, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.run != nil {
		d.run.drop()
	}
	d.run, d.halted = nil, false
	d.disarm()
	remains, err := d.memory.scatter(d.storage, seed)
	if err != nil {
		return remains, fmt.Errorf("nbd: power cut: %w", err)
	}
	return remains, nil
}

// powerOn lets a server's clients in.
func (d *Disk) powerOn(run *Server) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.halted:
		return ErrUndecided
	case d.run != nil:
		return ErrServed
	}
	d.run = run
	return nil
}

// powerDown ends a server's run in peace, if it has not ended otherwise.
func (d *Disk) powerDown(run *Server) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.run != run {
		return nil
	}
	d.run = nil
	if d.halted {
		return nil
	}
	return d.persist()
}

// read fills p.
func (d *Disk) read(run *Server, p []byte, at int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.run != run || d.halted {
		return errOff
	}
	if _, err := d.storage.ReadAt(p, at); err != nil {
		return fmt.Errorf("read %d bytes at %d: %w", len(p), at, err)
	}
	d.memory.overlay(p, at)
	return nil
}

// write stores p, for good if fua.
func (d *Disk) write(run *Server, p []byte, at int64, fua bool) error {
	return d.step(run, func() error {
		d.stats.Writes++
		d.stats.Bytes += int64(len(p))
		if d.cache == LyingCache || d.cache == VolatileCache && !fua {
			return d.memory.add(d.storage, p, at)
		}
		if _, err := d.storage.WriteAt(p, at); err != nil {
			return err
		}
		d.memory.forget(at, len(p)) // else a cut could bring back what was there before
		if fua {
			return d.storage.Sync()
		}
		return nil
	})
}

// flush stores for good what was written before.
func (d *Disk) flush(run *Server) error {
	return d.step(run, func() error {
		d.stats.Flushes++
		if d.cache == LyingCache {
			return nil
		}
		return d.persist()
	})
}

// step carries out what puts data on the disk, or the cut that was asked for instead.
func (d *Disk) step(run *Server, do func() error) error {
	cut, err := d.count(run, do)
	if cut == nil {
		return err
	}
	cut()
	run.drop()
	return errOff
}

// count returns the cut if this is its step, and the result of the step otherwise.
func (d *Disk) count(run *Server, do func() error) (cut func(), err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.run != run || d.halted {
		return nil, errOff
	}
	if d.left != 1 {
		d.left = max(d.left-1, 0)
		return nil, do()
	}
	cut = d.cut
	d.disarm()
	d.halted = true
	return cut, nil
}

// persist empties the cache into the storage. What could not be stored stays in the cache.
func (d *Disk) persist() error {
	if err := d.memory.store(d.storage); err != nil {
		return err
	}
	if err := d.storage.Sync(); err != nil {
		return err
	}
	d.memory.clear()
	return nil
}
