package boot

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// StickDir is where a USB stick is mounted while one is in.
const StickDir = "/mnt/stick"

const (
	stickFile   = "/run/smartpos/stick"  // what the terminal reads of it
	stickLook   = 500 * time.Millisecond // between looks at what is plugged in
	stickLimit  = 20 * time.Second       // what takes longer hangs
	stickSettle = 3 * time.Second        // from a stick's coming until it is judged
	lendLimit   = 10 * time.Minute       // a stick that was lent for writing is taken back then
)

// StickState is how far a USB stick can be used.
type StickState string

// The states.
const (
	StickNone      StickState = "none"
	StickLooking   StickState = "looking"   // one is in, and being looked at
	StickReady     StickState = "ready"     // it is mounted, and takes no writes: it may be pulled out
	StickLent      StickState = "lent"      // it takes writes: it must not be pulled out
	StickProtected StickState = "protected" // as ready, and it can't be made to take writes
	StickUnknown   StickState = "unknown"   // it holds no file system that is taken
	StickBroken    StickState = "broken"    // it can't be read, or not be mounted
	StickSilent    StickState = "silent"    // it does not answer
)

// Stick is the USB stick as process 1 tells the terminal of it.
type Stick struct {
	State StickState
	Name  string // the kernel's, of the disk or its partition: sda1
	Spare bool   // another one is in, too; only one is used at a time
}

// String is s as it stands in the file that the terminal reads.
func (s Stick) String() string {
	words := []string{string(s.State), s.Name}
	if s.Spare {
		words = append(words, "spare")
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// keeper minds the USB stick: it alone mounts it, has it take writes, and lets it go. What it asks of the kernel may
// hang with a bad stick, so that is done beside its loop, one thing at a time: the loop itself never waits for a stick.
type keeper struct {
	b     *booter
	lends chan bool          // the terminal wants to write, or has written
	leave chan chan struct{} // the system ends; closed when the stick may lose its power

	disk    Disk  // the one that is used; without a name: none
	told    Stick // of it
	says    Stick // what the terminal was told last
	spare   bool  // there is another disk
	mounted bool
	wanted  time.Time       // for writing, until then
	busy    chan func()     // ends what is under way; nil: nothing is
	since   time.Time       // when that began
	seen    time.Time       // when the disk came
	again   time.Time       // when what failed is tried again
	leaving chan struct{}   // the system ends
	logged  map[string]bool // problems of the present stick
}

func (b *booter) newKeeper() *keeper {
	return &keeper{
		b: b, lends: make(chan bool, 1), leave: make(chan chan struct{}, 1), told: Stick{State: StickNone},
		logged: map[string]bool{},
	}
}

// run minds the stick until ctx ends, from when the modules for it have been loaded.
func (k *keeper) run(ctx context.Context, loaded <-chan struct{}) {
	select {
	case <-loaded:
	case gone := <-k.leave:
		close(gone)
		return
	case <-ctx.Done():
		return
	}
	ticker := time.NewTicker(stickLook)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case want := <-k.lends:
			k.wanted = time.Time{}
			if want && k.disk.Name != "" {
				k.wanted = time.Now().Add(lendLimit)
			}
		case end := <-k.busy:
			k.busy = nil
			end()
		case k.leaving = <-k.leave:
		case <-ctx.Done():
			return
		}
		k.look()
		k.act()
		k.tell()
		if k.leaving != nil && k.busy == nil && !k.mounted {
			close(k.leaving)
			return
		}
	}
}

// lend passes the terminal's wish on: to write onto the stick, or that it has done so. It never waits.
func (k *keeper) lend(want bool) {
	select {
	case <-k.lends: // overtaken
	default:
	}
	k.lends <- want
}

// release lets the stick go at the end of the system, and waits for that, but not for long.
func (k *keeper) release() {
	gone := make(chan struct{})
	k.leave <- gone
	select {
	case <-gone:
	case <-time.After(flushLimit):
		k.b.log("stick: it does not answer, and is left as it is")
	}
}

