package nbd

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkCommit is what a small transaction costs a guest beyond its own work: 4 KiB written and flushed, the
// host's fsync left out.
func BenchmarkCommit(b *testing.B) {
	for name, cache := range map[string]Cache{"NoCache": NoCache, "VolatileCache": VolatileCache} {
		b.Run(name, func(b *testing.B) {
			d := newBench(b, 1<<11, cache)
			_, c := d.start()
			d.must(c.SetDeadline(time.Time{}))
			data := sectors(8, 'x')
			for b.Loop() {
				d.must(c.write(0, data))
				d.must(c.flush())
			}
		})
	}
}

// BenchmarkRead reads 64 KiB at a time from a disk with much, or nothing, in its cache.
func BenchmarkRead(b *testing.B) {
	for _, cached := range []int{0, 16 << 20} {
		b.Run(fmt.Sprintf("cached=%dMiB", cached>>20), func(b *testing.B) {
			d := newBench(b, 16<<20/SectorSize, VolatileCache)
			_, c := d.start()
			d.must(c.SetDeadline(time.Time{}))
			d.must(c.write(0, make([]byte, cached)))
			b.SetBytes(64 << 10)
			for i := int64(0); b.Loop(); i++ {
				_, err := c.read(i%256*(64<<10), 64<<10)
				d.must(err)
			}
		})
	}
}
