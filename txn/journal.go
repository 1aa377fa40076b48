package txn

import (
	"errors"
	"fmt"
)

// Errors by which a journal says that nothing may be sold.
var (
	// ErrJournalNewer is returned when the journal was written by newer firmware. It is left untouched.
	ErrJournalNewer = errors.New("journal: written by newer firmware")
	// ErrJournalDamaged is returned when a page, a record's MAC or the chain does not hold.
	ErrJournalDamaged = errors.New("journal: damaged")
	// ErrJournalKey is returned when the device key that the journal was made with is missing or is another: it
	// is another terminal's, or this one's secrets are. Without its key nothing in a journal can be believed, so it
	// is an [ErrJournalDamaged] to all who don't care which.
	ErrJournalKey = fmt.Errorf("%w: its key is not this terminal's", ErrJournalDamaged)
	// ErrJournalFull is returned when there is no room to commit.
	ErrJournalFull = errors.New("journal: no room left")
	// ErrJournalReserve is returned for a record that would begin something new when what room is left is kept for what
	// has begun. It is an [ErrJournalFull]; whatever has begun can still be written down.
	ErrJournalReserve = fmt.Errorf("%w for new orders", ErrJournalFull)
	// ErrJournalBusy is returned when another process holds the journal.
	ErrJournalBusy = errors.New("journal: in use by another process")
	// ErrNoOrder is returned when the journal has no such order.
	ErrNoOrder = errors.New("journal: no such order")
)

// Journal is the record that survives everything, as the terminal's loop uses it. Calls may come from
// several goroutines.
type Journal interface {
	// Commit makes rec durable and returns its order after it, or no order for a record of the till alone: once Commit has returned without an error the
	// record survives a power cut, and after an error it has left no trace, in memory or on disk. An
	// [Intent] comes without a number and gets the next one; an intent without a sale starts one.
	// A [BatchClosed] comes without its sums and gets them.
	// It returns [ErrTransition] for a record that doesn't fit, [ErrNoOrder], [ErrJournalFull] or
	// [ErrJournalDamaged].
	Commit(rec Record) (Order, error)

	// Start returns what the terminal must know after a restart. Its cost grows with what is pending, not
	// with what is past.
	Start() (Start, error)

	// Order returns one order, or [ErrNoOrder].
	Order(no OrderNo) (Order, error)

	// Recent returns the latest n orders, newest first; n is at most 1,000.
	Recent(n int) ([]Order, error)

	// Batch returns the batch that runs and the latest settlement, at a cost that does not grow with the payments in it.
	Batch() (BatchReport, error)

	// Digest returns the keyed digest by which a payment code is known again.
	Digest(code PaymentCode) CodeDigest
}

// Start is what a journal knows when the terminal starts.
type Start struct {
	// Pending holds every order for which [Order.Pending] is true and every other order of their sales,
	// oldest first.
	Pending []Order
	// Exceptions holds the orders on the exception list, oldest first, at most 1,000.
	Exceptions []Order
	// Codes holds the digests of the payment codes used by the latest scanned orders, at most 64: a code
	// lives for minutes, so this outlasts any.
	Codes []CodeDigest
	// Last is the latest paid order, if any, for 重打印.
	Last *Order
	// Till is what the terminal knows of itself.
	Till Till
	// Restored is the latest record, if the journal was restored or repaired and nothing has happened since.
	Restored *Restored

	// Settlement is the latest one; nil before the first.
	Settlement *Settlement
}
