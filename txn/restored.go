package txn

import (
	"fmt"
	"time"
)

// Restored begins a new incarnation of a journal that was rebuilt from a backup or from what held of itself: the first record that stands in no
// other copy of it. Orders after it carry the new incarnation in their numbers, those before it keep theirs. Only a
// journal's restore or repair writes one.
type Restored struct {
	noOrder
	Incarnation string    `json:"incarnation"`        // of the numbers from here on, 8 characters
	From        string    `json:"from"`               // the one that ends here
	Terminal    string    `json:"terminal"`           // whose records they are
	Taken       time.Time `json:"taken"`              // when the backup was, by that terminal's clock
	Forced      []string  `json:"forced,omitempty"`   // what a person said yes to: "older", "foreign"
	By          string    `json:"by,omitempty"`       // the supervisor who did, if the journal knows any
	Repaired    bool      `json:"repaired,omitempty"` // from what held of this terminal's own damaged journal, not from a backup
	At          time.Time `json:"at"`
}

// Type implements [Record].
func (*Restored) Type() RecordType { return TypeRestored }

func (r *Restored) applyTill(t Till) (Till, error) {
	if r.Incarnation == "" || r.Incarnation == r.From || r.Incarnation == t.Incarnation || t.Incarnation != "" && r.From != t.Incarnation {
		return t, fmt.Errorf("%w: incarnation %q after %q", ErrTransition, r.Incarnation, r.From)
	}
	t.Incarnation = r.Incarnation
	return t, nil
}
