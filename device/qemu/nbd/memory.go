package nbd

import (
	"bytes"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
)

const (
	// maxCached bounds the cache: 64 MiB. What is older goes into the storage, as in a real disk.
	maxCached = 64 << 20 / SectorSize
	// maxRun bounds what is put into the storage by one call: 1 MiB.
	maxRun = 1 << 20
)

// memory is what a disk forgets without power: every version of every sector since the last flush. A real disk
// may have put any of them on its plates, and a later one not.
type memory struct {
	sectors map[int64][][]byte // by number, oldest version first; none is empty
	order   []int64            // the sector of each version, the oldest version of all first
	limit   int                // of versions
}

func newMemory() memory { return memory{sectors: map[int64][][]byte{}, limit: maxCached} }

// add remembers whole sectors at a byte offset; the oldest versions beyond the limit go into the storage.
func (m *memory) add(storage io.WriterAt, p []byte, at int64) error {
	number := at / SectorSize
	for sector := range slices.Chunk(bytes.Clone(p), SectorSize) {
		m.sectors[number] = append(m.sectors[number], sector)
		m.order = append(m.order, number)
		number++
	}
	for len(m.order) > m.limit {
		oldest := m.order[0]
		versions := m.sectors[oldest]
		if _, err := storage.WriteAt(versions[0], oldest*SectorSize); err != nil {
			return err
		}
		m.order = m.order[1:]
		if m.sectors[oldest] = versions[1:]; len(versions) == 1 {
			delete(m.sectors, oldest)
		}
	}
	return nil
}

// overlay puts the newest versions over what was read at a byte offset.
func (m *memory) overlay(p []byte, at int64) {
	if len(m.sectors) == 0 {
		return
	}
	number := at / SectorSize
	for sector := range slices.Chunk(p, SectorSize) {
		if versions := m.sectors[number]; versions != nil {
			copy(sector, versions[len(versions)-1])
		}
		number++
	}
}

// forget drops all versions of n bytes of sectors at a byte offset.
func (m *memory) forget(at int64, n int) {
	if len(m.sectors) == 0 {
		return
	}
	first := at / SectorSize
	end := first + int64(n/SectorSize)
	for number := first; number < end; number++ {
		delete(m.sectors, number)
	}
	m.order = slices.DeleteFunc(m.order, func(number int64) bool { return first <= number && number < end })
}

// clear drops all.
func (m *memory) clear() {
	clear(m.sectors)
	m.order = nil
}

// store puts the newest version of every sector into the storage.
func (m *memory) store(storage io.WriterAt) error {
	return m.put(storage, func(versions [][]byte) []byte { return versions[len(versions)-1] })
}

// scatter puts a version of each sector into the storage, or none, as chance has it, and forgets them all.
func (m *memory) scatter(storage io.WriterAt, seed uint64) (r Remains, err error) {
	rng := rand.New(rand.NewPCG(seed, 0))
	err = m.put(storage, func(versions [][]byte) []byte {
		n := rng.IntN(len(versions) + 1)
		if n == len(versions) {
			r.Kept++
		} else {
			r.Lost++
		}
		if n == 0 {
			return nil
		}
		return versions[n-1]
	})
	m.clear()
	return r, err
}

// put puts into the storage what choose makes of each sector, in their order: nil is nothing. Neighbours go
// together.
func (m *memory) put(storage io.WriterAt, choose func(versions [][]byte) []byte) error {
	var run []byte
	var start int64 // sector number of the run
	write := func() error {
		if len(run) == 0 {
			return nil
		}
		_, err := storage.WriteAt(run, start*SectorSize)
		run = run[:0]
		return err
	}
	for _, number := range slices.Sorted(maps.Keys(m.sectors)) {
		chosen := choose(m.sectors[number])
		if chosen == nil {
			continue
		}
		if number != start+int64(len(run)/SectorSize) || len(run) >= maxRun {
			if err := write(); err != nil {
				return err
			}
		}
		if len(run) == 0 {
			start = number
		}
		run = append(run, chosen...)
	}
	return write()
}
