package store

import (
	"fmt"

	"golang.org/x/sys/unix"

	"smartpos/txn"
)

// What is kept free so that whatever has begun can be finished. An order needs some records yet: its outcome, its slip, a
// refund with its outcome and slip. Each commit writes the pages on its way to the root anew before the old ones are free,
// and a settlement can be long.
const (
	reserveBase  = 1 << 20  // bytes, in any case
	reserveOrder = 16 << 10 // bytes for each sale that is pending

	bboltStep = 16 << 20 // bytes in which bbolt lets a large file grow
	usualSale = 3 << 10  // bytes that a sale takes, as long as nothing better is known
	knownFrom = 100      // … from so many orders on
)

// Room says what can still be written.
type Room struct {
	Free    int64 // bytes until nothing can be written any more
	Reserve int64 // of these, bytes for what has begun: with less free, no new order is taken
	Sales   int64 // that fit until then, as they usually are
}

// Room returns what can still be written, by the file's limit and by the medium's.
func (j *Journal) Room() (room Room, err error) {
	err = j.read("room", func(v *view) error {
		st, err := v.state()
		if err == nil {
			room, err = j.room(v, st)
		}
		return err
	})
	return room, err
}

func (j *Journal) room(v *view, st state) (Room, error) {
	var medium unix.Statfs_t
	if err := unix.Fstatfs(int(j.file.Fd()), &medium); err != nil {
		return Room{}, fmt.Errorf("asking for room: %w", err)
	}
	stats, page := j.db.Stats(), int64(j.db.Info().PageSize)
	size, inside := v.tx.Size(), int64(stats.FreePageN+stats.PendingPageN)*page
	grow := min(growLimit(j.cfg.MaxBytes)-size, int64(medium.Bavail)*int64(medium.Bsize)) // the types differ from board to board
	r := Room{Free: inside + max(0, grow), Reserve: j.cfg.Reserve + int64(st.pending)*reserveOrder}
	sale := int64(usualSale)
	if orders := int64(st.orders - st.sweptOrders); orders >= knownFrom {
		sale = max(1, (size-inside)/orders)
	}
	r.Sales = max(0, r.Free-r.Reserve) / sale
	return r, nil
}

// growLimit is how large bbolt lets a file of at most max bytes become: it maps powers of two up to a step, and in steps
// beyond.
func growLimit(max int64) int64 {
	if max >= 2*bboltStep {
		return max - bboltStep
	}
	limit := int64(32 << 10)
	for limit*2 <= max && limit < bboltStep {
		limit *= 2
	}
	return limit
}

// reserve refuses what begins something new when there is no more room than what has begun needs.
func (w *writer) reserve(rec txn.Record) error {
	var least int64
	switch rec.(type) {
	case *txn.Intent:
		least = 2
	case *txn.RefundIntent: // of an order that is there; its own reserve was its order's
		least = 1
	default:
		return nil
	}
	r, err := w.j.room(&w.view, w.st)
	if err == nil && r.Free < r.Reserve*least/2 {
		err = fmt.Errorf("%w: %d bytes are free, %d are kept", txn.ErrJournalReserve, r.Free, r.Reserve)
	}
	return err
}
