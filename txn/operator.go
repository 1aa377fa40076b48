package txn

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Role is what an operator may do.
type Role string

// Supervisor may give money back and decide what a cashier may not.
const Supervisor Role = "supervisor"

// MaxOperators is how many a till has at most.
const MaxOperators = 50

// Operator is a person who is known by a PIN.
type Operator struct {
	ID    string    `json:"id"` // 1 to 8 of 0-9 A-Z
	Role  Role      `json:"role"`
	PIN   PINHash   `json:"pin"`
	Since time.Time `json:"since"` // when the PIN was set

	// Tries are those since the last right PIN. Each is counted on disk before it is compared, so that no power cut
	// gives one back.
	Tries   int       `json:"tries,omitempty"`
	LastTry time.Time `json:"last_try,omitzero"`
}

// PINHash is a PIN's argon2id hash with its salt and costs (RFC 9106), in the PHC string format:
// "$argon2id$v=19$m=8192,t=4,p=1$salt$hash". It is made and compared outside of this package.
type PINHash string

// Operator returns the operator with an id.
func (t Till) Operator(id string) (Operator, bool) {
	i, ok := t.operator(id)
	if !ok {
		return Operator{}, false
	}
	return t.Operators[i], true
}

func (t Till) operator(id string) (int, bool) {
	return slices.BinarySearchFunc(t.Operators, id, func(o Operator, id string) int { return cmp.Compare(o.ID, id) })
}

// withOperator returns the till with o in the place of the operator of its id.
func (t Till) withOperator(o Operator) Till {
	i, ok := t.operator(o.ID)
	t.Operators = slices.Clone(t.Operators)
	if ok {
		t.Operators[i] = o
	} else {
		t.Operators = slices.Insert(t.Operators, i, o)
	}
	return t
}

// Enrolled makes an operator known, or gives one a new PIN. It clears the tries.
type Enrolled struct {
	noOrder
	Operator string    `json:"operator"`
	Role     Role      `json:"role"`
	PIN      PINHash   `json:"pin"`
	At       time.Time `json:"at"`
}

// Type implements [Record].
func (*Enrolled) Type() RecordType { return TypeEnrolled }

func (r *Enrolled) applyTill(t Till) (Till, error) {
	if !operatorID(r.Operator) || r.Role != Supervisor || r.PIN == "" {
		return t, fmt.Errorf("%w: operator %q as %q", ErrTransition, r.Operator, r.Role)
	}
	if _, ok := t.operator(r.Operator); !ok && len(t.Operators) >= MaxOperators {
		return t, fmt.Errorf("%w: more than %d operators", ErrTransition, MaxOperators)
	}
	return t.withOperator(Operator{ID: r.Operator, Role: r.Role, PIN: r.PIN, Since: r.At}), nil
}

// PINTried counts a try before the PIN is compared, and with Right takes it and all before it back.
type PINTried struct {
	noOrder
	Operator string    `json:"operator"`
	Right    bool      `json:"right,omitempty"`
	At       time.Time `json:"at"`
}

// Type implements [Record].
func (*PINTried) Type() RecordType { return TypePINTried }

func (r *PINTried) applyTill(t Till) (Till, error) {
	o, ok := t.Operator(r.Operator)
	switch {
	case !ok:
		return t, fmt.Errorf("%w: a PIN of operator %q, whom nobody knows", ErrTransition, r.Operator)
	case r.Right && o.Tries == 0:
		return t, fmt.Errorf("%w: a right PIN of operator %q that was never tried", ErrTransition, r.Operator)
	case r.Right:
		o.Tries = 0
	default:
		o.Tries++
	}
	o.LastTry = r.At
	return t.withOperator(o), nil
}

// operatorID reports whether id is 1 to 8 of 0-9 A-Z.
func operatorID(id string) bool {
	if len(id) < 1 || len(id) > 8 {
		return false
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
