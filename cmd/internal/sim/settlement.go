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
	found := false // perhaps not the latest any more: a slip that is printed again can wait while the next one is made
	err := o.w.terminal.store.Walk(func(e store.Entry) error {
		r, ok := e.Record.(*txn.BatchClosed)
		found = found || ok && said[batchNo] == fmt.Sprintf("%06d", r.No) && head == fmt.Sprintf("%d-%s", e.Sequence, store.Head(e.Hash).Short())
		return nil
	})
	if err == nil && !found { // else the journal says so by itself
		o.w.fail(2, "", "the slip of a settlement that is not on disk: %q", said)
	}
}
