package sim

import (
	"bytes"
	"math/rand/v2"
	"os"
)

// cut is what a power cut during a commit leaves of the journal's file. bbolt writes the data pages, flushes, writes
// one of its two meta pages, and flushes again; a disk keeps no order between two flushes.
type cut int

const (
	cutBefore  cut = iota // nothing of it was written
	cutPart               // some sectors of data, in no order, under the old meta page
	cutNoMeta             // all data, under the old meta page
	cutTorn               // all data, and a meta page that is neither
	cutAfter              // all of it
	cutKinds   = iota
	sector     = 512
	metaPages  = 2
	metaHeader = 16 // of a page
	metaSize   = 64 // behind it; the last 8 are its checksum, the 8 before them its number
)

var cutNames = [cutKinds]string{"before", "part of the data", "data without meta", "torn meta", "after"}

func (c cut) String() string { return cutNames[c] }

// leave returns the file as the power cut leaves it, of its images before and after the commit.
func (c cut) leave(rng *rand.Rand, before, after []byte) []byte {
	metas := min(metaPages*os.Getpagesize(), len(before))
	switch c {
	case cutBefore:
		return before
	case cutPart:
		return leavePart(rng, before, after, metas)
	case cutNoMeta:
		return append(bytes.Clone(before[:metas]), after[metas:]...)
	case cutTorn:
		return tear(rng, before, after)
	}
	return after
}

// leavePart keeps every sector of data or loses it. The file may have grown or not: that is flushed by itself.
func leavePart(rng *rand.Rand, before, after []byte, metas int) []byte {
	size := max(len(before), len(after))
	if chance(rng, 2) {
		size = len(before)
	}
	image := make([]byte, size)
	copy(image, before)
	for at := metas; at+sector <= min(size, len(after)); at += sector {
		if chance(rng, 2) {
			copy(image[at:at+sector], after[at:at+sector])
		}
	}
	return image
}

// tear mixes the meta page that the commit wrote: its number is the new one, something else is not.
func tear(rng *rand.Rand, before, after []byte) []byte {
	image := bytes.Clone(after)
	page := os.Getpagesize()
	at := 0
	if bytes.Equal(before[:page], after[:page]) {
		at = page
	}
	const number, end = metaHeader + metaSize - 16, metaHeader + metaSize
	switch rng.IntN(2) {
	case 0: // the end is still the old one
		from := number + 1 + rng.IntN(end-number-1)
		copy(image[at+from:at+end], before[at+from:at+end])
	case 1: // the beginning is still the old one
		to := metaHeader + 1 + rng.IntN(number-metaHeader)
		copy(image[at:at+to], before[at:at+to])
	}
	if bytes.Equal(image, after) || chance(rng, 3) { // a sector in the middle of being written
		for i := range image[at : at+sector] {
			image[at+i] = byte(rng.Uint32())
		}
	}
	return image
}
