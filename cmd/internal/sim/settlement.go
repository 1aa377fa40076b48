package sim

import (
	"fmt"
	"slices"

	"smartpos/store"
	"smartpos/txn"
)

// batchNo is the row by which a slip says that it is of a batch.
const batchNo = "批次号"

// ofBatch reports whether a slip is of a batch, and of no order.
func ofBatch(s txn.Slip) bool {
	return slices.ContainsFunc(s.Rows, func(r txn.Row) bool { return r.Label == batchNo })
}

// printsBatch holds a settlement's slip to the rules: what it says is on disk, head and all. A look at the batch that
// runs has no head, and promises nothing.
func (o *oracle) printsBatch(s txn.Slip) {
	said := map[string]string{}
	for _, r := range s.Rows {
		said[r.Label] = r.Value
	}
	head, settled := said["账本校验"]
	if !settled {
		return
	}
	if no, ok := o.batches[head]; !ok || no != said[batchNo] {
		o.w.fail(2, "", "the slip of a settlement that is not on disk: %q", said)
	}
}

// closed enters a settlement, as the journal's latest record.
func (o *oracle) closed(r *txn.BatchClosed, at store.Info) {
	o.settled = at.Records - 1
	o.batches[fmt.Sprintf("%d-%s", at.Records, store.Head(at.Head).Short())] = fmt.Sprintf("%06d", r.No)
}
