package nbd

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// model is what a disk may hold: for each sector the letters that a cut may leave there, the flushed one first.
// The last is what a READ gives.
type model [][]byte

func newModel(contents []byte) model {
	m := make(model, len(contents)/SectorSize)
	for i := range m {
		m[i] = []byte{contents[i*SectorSize]}
	}
	return m
}

func (m model) write(at, n int, letter byte, durable bool) {
	for i := at; i < at+n; i++ {
		if m[i] = append(m[i], letter); durable {
			m[i] = []byte{letter}
		}
	}
}

func (m model) flush() {
	for i := range m {
		m[i] = m[i][len(m[i])-1:]
	}
}

// unflushed counts the sectors that a cut may change.
func (m model) unflushed() (n int) {
	for _, letters := range m {
		n += min(len(letters)-1, 1)
	}
	return n
}

// broken lists the sectors of a disk that break the rules of a power cut.
func (m model) broken(contents []byte) (sins []string) {
	for i, letters := range m {
		sector := contents[i*SectorSize : (i+1)*SectorSize]
		if !bytes.Equal(sector, bytes.Repeat(sector[:1], SectorSize)) || !slices.Contains(letters, sector[0]) {
			sins = append(sins, fmt.Sprintf("sector %d is %q, want one of %q", i, picture(sector), letters))
		}
	}
	return sins
}

// guest is a client at work, whose disk is watched.
type guest struct {
	*client
	rng   *rand.Rand
	model model
	next  byte // the letter of the next write: never one that the model has seen lately
}

// work does one thing.
func (g *guest) work() error {
	at := g.rng.IntN(len(g.model))
	n := 1 + g.rng.IntN(min(8, len(g.model)-at))
	switch g.rng.IntN(10) {
	case 0:
		g.model.flush()
		return g.flush()
	case 1, 2:
		data, err := g.read(int64(at)*SectorSize, n*SectorSize)
		for i := range len(data) / SectorSize {
			letters := g.model[at+i]
			if want := letters[len(letters)-1]; data[i*SectorSize] != want && err == nil {
				err = fmt.Errorf("READ of sector %d: %q, want %q", at+i, data[i*SectorSize], want)
			}
		}
		return err
	}
	g.next++
	fua := g.rng.IntN(10) == 0
	g.model.write(at, n, g.next, fua)
	put := g.write
	if fua {
		put = g.writeFUA
	}
	return put(int64(at)*SectorSize, sectors(n, g.next))
}

// outcome is what a series of cuts of one disk showed.
type outcome struct {
	sins                []string
	risked, old, middle int // sectors that a cut could change, did not, or left between
	Remains
	contents []byte
}

// cutSeries runs guests on one disk, cutting the power after each, all by one seed.
func cutSeries(t *testing.T, seed uint64, cache Cache, limit int) (o outcome) {
	rng := rand.New(rand.NewPCG(seed, 1))
	b := newBench(t, 40, cache)
	b.memory.limit = limit
	var letter byte
	for range 4 {
		s, c := b.start()
		g := &guest{client: c, rng: rng, model: newModel(b.contents()), next: letter}
		for range rng.IntN(40) {
			b.must(g.work())
		}
		letter = g.next
		o.risked += g.model.unflushed()
		remains, err := b.Cut(rng.Uint64())
		b.must(err)
		b.must(s.Close())
		o.contents = b.contents()
		o.sins = append(o.sins, g.model.broken(o.contents)...)
		for i, letters := range g.model {
			switch now := o.contents[i*SectorSize]; {
			case len(letters) == 1:
			case now == letters[0]:
				o.old++
			case now != letters[len(letters)-1]:
				o.middle++
			}
		}
		o.Kept += remains.Kept
		o.Lost += remains.Lost
	}
	return o
}

