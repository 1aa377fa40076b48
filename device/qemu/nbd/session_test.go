package nbd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"syscall"
	"testing"
)

func TestReadWrite(t *testing.T) {
	for _, cache := range []Cache{NoCache, VolatileCache, LyingCache} {
		b := newBench(t, 8, cache)
		s, c := b.start()
		b.must(c.write(1*SectorSize, sectors(3, 'a')))
		b.must(c.write(2*SectorSize, sectors(1, 'b')))
		b.must(c.writeFUA(6*SectorSize, sectors(2, 'c')))
		data, err := c.read(0, 8*SectorSize)
		if err != nil || picture(data) != ".aba..cc" {
			t.Errorf("cache %d: read %q, %v", cache, picture(data), err)
		}
		if data, err := c.read(3*SectorSize, SectorSize); err != nil || picture(data) != "a" {
			t.Errorf("cache %d: read in the middle %q, %v", cache, picture(data), err)
		}
		want := map[Cache]string{NoCache: ".aba..cc", VolatileCache: "......cc", LyingCache: "........"}[cache]
		if got := picture(b.contents()); got != want {
			t.Errorf("cache %d: the file holds %q before FLUSH, want %q", cache, got, want)
		}
		b.must(c.flush())
		want = map[Cache]string{NoCache: ".aba..cc", VolatileCache: ".aba..cc", LyingCache: "........"}[cache]
		if got := picture(b.contents()); got != want {
			t.Errorf("cache %d: the file holds %q after FLUSH, want %q", cache, got, want)
		}
		got := b.Stats()
		want = map[Cache]string{NoCache: "{3 1 3072 0}", VolatileCache: "{3 1 3072 0}", LyingCache: "{3 1 3072 5}"}[cache]
		if fmt.Sprint(got) != want {
			t.Errorf("cache %d: %+v, want %s", cache, got, want)
		}
		// FUA, FLUSH, and Close, each reach the host's disk too.
		b.must(s.Close())
		if want := map[Cache]int{NoCache: 3, VolatileCache: 3, LyingCache: 1}[cache]; b.file.syncs != want {
			t.Errorf("cache %d: %d syncs, want %d", cache, b.file.syncs, want)
		}
	}
}

// What a disk of 8 sectors refuses has no effect, is no step, and is no end.
func TestRefusals(t *testing.T) {
	b := newBench(t, 8, NoCache)
	_, c := b.start()
	b.must(b.ArmWrite(1, func() { t.Error("a refused request is a step") }))
	const end = 8 * SectorSize
	for _, tt := range []struct {
		name           string
		flags, command uint16
		offset         uint64
		length         uint32
		want           errno
	}{
		{"read past the end", 0, cmdRead, end - SectorSize, 2 * SectorSize, errnoInvalid},
		{"read after the end", 0, cmdRead, end + SectorSize, SectorSize, errnoInvalid},
		{"read around the end of numbers", 0, cmdRead, 1<<64 - SectorSize, 2 * SectorSize, errnoInvalid},
		{"read of more than fits", 0, cmdRead, 0, maxPayload + SectorSize, errnoInvalid},
		{"read of 4 GiB", 0, cmdRead, 0, 1<<32 - SectorSize, errnoInvalid},
		{"read from inside a sector", 0, cmdRead, 1, SectorSize, errnoInvalid},
		{"read of half a sector", 0, cmdRead, 0, SectorSize / 2, errnoInvalid},
		{"write past the end", 0, cmdWrite, end - SectorSize, 2 * SectorSize, errnoNoSpace},
		{"write around the end of numbers", 0, cmdWrite, 1<<64 - SectorSize, 2 * SectorSize, errnoNoSpace},
		{"write into a sector", 0, cmdWrite, 5, SectorSize, errnoInvalid},
		{"write of a byte", 0, cmdWrite, 0, 1, errnoInvalid},
		{"write with an unknown flag", 2, cmdWrite, 0, SectorSize, errnoInvalid},
		{"flush of a part", 0, cmdFlush, 0, SectorSize, errnoInvalid},
		{"flush from somewhere", 0, cmdFlush, SectorSize, 0, errnoInvalid},
		{"trim", 0, 4, 0, SectorSize, errnoInvalid},
		{"write zeroes", 0, 6, 0, SectorSize, errnoInvalid},
		{"unknown", 0, 999, 0, 0, errnoInvalid},
	} {
		var data []byte
		if tt.command == cmdWrite {
			data = bytes.Repeat([]byte{'x'}, int(tt.length))
		}
		b.must(c.send(tt.flags, tt.command, tt.offset, tt.length, data))
		if _, err := c.receive(0); err != error(refused(tt.want)) {
			t.Errorf("%s: %v, want %d", tt.name, err, tt.want)
		}
	}
	b.Disarm()
	if got := picture(b.contents()); got != "........" {
		t.Errorf("the disk holds %q", got)
	}
	if s := b.Stats(); s != (Stats{}) {
		t.Errorf("counted: %+v", s)
	}
	// At the edge, all is well.
	b.must(c.write(end-SectorSize, sectors(1, 'z')))
	if _, err := c.read(end, 0); err != nil {
		t.Errorf("reading nothing at the end: %v", err)
	}
}

