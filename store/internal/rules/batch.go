package rules

import (
	"fmt"

	"smartpos/txn"
)

// CloseBatch returns a copy of r with what the batch b has come to, as record number next of an
// incarnation. The journal alone says that: a
// settlement that brings sums of its own, or is not of the batch that runs, is refused.
func CloseBatch(r *txn.BatchClosed, till txn.Till, b txn.Batch, next uint64, incarnation string) (*txn.BatchClosed, error) {
	switch {
	case r == nil:
		return nil, fmt.Errorf("%w: nil", ErrRecord)
	case r.From != 0 || r.Through != 0 || r.Orders != 0 || len(r.Rows) != 0 || r.Journal != "":
		return nil, fmt.Errorf("%w: a settlement with sums of its own", ErrRecord)
	case r.No != till.Batches.Closed+1:
		return nil, fmt.Errorf("%w: settlement of batch %d, and batch %d runs", ErrRecord, r.No, till.Batches.Closed+1)
	}
	out := b.Close(*r, next)
	out.Journal = incarnation
	return out, nil
}
