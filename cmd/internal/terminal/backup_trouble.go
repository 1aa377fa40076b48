package terminal

import (
	"context"
	"errors"
	"syscall"
	"time"

	"smartpos/store"
	"smartpos/txn"
)

// errUnfit is returned where the stick was no use from the start.
var errUnfit = errors.New("the USB stick can't be written on")

// trouble says why there is no backup: for the cashier, who needs to know what to do. The log has the rest.
func (b *backups) trouble(ctx context.Context, err error, onStick bool) txn.BackupTrouble {
	switch {
	case errors.Is(err, errNoKey):
		return txn.BackupNoKey
	case errors.Is(err, errBeside), errors.Is(err, errMemory):
		return txn.BackupBeside
	case errors.Is(err, txn.ErrJournalDamaged):
		return txn.BackupJournal
	case errors.Is(err, store.ErrMedium):
		return txn.BackupWrong
	case errors.Is(err, syscall.ENOSPC):
		return txn.BackupFull
	}
	state := txn.StickReady
	if onStick {
		state = b.settle(ctx)
	}
	switch {
	case state == txn.StickNone && errors.Is(err, errUnfit):
		return txn.BackupNoStick
	case state == txn.StickNone:
		return txn.BackupPulled
	case state == txn.StickUnknown:
		return txn.BackupUnknown
	case state == txn.StickSilent, errors.Is(err, context.DeadlineExceeded):
		return txn.BackupSilent
	case state == txn.StickReadOnly, errors.Is(err, syscall.EROFS):
		return txn.BackupReadOnly
	}
	return txn.BackupStick
}

// settle waits for a moment whether the stick is gone: a write fails before it is known to be pulled out.
func (b *backups) settle(ctx context.Context) txn.StickState {
	ctx, cancel := context.WithTimeout(ctx, b.settled)
	defer cancel()
	for {
		state, _ := b.stick.Look()
		if state != txn.StickReady {
			return state
		}
		select {
		case <-ctx.Done():
			return state
		case <-time.After(b.look):
		}
	}
}
