package board

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	bootimage "smartpos/cmd/internal/image"
	"smartpos/device/qemu"
)

const (
	// settingsRetry is after how long process 1 tries once more to mount settings that it could not read, and
	// settingsLead how long before that a machine is stopped: what a board then waits at most, and what a busy host may
	// be late.
	settingsRetry = 10 * time.Second
	settingsLead  = 700 * time.Millisecond
	// saveTries is how often a host may be later than that.
	saveTries = 5
)

// What process 1 says when it has its late modules, and when there are no settings.
const (
	modulesLoaded = " modules"
	noSettings    = "PROBLEM settings"
)

// slots reports whether disks can be plugged in while the board runs: Debian's kernel notices that on one architecture
// only.
func (i *Image) slots() bool { return i.arch == qemu.ARM64 }

// Save boots a machine up to where it has all but its settings, and keeps its state for all boards that use the image:
// they go on from there in a fraction of the time. Such a machine has read nothing of any disk that matters: either its
// slots were empty, or its settings' medium was a blank one, which process 1 could not mount and tries again. An SD
// card is never saved, and Save does nothing then.
func (i *Image) Save(ctx context.Context) error {
	if i.card() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, bootLimit+saveTries*settingsRetry)
	defer cancel()
	blank, err := i.blank()
	if err != nil {
		return err
	}
	defer os.Remove(blank)
	cfg := i.config(i.files.Dir, qemu.Disk{File: blank, ReadOnly: true}, qemu.Disk{File: i.files.Path(bootimage.DataFile)})
	for d := range cfg.Disks {
		cfg.Disks[d].Absent = i.slots()
	}
	m, err := qemu.Start(ctx, cfg)
	if err != nil {
		return err
	}
	defer m.Close()
	state := i.files.Path("state")
	if err := i.saveWithoutSettings(ctx, m, state); err != nil {
		return err
	}
	i.state = state
	return m.Close()
}

// blank is a medium of the settings' size with nothing on it.
func (i *Image) blank() (file string, err error) {
	info, err := os.Stat(i.files.Path(bootimage.SettingsFile))
	if err != nil {
		return "", err
	}
	file = filepath.Join(i.files.Dir, "blank")
	return file, errors.Join(os.WriteFile(file, nil, 0o600), os.Truncate(file, info.Size()))
}

// saveWithoutSettings saves a machine that waits for settings: at any time where they will be plugged in, which it notices
// at once, and else shortly before it tries again to mount them.
func (i *Image) saveWithoutSettings(ctx context.Context, m *qemu.Machine, state string) error {
	if err := m.Console().Await(ctx, modulesLoaded); err != nil {
		return err
	}
	if err := m.Console().Await(ctx, noSettings); err != nil {
		return err
	}
	failed := time.Now()
	if err := m.Console().Await(ctx, modulesLoaded); err != nil {
		return err
	}
	if i.slots() {
		return m.Save(ctx, state)
	}
	for seen := 1; seen <= saveTries; {
		select {
		case <-time.After(time.Until(failed.Add(settingsRetry - settingsLead))):
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := m.Save(ctx, state); err != nil {
			return err
		}
		now := strings.Count(m.Console().Tail(maxLog), noSettings)
		if now == seen {
			return nil
		}
		if err := m.Continue(ctx); err != nil { // this host was late
			return err
		}
		seen, failed = now, time.Now()
	}
	return fmt.Errorf("this host is too busy to stop a board within %v", settingsLead)
}
