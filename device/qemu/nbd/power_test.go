package nbd

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"
)

// script is what a guest does in the tests of cuts: six steps.
var script = []func(c *client) error{
	func(c *client) error { return c.write(0, sectors(2, 'a')) },
	func(c *client) error { return c.write(SectorSize, sectors(2, 'b')) },
	func(c *client) error { return c.flush() },
	func(c *client) error { return c.writeFUA(4*SectorSize, sectors(1, 'c')) },
	func(c *client) error { return c.write(0, sectors(6, 'd')) },
	func(c *client) error { return c.flush() },
}

// A cut at step n leaves what the n-1 steps before put on the disk, and the nth gets no answer.
func TestArmWrite(t *testing.T) {
	for n, want := range []string{1: "......", "aa....", "abb...", "abb...", "abb.c.", "dddddd"} {
		if n == 0 {
			continue
		}
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			b := newBench(t, 6, NoCache)
			s, c := b.start()
			cuts := 0
			b.must(b.ArmWrite(n, func() { cuts++ }))
			for i, step := range script[:n-1] {
				if err := step(c); err != nil {
					t.Fatalf("step %d: %v", i+1, err)
				}
			}
			if _, err := c.read(0, SectorSize); err != nil {
				t.Errorf("a READ, which is no step: %v", err)
			}
			err := script[n-1](c)
			if !gone(err) || errors.As(err, new(refused)) {
				t.Errorf("step %d: %v, want the connection's end", n, err)
			}
			b.must(s.Close())
			if got := picture(b.contents()); cuts != 1 || got != want {
				t.Errorf("%d cuts, the file holds %q, want %q", cuts, got, want)
			}
			if s := b.Stats(); s.Writes+s.Flushes != n-1 {
				t.Errorf("counted as carried out: %+v", s)
			}
		})
	}
}

// While the cut is being made, the client sees nothing: neither an answer nor an end. So it can be ended first.
func TestClientWaitsForTheCut(t *testing.T) {
	b := newBench(t, 8, VolatileCache)
	s, c := b.start()
	others := map[string]*client{"one that reads": b.dial(), "one that writes": b.dial()}
	inCut, goOn := make(chan bool), make(chan bool)
	b.must(b.ArmWrite(1, func() { inCut <- true; <-goOn }))
	b.must(c.send(0, cmdFlush, 0, 0, nil))
	<-inCut
	b.must(c.send(0, cmdRead, 0, SectorSize, nil))
	b.must(others["one that reads"].send(0, cmdRead, 0, SectorSize, nil))
	b.must(others["one that writes"].send(0, cmdWrite, 0, SectorSize, sectors(1, 'x')))
	others["the client"] = c
	for name, client := range others {
		b.must(client.SetReadDeadline(time.Now().Add(50 * time.Millisecond)))
		if n, err := client.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s hears of the cut: %d bytes, %v", name, n, err)
		}
	}
	if _, err := Serve(b.Disk, b.socket+"2"); !errors.Is(err, ErrUndecided) {
		t.Errorf("Serve during the cut: %v", err)
	}
	goOn <- true
	for _, client := range others {
		b.closed(client)
	}
	b.must(s.Close())
	if s := b.Stats(); s != (Stats{}) {
		t.Errorf("carried out during the cut: %+v", s)
	}
	if _, err := Serve(b.Disk, b.socket); !errors.Is(err, ErrUndecided) {
		t.Errorf("Serve after the cut: %v", err)
	}
	_, err := b.Cut(1)
	b.must(err)
	b.start()
}

// The hook may cut by itself, and the same disk is served again at once, on the same socket.
func TestCutInsideTheHook(t *testing.T) {
	b := newBench(t, 64, VolatileCache)
	for round := range 5 {
		s, c := b.start()
		var remains Remains
		var cutErr error
		b.must(b.ArmWrite(2, func() { remains, cutErr = b.Cut(uint64(round)) }))
		b.must(c.write(0, sectors(64, byte('a'+round))))
		if err := c.flush(); !gone(err) {
			t.Errorf("FLUSH: %v", err)
		}
		b.must(s.Close())
		b.must(cutErr)
		if remains.Kept+remains.Lost != 64 || remains.Kept == 0 || remains.Lost == 0 {
			t.Errorf("round %d: %+v of 64 sectors", round, remains)
		}
	}
}

