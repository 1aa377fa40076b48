package txn

import (
	"fmt"
	"time"
)

// TillBatches is where the till stands with its settlements.
type TillBatches struct {
	Closed  int  `json:"closed,omitempty"`  // number of the latest; 0 before the first
	Printed bool `json:"printed,omitempty"` // its slip came out, or a person decided to do without
}

// BatchClosed is a settlement (结算): it ends the batch that runs, and says what it came to. The slip prints after it is on
// disk. Whoever commits it names the batch that is meant, so that no batch is closed for another one; what it came to is
// the journal's to say.
type BatchClosed struct {
	noOrder
	No       int        `json:"no"`      // 1, 2, 3 …, without a gap
	From     uint64     `json:"from"`    // sequence of its first record; given by the journal
	Through  uint64     `json:"through"` // … and of its last, the one before this
	Orders   uint64     `json:"orders"`  // sequence of the latest order; given by the journal
	Journal  string     `json:"journal"` // the incarnation, given by the journal: after a restore, numbers of batches can come again
	Rows     []BatchRow `json:"rows"`    // sorted by network, method and currency; given by the journal
	Operator string     `json:"operator"`
	By       string     `json:"by,omitempty"` // the supervisor, where there is one
	At       time.Time  `json:"at"`
}

// Type implements [Record].
func (*BatchClosed) Type() RecordType { return TypeBatchClosed }

func (r *BatchClosed) applyTill(t Till) (Till, error) {
	_, known := t.Operator(r.By)
	switch {
	case r.No != t.Batches.Closed+1:
		return t, fmt.Errorf("%w: batch %d closed, the next is %d", ErrTransition, r.No, t.Batches.Closed+1)
	case len(t.Operators) > 0 && !known, len(t.Operators) == 0 && r.By != "":
		return t, fmt.Errorf("%w: batch %d closed by %q, who is no supervisor here", ErrTransition, r.No, r.By)
	}
	t.Batches = TillBatches{Closed: r.No}
	return t, nil
}

// BatchPrinted says that the slip of the latest settlement came out, or that a person decided to do without.
type BatchPrinted struct {
	noOrder
	No      int       `json:"no"`
	Skipped bool      `json:"skipped,omitempty"`
	At      time.Time `json:"at"`
}

// Type implements [Record].
func (*BatchPrinted) Type() RecordType { return TypeBatchPrinted }

func (r *BatchPrinted) applyTill(t Till) (Till, error) {
	if r.No != t.Batches.Closed || r.No == 0 || t.Batches.Printed {
		return t, fmt.Errorf("%w: the slip of batch %d, the latest is %d", ErrTransition, r.No, t.Batches.Closed)
	}
	t.Batches.Printed = true
	return t, nil
}

// Settlement is a batch that was closed, with what its slip says beside it.
type Settlement struct {
	BatchClosed
	// Head is the chain's head right behind it, as the journal's commands take it: "81-0123-4567-89AB-CDEF".
	Head    string
	Printed bool
}

// BatchReport is where the journal stands between two settlements.
type BatchReport struct {
	No      int // of the batch that runs
	Running Batch
	Last    *Settlement // the latest; nil before the first
}

// RecallBatch asks the journal for the batch that runs; it ends in [BatchRecalled].
type RecallBatch struct{ Token uint64 }

// BatchRecalled ends a [RecallBatch].
type BatchRecalled struct {
	Token  uint64
	Report BatchReport
	Err    error
}

func (RecallBatch) effect()  {}
func (BatchRecalled) event() {}

// From looks the batch up. It is for whoever carries the effect out.
func (r RecallBatch) From(j Journal) BatchRecalled {
	report, err := j.Batch()
	return BatchRecalled{Token: r.Token, Report: report, Err: err}
}
