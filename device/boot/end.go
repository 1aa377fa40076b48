package boot

import (
	"fmt"
	"time"
)

const (
	unmountLimit = 30 * time.Second // for what the kernel still has to write of the data
	syncLimit    = 5 * time.Second  // for what it has of anything else
	flushLimit   = 2 * time.Second  // for the stick, the console and the screen
)

// end lets go of everything and ends the system. It returns what [System].Halt does. What is worth something is on the
// disk already, record by record: so a disk that hangs is waited for, but not for ever.
func (b *booter) end(how How) error {
	b.log("%v", how)
	drawn := b.show(Notice{Kind: Stopping, How: how})
	b.lease.set(stepLimit)
	b.keeper.release()
	for step, dir := range map[string]string{"data": b.cfg.Data.Dir, "settings": b.cfg.Settings.Dir} {
		if dir == "" {
			continue
		}
		if err := within(unmountLimit, func() error { return b.sys.Unmount(dir) }); err != nil {
			b.log("%s: %v", step, err)
		}
	}
	if err := within(syncLimit, func() error { b.sys.Sync(); return nil }); err != nil {
		b.log("sync: %v", err) // a stick that hangs
	}
	b.console.flush(flushLimit)
	select {
	case <-drawn:
	case <-time.After(flushLimit):
	}
	return b.sys.Halt(how)
}

// within does what may hang in the kernel, and waits for it for so long. What hangs is left to itself.
func within(limit time.Duration, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-time.After(limit):
		return fmt.Errorf("a disk has not answered for %v, and is left as it is", limit)
	}
}