// A cut takes the connections and the socket with it, and forgets what was armed.
func TestCut(t *testing.T) {
	b := newBench(t, 8, VolatileCache)
	s, c := b.start()
	b.must(b.ArmWrite(1, func() { t.Error("armed before the cut") }))
	_, err := b.Cut(1)
	b.must(err)
	b.closed(c)
	if _, err := dial(b.socket); err == nil {
		t.Error("the socket still answers")
	}
	if r, err := b.Cut(2); err != nil || r != (Remains{}) {
		t.Errorf("a cut without power: %+v, %v", r, err)
	}
	b.must(s.Close())
	_, c = b.start()
	b.must(c.write(0, sectors(1, 'x')))
}

// What a client of an earlier run still has under way reaches no later one.
func TestOldRunIsOver(t *testing.T) {
	b := newBench(t, 8, NoCache)
	old := b.serve()
	_, err := b.Cut(1)
	b.must(err)
	b.start()
	if err := b.write(old, sectors(1, 'x'), 0, false); !errors.Is(err, errOff) {
		t.Errorf("write: %v", err)
	}
	if err := b.flush(old); !errors.Is(err, errOff) {
		t.Errorf("flush: %v", err)
	}
	if err := b.read(old, sectors(1, 'x'), 0); !errors.Is(err, errOff) {
		t.Errorf("read: %v", err)
	}
	if got := picture(b.contents()); got != "........" {
		t.Errorf("the file holds %q", got)
	}
}

// A machine that is switched off in order loses nothing, whatever its disk's cache.
func TestCloseKeepsEverything(t *testing.T) {
	for _, cache := range []Cache{NoCache, VolatileCache, LyingCache} {
		b := newBench(t, 8, cache)
		s, c := b.start()
		b.must(c.write(0, sectors(4, 'a')))
		b.must(c.Close())
		c = b.dial() // the cache is the disk's, not the connection's
		if data, err := c.read(0, 4*SectorSize); err != nil || picture(data) != "aaaa" {
			t.Errorf("cache %d: the next client reads %q, %v", cache, picture(data), err)
		}
		b.must(s.Close())
		if got := picture(b.contents()); got != "aaaa...." {
			t.Errorf("cache %d: the file holds %q", cache, got)
		}
	}
}

func TestDisarm(t *testing.T) {
	b := newBench(t, 8, NoCache)
	s, c := b.start()
	b.must(b.ArmWrite(2, func() { t.Error("a cut that was forgotten") }))
	b.must(c.flush())
	b.Disarm()
	b.must(c.flush())
	cuts := 0
	b.must(b.ArmWrite(1, func() { t.Error("a cut that was replaced") }))
	b.must(b.ArmWrite(2, func() { cuts++ }))
	b.must(c.flush())
	if err := c.flush(); !gone(err) {
		t.Errorf("FLUSH: %v", err)
	}
	if b.must(s.Close()); cuts != 1 {
		t.Errorf("%d cuts", cuts)
	}
}

func TestNonsense(t *testing.T) {
	b := newBench(t, 8, NoCache)
	if err := b.ArmWrite(0, func() {}); err == nil {
		t.Error("step 0 was taken")
	}
	if err := b.ArmWrite(1, nil); err == nil {
		t.Error("a cut that does nothing was taken")
	}
	for _, size := range []int64{-SectorSize, 0, 1, SectorSize + 1} {
		if _, err := NewDisk(b.file, size, NoCache); err == nil {
			t.Errorf("a disk of %d bytes was taken", size)
		}
	}
	for _, cache := range []Cache{-1, LyingCache + 1} {
		if _, err := NewDisk(b.file, SectorSize, cache); err == nil {
			t.Errorf("cache %d was taken", cache)
		}
	}
}
