package qemu

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// statePoll is how often QEMU is asked how far it is: it tells nobody by itself.
const statePoll = 10 * time.Millisecond

// status is QEMU's word for what the machine does: "running", "paused", "inmigrate", "postmigrate" …
func (m *Machine) status(ctx context.Context) (string, error) {
	var answer struct {
		Status string `json:"status"`
	}
	err := m.qmp.Execute(ctx, "query-status", nil, &answer)
	return answer.Status, err
}

// Save writes the machine's memory and devices to a file, for [Config].Incoming. The machine stands still
// afterwards: copy its disks then, which the file does not hold, and Close or [Machine.Continue] it. Devices that
// were plugged in by hand must be unplugged first. The file takes about as much as the guest's used memory.
func (m *Machine) Save(ctx context.Context, file string) error {
	ctx, cancel := bounded(ctx, stateTimeout)
	defer cancel()
	op := "save the machine's state in " + file
	if err := m.nothingPlugged(); err != nil {
		return harness(op, err)
	}
	if err := m.Pause(ctx); err != nil {
		return harness(op, err)
	}
	err := m.migrate(ctx, file)
	if err != nil {
		// Half a state must not look like one.
		return harness(op, errors.Join(err, removeIfThere(file)))
	}
	return nil
}

func (m *Machine) nothingPlugged() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if plugged := len(m.ports) - len(m.cfg.SerialPorts); plugged > 0 {
		return fmt.Errorf("%d USB devices are plugged in", plugged)
	}
	return nil
}

func (m *Machine) migrate(ctx context.Context, file string) error {
	// QEMU's own limit spares a network that is not there.
	unlimited := map[string]any{"max-bandwidth": int64(1) << 40}
	if err := m.qmp.Execute(ctx, "migrate-set-parameters", unlimited, nil); err != nil {
		return err
	}
	to := map[string]any{"uri": "exec:cat > " + shellQuote(file)}
	if err := m.qmp.Execute(ctx, "migrate", to, nil); err != nil {
		return err
	}
	return poll(ctx, func() (bool, error) {
		var answer struct {
			Status    string `json:"status"`
			ErrorDesc string `json:"error-desc"`
		}
		err := m.qmp.Execute(ctx, "query-migrate", nil, &answer)
		switch {
		case err != nil:
			return false, err
		case answer.Status == "failed" || answer.Status == "cancelled":
			return false, fmt.Errorf("QEMU gave up: %s %s", answer.Status, answer.ErrorDesc)
		}
		return answer.Status == "completed", nil
	})
}

// awaitIncoming returns when a saved state has been loaded.
func (m *Machine) awaitIncoming(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	err := poll(ctx, func() (bool, error) {
		status, err := m.status(ctx)
		return status != "inmigrate", err
	})
	return harness("load the machine's state from "+m.cfg.Incoming, err)
}

// poll asks until the answer is yes.
func poll(ctx context.Context, ask func() (bool, error)) error {
	tick := time.NewTicker(statePoll)
	defer tick.Stop()
	for {
		if yes, err := ask(); yes || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func removeIfThere(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
