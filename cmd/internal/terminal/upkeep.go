package terminal

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"smartpos/device"
	"smartpos/store"
	"smartpos/txn"
)

const (
	upkeepRest  = 250 * time.Millisecond // between two steps, each of some milliseconds
	upkeepLook  = 10 * time.Second       // between looks at the room that is left
	pruneEvery  = time.Hour              // between looks for what may go
	pruneHurry  = time.Minute            // … when room is short
	patrolFirst = 5 * time.Minute        // after a start, which has better things to do
	patrolEvery = 24 * time.Hour         // from the end of a check to the next

	day = 24 * time.Hour
	// pruneShare is by which part of the retention the oldest record may be older before anything goes.
	pruneShare = 12
	// roomShort is below how many sales what may go goes at once.
	roomShort = 1000
)

// upkeep looks after the journal while nobody is being served: it prunes what may go, checks everything in small steps,
// and tells the machine how much room is left.
type upkeep struct {
	journal *store.Journal
	keep    time.Duration
	rest    time.Duration
	log     *slog.Logger

	lookAt, pruneAt, patrolAt time.Time // by the monotonic clock
	patrol                    store.Patrol
	told                      txn.Storage
	gone                      uint64
	roomErr                   string // why the room is not known, as it was logged
}

func newUpkeep(p *device.Profile, j *store.Journal, log *slog.Logger) *upkeep {
	now := time.Now()
	return &upkeep{
		journal: j, keep: time.Duration(p.Journal.KeepDays) * day, rest: upkeepRest, log: log,
		pruneAt: now.Add(patrolFirst), patrolAt: now.Add(patrolFirst), told: txn.Storage{Sales: -1},
	}
}

// run works until ctx ends. Tell hands an event to the machine; idle reports whether nobody is being served.
func (u *upkeep) run(ctx context.Context, idle func() bool, tell func(txn.Event)) {
	ticker := time.NewTicker(u.rest)
	defer ticker.Stop()
	for {
		u.step(time.Now(), idle(), tell)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// step does one small thing, if one is due.
func (u *upkeep) step(now time.Time, idle bool, tell func(txn.Event)) {
	if !now.Before(u.lookAt) {
		u.lookAt = now.Add(upkeepLook)
		u.look(tell)
	}
	switch {
	case !idle:
	case !now.Before(u.pruneAt):
		if !u.prune(tell) {
			u.pruneAt = now.Add(pruneEvery)
			if u.short() {
				u.pruneAt = now.Add(pruneHurry)
			}
		}
	case !now.Before(u.patrolAt):
		if !u.check(tell) {
			u.patrolAt = now.Add(patrolEvery)
		}
	}
}

func (u *upkeep) short() bool { return u.told.Sales < roomShort }

// look tells the machine how much room is left, also when it is as much as before: a machine whose journal has refused an
// order counts it as full until it hears again.
func (u *upkeep) look(tell func(txn.Event)) {
	room, err := u.journal.Room()
	if err != nil {
		if err.Error() != u.roomErr {
			u.roomErr = err.Error()
			u.log.Warn("journal: room", "err", err)
		}
		return
	}
	s := txn.Storage{Sales: room.Sales, Damaged: u.told.Damaged}
	if (s.Sales < roomShort) != u.short() || u.told.Sales < 0 {
		u.log.Info("journal: room", "sales", room.Sales, "free", room.Free, "reserve", room.Reserve)
		u.pruneAt = time.Time{}
	}
	u.told = s
	tell(s)
}

// prune takes the next step of pruning, and reports whether there are more.
func (u *upkeep) prune(tell func(txn.Event)) (more bool) {
	more, err := u.journal.Prune(store.Retention{Keep: u.keep, Slack: u.keep / pruneShare, Short: u.short()})
	if err != nil {
		u.trouble("pruning", err, tell)
		return false
	}
	if info, err := u.journal.Info(); !more && err == nil && info.Gone != u.gone {
		u.gone = info.Gone
		u.log.Info("journal: begins later", "after", info.Gone, "orders", info.Orders-info.GoneOrders, "bytes", info.Bytes)
		u.lookAt = time.Time{}
	}
	return more
}

// check takes the next step of a check of everything, and reports whether there are more.
func (u *upkeep) check(tell func(txn.Event)) (more bool) {
	more, err := u.journal.Patrol(&u.patrol)
	if err != nil {
		u.trouble("checking", err, tell)
	} else if !more {
		u.log.Info("journal: everything holds", "records", u.patrol.Records, "orders", u.patrol.Orders)
	}
	if !more {
		u.patrol = store.Patrol{}
	}
	return more
}

// trouble says what was found, and does not stop the selling.
func (u *upkeep) trouble(doing string, err error, tell func(txn.Event)) {
	u.log.Error("journal: "+doing, "err", err)
	if errors.Is(err, txn.ErrJournalDamaged) && !u.told.Damaged {
		u.told.Damaged = true
		tell(u.told)
	}
}
