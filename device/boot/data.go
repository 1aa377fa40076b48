package boot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"
)

const (
	retryAfter = 10 * time.Second // between attempts to mount
	fsckLimit  = 5 * time.Minute
)

// Exit codes of e2fsck(8); the code is their sum.
const fsckUncorrected = 4

// What can be wrong with the medium of the board profile.
var (
	// ErrNoSettings is returned when it does not appear.
	ErrNoSettings = errors.New("boot: the settings are missing")
	// ErrBadSettings is returned when the kernel refuses to mount it.
	ErrBadSettings = errors.New("boot: the settings can't be read")
)

// mountSettings mounts the medium of the board profile and the merchant's keys, if the board has one. Nobody writes
// to it, so there is no journal to replay and nothing for e2fsck to mend.
func (b *booter) mountSettings(ctx context.Context) error {
	s := b.cfg.Settings
	if s.Device == "" {
		return nil
	}
	if !b.waitDevice(ctx, s.Device, s.Limit.D()) {
		return fmt.Errorf("%w: %s", ErrNoSettings, s.Device)
	}
	if err := b.sys.Mount(Mount{Source: s.Device, Dir: s.Dir, Type: "ext4", ReadOnly: true}); err != nil {
		return fmt.Errorf("%w: %w", ErrBadSettings, err)
	}
	b.log("settings: %s on %s", s.Device, s.Dir)
	return nil
}

// mountData mounts the data partition, after e2fsck where something says that it is needed. Its errors are
// [ErrNoDevice], [ErrBlank], [ErrNotExt4], [ErrDamaged] and [ErrMount]; nothing is mounted then.
func (b *booter) mountData(ctx context.Context) error {
	d := b.cfg.Data
	if d.Device == "" {
		b.log("data: in memory only: nothing outlives the power")
		return b.sys.Mount(Mount{Source: "tmpfs", Dir: d.Dir, Type: "tmpfs"})
	}
	if !b.waitDevice(ctx, d.Device, d.Limit.D()) {
		return fmt.Errorf("%w: %s", ErrNoDevice, d.Device)
	}
	s, err := b.superblock()
	if err != nil {
		return err
	}
	if s.torn {
		if s, err = b.untear(); err != nil {
			return err
		}
	}
	if s.errors {
		b.log("data: %d errors are recorded: e2fsck", s.count)
		if err := b.fsck(ctx); err != nil {
			return err
		}
		if s, err = b.superblock(); err != nil {
			return err
		}
		if s.errors {
			return fmt.Errorf("%w: errors are still recorded after e2fsck", ErrDamaged)
		}
	}
	start := time.Now()
	mount := Mount{Source: d.Device, Dir: d.Dir, Type: "ext4", Options: "errors=remount-ro"}
	if err := b.sys.Mount(mount); err != nil {
		b.log("data: %v: e2fsck", err)
		if fsckErr := b.fsck(ctx); fsckErr != nil {
			return fmt.Errorf("%w: %w (%w)", ErrMount, err, fsckErr)
		}
		if err := b.sys.Mount(mount); err != nil {
			return fmt.Errorf("%w, also after e2fsck: %w", ErrMount, err)
		}
	}
	replayed := ""
	if s.recover {
		replayed = ", journal replayed"
	}
	b.log("data: %s on %s in %d ms%s", d.Device, d.Dir, time.Since(start).Milliseconds(), replayed)
	return nil
}

// untear mends a superblock of which the power let one sector through, and leaves a note that e2fsck is to look at all.
func (b *booter) untear() (superblock, error) {
	p := make([]byte, SuperblockEnd)
	if err := b.sys.ReadAt(b.cfg.Data.Device, p, 0); err != nil {
		return superblock{}, fmt.Errorf("%w: %w", ErrMount, err)
	}
	if fixed, torn := TornSuperblock(p); torn {
		b.log("data: the superblock is torn")
		err := MendSuperblock(fixed, func(p []byte, off int64) error { return b.sys.WriteAt(b.cfg.Data.Device, p, off) })
		if err != nil {
			return superblock{}, fmt.Errorf("%w: its superblock is torn: %w", ErrDamaged, err)
		}
	}
	return b.superblock()
}

// waitDevice waits until a block device is there. One that has just been plugged in has its node first, and can't be
// opened for a while; any other error is for whoever reads it.
func (b *booter) waitDevice(ctx context.Context, device string, limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	sector := make([]byte, 512)
	for b.waitNode(ctx, device) {
		err := b.sys.ReadAt(device, sector, 0)
		if !errors.Is(err, syscall.ENXIO) && !errors.Is(err, syscall.ENODEV) && !errors.Is(err, syscall.ENOMEDIUM) {
			return true
		}
		if !sleep(ctx, pollNode) {
			break
		}
	}
	return false
}

func (b *booter) superblock() (superblock, error) {
	p := make([]byte, SuperblockEnd)
	if err := b.sys.ReadAt(b.cfg.Data.Device, p, 0); err != nil {
		return superblock{}, fmt.Errorf("%w: %w", ErrMount, err)
	}
	s, err := parseSuperblock(p)
	if errors.Is(err, ErrBlank) && b.holdsMore() {
		err = fmt.Errorf("%w: its beginning is gone", ErrNotExt4)
	}
	if err != nil {
		return s, fmt.Errorf("%w (%s)", err, b.cfg.Data.Device)
	}
	return s, nil
}

// blankEnd is how far a data partition is looked at before it is called blank, in bytes: more than a card erases at once.
// Whoever reads that on the screen flashes it.
const blankEnd = 8 << 20

// holdsMore reports whether a data partition that begins with zeros has, or may have, something else behind them.
func (b *booter) holdsMore() bool {
	p := make([]byte, 64<<10)
	for off := int64(0); off < blankEnd; off += int64(len(p)) {
		switch err := b.sys.ReadAt(b.cfg.Data.Device, p, off); {
		case errors.Is(err, io.ErrUnexpectedEOF): // it is shorter
			return !zeros(p)
		case err != nil || !zeros(p):
			return true
		}
	}
	return false
}

func zeros(p []byte) bool { return len(bytes.Trim(p, "\x00")) == 0 }

// fsck has e2fsck mend what it may mend unasked. It returns [ErrDamaged] when that is not all.
func (b *booter) fsck(ctx context.Context) error {
	d := b.cfg.Data
	if d.Fsck == "" {
		return fmt.Errorf("%w: this image has no e2fsck", ErrDamaged)
	}
	b.lease.extend(fsckLimit + stepLimit)
	p, ended, err := b.reaper.start(Program{Args: []string{d.Fsck, "-p", d.Device}})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	var words tail
	copied := b.copy(p, &words)
	timer := time.NewTimer(fsckLimit)
	defer timer.Stop()
	var stopped error
	var status Status
	select {
	case status = <-ended:
	case <-timer.C:
		stopped = fmt.Errorf("e2fsck took longer than %v", fsckLimit)
	case <-ctx.Done():
		stopped = ctx.Err()
	}
	if stopped != nil {
		// e2fsck takes a signal between two writes, and can begin again.
		err := b.sys.Signal(p.PID, syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(killAfter):
			err = errors.Join(err, b.sys.Signal(p.PID, syscall.SIGKILL))
		}
		b.finish(p, copied)
		return fmt.Errorf("%w: %w", ErrDamaged, errors.Join(stopped, err))
	}
	b.finish(p, copied)
	if status.Signal != 0 || status.Code >= fsckUncorrected {
		return fmt.Errorf("%w: e2fsck: %v: %s", ErrDamaged, status, words.reason())
	}
	b.log("data: e2fsck: %v", status)
	return nil
}
