package board

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"smartpos/cmd/internal/board/stick"
	"smartpos/device/qemu"
	"smartpos/device/qemu/nbd"
)

// stickName names the stick to the machine.
const stickName = "stick"

// machineStick is the USB stick of a board in QEMU, which comes and goes with a hand, and loses its power with the board's.
type machineStick struct {
	mu       sync.Mutex
	plugged  bool
	readOnly bool
	disk     *diskServer // while it has power
}

// set says how it shall be.
func (s *machineStick) set(plugged, readOnly bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plugged, s.readOnly = plugged, readOnly
}

// apply makes it so on a machine that runs. A stick has no cache worth the name: what it has acknowledged it keeps.
func (s *machineStick) apply(ctx context.Context, r *machineRun, file string) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.plugged && s.disk == nil:
		if s.disk, err = serveDisk(file, nbd.NoCache, DiskOptions{}); err != nil {
			return fmt.Errorf("stick: %w", err)
		}
		if err := r.m.PlugStorage(ctx, stickName, qemu.Disk{NBD: s.disk.socket, ReadOnly: s.readOnly}); err != nil {
			return errors.Join(err, s.off())
		}
	case !s.plugged && s.disk != nil:
		return errors.Join(r.m.Unplug(ctx, stickName), s.off())
	}
	return nil
}

// powerOff is the end of the machine's power. The stick stays in.
func (s *machineStick) powerOff() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.off()
}

func (s *machineStick) off() error {
	if s.disk == nil {
		return nil
	}
	_, err := s.disk.cut()
	s.disk = nil
	return err
}

// Medium is an image.
func (b *machineBackend) Medium() stick.Stick { return stick.Image(b.file(stickImage)) }

func (b *machineBackend) Stick(ctx context.Context, plugged, readOnly bool) error {
	b.stick.set(plugged, readOnly)
	r := b.current()
	if r == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, plugLimit)
	defer cancel()
	return b.stick.apply(ctx, r, b.file(stickImage))
}

func (b *machineBackend) ArmStickWrite(n int, pull func()) error {
	b.stick.mu.Lock()
	defer b.stick.mu.Unlock()
	if b.stick.disk == nil {
		return fmt.Errorf("%w: no stick is in a board that runs", ErrStick)
	}
	// The write fails when this returns, as it does with the last contact; the stick is gone a moment later.
	return b.stick.disk.disk.ArmWrite(n, func() { go pull() })
}
