package txn

import "fmt"

// Till is what the journal knows of the terminal itself, beside its orders: who may do what, and which lock-outs hold.
// It is the sum of the records that concern it, built by [Till.Apply] alone, here and in the store.
type Till struct {
	Operators []Operator   `json:"operators,omitempty"` // sorted by ID, one for each
	Offline   OfflineState `json:"offline,omitzero"`
	Batches   TillBatches  `json:"batches,omitzero"`
	// Incarnation is the one that the latest [Restored] began; empty in a journal that was never restored.
	Incarnation string `json:"incarnation,omitempty"`
}

// tillRecord is a record that changes the till, alone or beside its order.
type tillRecord interface {
	Record
	applyTill(Till) (Till, error)
}

// ConcernsTill reports whether rec changes the till.
func ConcernsTill(rec Record) bool {
	_, ok := ofTill(rec)
	return ok
}

// ofTill returns rec if it changes the till. Of some types only some records do, and each says so itself.
func ofTill(rec Record) (tillRecord, bool) {
	r, ok := rec.(tillRecord)
	if some, is := rec.(interface{ concernsTill() bool }); is {
		ok = ok && some.concernsTill()
	}
	return r, ok
}

// OfTill reports whether rec concerns the till alone, and no order.
func OfTill(rec Record) bool { return ConcernsTill(rec) && rec.OrderNo() == "" }

// Apply returns the till after rec, which is the same where rec does not concern it. What was handed in keeps its
// value: nothing of it is changed in place.
func (t Till) Apply(rec Record) (Till, error) {
	r, ok := ofTill(rec)
	if !ok {
		return t, nil
	}
	return r.applyTill(t)
}

// noOrder is embedded by records of the till alone.
type noOrder struct{}

// OrderNo implements [Record]: there is none.
func (noOrder) OrderNo() OrderNo { return "" }

func (noOrder) apply(o Order) (Order, error) {
	return o, fmt.Errorf("%w: a record of the till applied to order %q", ErrTransition, o.No)
}