// After a cut every sector is what it was when it was flushed, or something that was written there since. All of
// that happens: sectors are lost, kept, and left in the middle.
func TestCrashStates(t *testing.T) {
	var all outcome
	for seed := range uint64(100) {
		o := cutSeries(t, seed, VolatileCache, maxCached)
		for _, sin := range o.sins {
			t.Errorf("seed %d: %s", seed, sin)
		}
		if o.Kept+o.Lost != o.risked || o.Lost != o.old+o.middle {
			t.Errorf("seed %d: %+v told, of %d sectors %d are old and %d in between",
				seed, o.Remains, o.risked, o.old, o.middle)
		}
		all.old, all.middle, all.Kept = all.old+o.old, all.middle+o.middle, all.Kept+o.Kept
	}
	if all.old < 1000 || all.middle < 100 || all.Kept < 1000 {
		t.Errorf("%d sectors kept, %d old, %d in between: chance is not fair", all.Kept, all.old, all.middle)
	}
}

// The negative control: a disk that ignores FLUSH breaks those rules, with every seed.
func TestLyingDiskIsCaught(t *testing.T) {
	for seed := range uint64(30) {
		if o := cutSeries(t, seed, LyingCache, maxCached); len(o.sins) == 0 {
			t.Errorf("seed %d: nothing is wrong with a disk that lies", seed)
		}
	}
}

// Without a cache a cut loses nothing.
func TestNoCacheLosesNothing(t *testing.T) {
	b := newBench(t, 40, NoCache)
	_, c := b.start()
	g := &guest{client: c, rng: rand.New(rand.NewPCG(1, 1)), model: newModel(b.contents())}
	for range 200 {
		b.must(g.work())
	}
	g.model.flush()
	if r, err := b.Cut(1); err != nil || r != (Remains{}) {
		t.Errorf("%+v, %v", r, err)
	}
	for _, sin := range g.model.broken(b.contents()) {
		t.Error(sin)
	}
}

// The same requests and the same seed leave the same disk, another seed another.
func TestSeedDecides(t *testing.T) {
	same := cutSeries(t, 7, VolatileCache, maxCached)
	if again := cutSeries(t, 7, VolatileCache, maxCached); !bytes.Equal(again.contents, same.contents) {
		t.Errorf("seed 7 leaves %q, then %q", picture(same.contents), picture(again.contents))
	}
	left := map[string]bool{}
	for seed := range uint64(20) {
		b := newBench(t, 40, VolatileCache)
		_, c := b.start()
		b.must(c.write(0, sectors(40, 'n')))
		_, err := b.Cut(seed)
		b.must(err)
		left[picture(b.contents())] = true
	}
	if len(left) != 20 {
		t.Errorf("20 seeds leave %d disks", len(left))
	}
}

// A full cache lets go of the oldest, keeps to its bound and to the rules.
func TestFullCache(t *testing.T) {
	b := newBench(t, 8, VolatileCache)
	b.memory.limit = 3
	_, c := b.start()
	b.must(c.write(0, sectors(2, 'a')))
	b.must(c.write(0, sectors(1, 'b')))
	b.must(c.write(4*SectorSize, sectors(1, 'c')))
	if got := picture(b.contents()); got != "a......." || len(b.memory.order) != 3 {
		t.Errorf("the file holds %q, the cache %v", got, b.memory.order)
	}
	b.must(c.write(0, sectors(8, 'd')))
	if got := picture(b.contents()); got != "ddddd..." || b.Stats().Cached != 3 {
		t.Errorf("the file holds %q, the cache %v", got, b.memory.order)
	}
	data, err := c.read(0, 8*SectorSize)
	if err != nil || picture(data) != "dddddddd" {
		t.Errorf("read %q, %v", picture(data), err)
	}
	for seed := range uint64(30) {
		for _, sin := range cutSeries(t, seed, VolatileCache, 10).sins {
			t.Errorf("seed %d: %s", seed, sin)
		}
	}
}

// FUA makes its own sectors safe and no others; an older version never comes back over it.
func TestFUA(t *testing.T) {
	for seed := range uint64(30) {
		b := newBench(t, 8, VolatileCache)
		_, c := b.start()
		b.must(c.write(0, sectors(8, 'a')))
		b.must(c.writeFUA(2*SectorSize, sectors(3, 'b')))
		if s := b.Stats(); s.Cached != 5 || len(b.memory.order) != 5 {
			t.Fatalf("%d sectors are cached, in order %v", s.Cached, b.memory.order)
		}
		_, err := b.Cut(seed)
		b.must(err)
		if got := picture(b.contents())[2:5]; got != "bbb" {
			t.Errorf("seed %d: sectors 2 to 4 are %q", seed, got)
		}
	}
}