// Requests that come in one piece are answered in order, and what follows NBD_CMD_DISC is not.
func TestPipelineAndDisc(t *testing.T) {
	b := newBench(t, 64<<10, VolatileCache)
	_, c := b.start()
	go func() {
		for i := range 50 {
			_ = c.send(0, cmdWrite, uint64(i*SectorSize), 64<<10, sectors(128, byte('a'+i%26)))
		}
		_ = c.send(0, cmdDisc, 0, 0, nil)
		_ = c.send(0, cmdFlush, 0, 0, nil)
	}()
	replies, err := io.ReadAll(c)
	if len(replies) != 50*replySize || err != nil && !gone(err) {
		t.Errorf("%d bytes of replies, %v", len(replies), err)
	}
	for i := range 50 {
		if reply := replies[i*replySize:]; reply[4]|reply[7] != 0 || reply[15] != byte(i+1) {
			t.Fatalf("reply %d: % x", i, reply[:replySize])
		}
	}
	if s := b.Stats(); s.Writes != 50 || s.Flushes != 0 {
		t.Errorf("%+v", s)
	}
}

// The largest request there is passes whole.
func TestLargest(t *testing.T) {
	b := newBench(t, 2*maxPayload/SectorSize, VolatileCache)
	_, c := b.start()
	data := bytes.Repeat([]byte("0123456789abcdef"), maxPayload/16)
	b.must(c.write(0, data))
	b.must(c.flush())
	if got, err := c.read(0, maxPayload); err != nil || !bytes.Equal(got, data) {
		t.Errorf("read back: %d bytes, %v", len(got), err)
	}
	if !bytes.Equal(b.contents()[:maxPayload], data) {
		t.Error("the file holds something else")
	}
	if b.file.largest != maxRun {
		t.Errorf("the file was written %d bytes at a time", b.file.largest)
	}
	if _, err := c.read(0, maxPayload+SectorSize); err != error(refused(errnoInvalid)) {
		t.Errorf("a READ of one sector more: %v", err)
	}
}

// broken is a storage that fails as it is told to.
type broken struct {
	Storage
	read, write, sync error
}

func (s *broken) ReadAt(p []byte, at int64) (int, error) {
	if s.read != nil {
		return 0, s.read
	}
	return s.Storage.ReadAt(p, at)
}

func (s *broken) WriteAt(p []byte, at int64) (int, error) {
	if s.write != nil {
		return 0, s.write
	}
	return s.Storage.WriteAt(p, at)
}

func (s *broken) Sync() error {
	if s.sync != nil {
		return s.sync
	}
	return s.Storage.Sync()
}

// A storage's errors reach the client, and whoever closes the server; what a FLUSH could not store, the next does.
func TestBrokenStorage(t *testing.T) {
	b := newBench(t, 8, VolatileCache)
	storage := &broken{Storage: b.file}
	disk, err := NewDisk(storage, b.size, VolatileCache)
	b.must(err)
	b.Disk = disk
	s, err := Serve(disk, b.socket)
	b.must(err)
	c := b.dial()
	b.must(c.write(0, sectors(1, 'a')))

	storage.write = syscall.ENOSPC
	if err := c.flush(); err != error(refused(errnoNoSpace)) {
		t.Errorf("FLUSH to a full host: %v", err)
	}
	storage.write, storage.sync = nil, syscall.EIO
	if err := c.flush(); err != error(refused(errnoIO)) {
		t.Errorf("FLUSH that is not synced: %v", err)
	}
	if s := disk.Stats(); s.Cached != 1 {
		t.Errorf("%d sectors are cached, want the one that is not safe", s.Cached)
	}
	if err := c.writeFUA(SectorSize, sectors(1, 'b')); err != error(refused(errnoIO)) {
		t.Errorf("FUA that is not synced: %v", err)
	}
	storage.sync, storage.read = nil, io.EOF
	if _, err := c.read(0, SectorSize); err != error(refused(errnoIO)) {
		t.Errorf("READ of what is not there: %v", err)
	}
	storage.read = nil
	b.must(c.flush())
	if got := picture(b.contents()); got != "ab......" {
		t.Errorf("the file holds %q", got)
	}
	if err := s.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close: %v, want the first error", err)
	}
}