// look compares what is plugged in with what is used.
func (k *keeper) look() {
	disks, err := k.b.sys.Disks()
	if err != nil {
		k.problem(err)
		return
	}
	disks = slices.DeleteFunc(disks, func(d Disk) bool { return d.Size == 0 || k.b.cfg.ours(d) })
	k.spare = len(disks) > 1
	idle := k.busy == nil && !k.mounted && k.leaving == nil
	switch i := slices.IndexFunc(disks, k.disk.same); {
	case k.disk.Name == "":
		if idle && len(disks) > 0 {
			clear(k.logged)
			k.seen = time.Now()
			k.mount(disks[0])
		}
		return
	case i >= 0: // a disk is there before its partitions are
		early := k.told.State == StickLooking && time.Now().After(k.again)
		if idle && (early || !slices.Equal(disks[i].Parts, k.disk.Parts)) {
			k.mount(disks[i])
		}
		return
	}
	if k.told.State == StickLent {
		k.b.log("stick: %s was pulled out while it was written", k.disk.Name)
	} else {
		k.b.log("stick: %s is gone", k.disk.Name)
	}
	k.disk, k.wanted = Disk{}, time.Time{}
}

// act does what is due, if nothing else is under way.
func (k *keeper) act() {
	lent := k.told.State == StickLent
	switch {
	case k.busy != nil || !k.mounted:
	case k.disk.Name == "": // its device is gone already
		k.do(func() error { return k.b.sys.Detach(StickDir) }, func(err error) { k.mounted = false; k.problem(err) })
	case k.leaving != nil:
		k.do(func() error { return k.b.sys.Unmount(StickDir) }, func(err error) { k.mounted = false; k.problem(err) })
	case k.told.State == StickReady && !k.wanted.IsZero():
		k.do(func() error { return k.b.sys.Remount(StickDir, false) }, func(err error) {
			k.told.State = StickLent
			if err != nil {
				k.told.State = StickProtected
				k.problem(err)
			}
		})
	case lent && time.Now().After(k.wanted) && time.Now().After(k.again):
		k.do(func() error { return k.b.sys.Remount(StickDir, true) }, func(err error) {
			k.again = time.Now().Add(stickLook) // a file may still be open
			if k.problem(err); err == nil {
				k.told.State = StickReady
			}
		})
	}
}

// do has f done beside the loop, and end called in it.
func (k *keeper) do(f func() error, end func(error)) {
	busy := make(chan func(), 1)
	k.busy, k.since = busy, time.Now()
	k.b.spawn(func() {
		err := f()
		busy <- func() { end(err) }
	})
}

// mount looks at a disk and mounts what it holds, for reading only.
func (k *keeper) mount(d Disk) {
	k.disk, k.told = d, Stick{State: StickLooking, Name: d.Name}
	var found volume
	k.do(func() (err error) {
		if found, err = k.b.volume(d); err == nil {
			err = k.b.sys.Mount(found.mount())
		}
		return err
	}, func(err error) {
		if k.mounted = err == nil; k.mounted {
			k.b.log("stick: %s on %s, %s", found.device, StickDir, found.kind)
		}
		switch {
		case !k.disk.same(d): // it has gone meanwhile
		case err != nil && time.Since(k.seen) < stickSettle:
			k.again = time.Now().Add(stickLook)
		default:
			k.told = Stick{State: stateOf(d, err), Name: path.Base(found.device)}
			k.problem(err)
		}
	})
}

// tell writes down what the terminal is to know, when that has changed.
func (k *keeper) tell() {
	now := k.told
	now.Spare = k.spare
	switch {
	case k.disk.Name == "":
		now = Stick{State: StickNone}
		k.told = now
	case k.busy != nil && time.Since(k.since) > stickLimit:
		now.State = StickSilent
	}
	if now == k.says {
		return
	}
	if now.State == StickSilent && k.says.State != StickSilent {
		k.problem(fmt.Errorf("%s has not answered for %v", k.disk.Name, stickLimit))
	}
	if now.Spare && !k.says.Spare {
		k.b.log("stick: another one is in, too, and is not used while %s is in", k.disk.Name)
	}
	k.says = now
	if err := k.b.sys.WriteFile(stickFile, []byte(now.String()+"\n")); err != nil {
		k.b.log("stick: %v", err)
	}
}

// problem logs an error, once for every stick and error.
func (k *keeper) problem(err error) {
	if err == nil {
		return
	}
	if !k.logged[err.Error()] {
		k.logged[err.Error()] = true
		k.b.log("stick: %v", err)
	}
}
