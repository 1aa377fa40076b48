package boottest

import (
	"slices"
	"strings"

	"smartpos/device/boot"
)

// PlugDisks says which disks are on USB from now on, and what each device of them begins with, by its path.
func (b *Board) PlugDisks(disks []boot.Disk, media map[string][]byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.disks, b.media = disks, media
}

// Hang has the events that begin so hang in the kernel, until release is called.
func (b *Board) Hang(event string) (release func()) {
	hung := make(chan struct{})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hangs[event] = hung
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.hangs, event)
		close(hung)
	}
}

// hangs waits as long as an event hangs.
func (b *Board) hang(event string) {
	b.mu.Lock()
	var hung chan struct{}
	for key, c := range b.hangs {
		if strings.HasPrefix(event, key) {
			hung = c
		}
	}
	b.mu.Unlock()
	if hung != nil {
		<-hung
	}
}

// Disks implements boot.System. Looking is no event.
func (b *Board) Disks() ([]boot.Disk, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.Fail["disks"]; err != nil {
		return nil, err
	}
	return slices.Clone(b.disks), nil
}

// Remount implements boot.System.
func (b *Board) Remount(dir string, readOnly bool) error {
	if readOnly {
		return b.did("remount ro %s", dir)
	}
	return b.did("remount rw %s", dir)
}

// Detach implements boot.System.
func (b *Board) Detach(dir string) error { return b.did("detach %s", dir) }
