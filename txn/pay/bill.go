package pay

import (
	"context"
	"time"

	"smartpos/txn"
)

// Biller is a network that hands out bills (对账单). The rules of [Network] hold: a request changes nothing, an error is
// an [*Error] of [txn.OpBill], and a nil error means that the answer was verified as far as the network lets it be.
// docs/networks.md says what that is for each; what a file says is believed only after package reconcile has read it.
type Biller interface {
	// Bill asks for the trade bill of a day, given by any time of it in China. Answers: Ready with the file, Waiting
	// (it is not made yet), NotFound (nothing was booked on that day).
	Bill(ctx context.Context, day time.Time) (BillAnswer, error)
}

// BillAnswer is a network's statement about the bill of a day.
type BillAnswer struct {
	Status txn.Status // Ready, Waiting or NotFound
	Name   string     // with Ready: of the file, letters, digits, "_", "-" and "."
	Data   []byte     // with Ready: as package reconcile reads it, at most [MaxBill] bytes
	Code   string     // the network's own code, where it gave one
}

// Bounds of a bill.
const (
	MaxBill     = 16 << 20        // bytes; a day of the busiest shop has some thousand lines of 400 bytes
	BillTimeout = 1 * time.Minute // for all requests together
)
