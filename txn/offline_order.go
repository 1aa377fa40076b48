package txn

import (
	"fmt"
	"io"
	"time"
)

// AnswerDigest is what the journal keeps of an offline code's answer: 64 hexadecimal digits, made and compared outside
// of this package under the terminal's key (package offlineqr).
type AnswerDigest string

// valid reports whether d has the form of a digest.
func (d AnswerDigest) valid() bool {
	for _, c := range []byte(d) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(d) == 64
}

// OfflineAnswer is what a cashier keyed in as the answer to an offline code. The display shows the digits while they
// are typed, since three mistypings void the code; no record, log or error does: only [OfflineAnswer.Reveal] gives them
// away, to be compared.
type OfflineAnswer struct{ digits string }

// NewOfflineAnswer wraps an answer as it was keyed in.
func NewOfflineAnswer(digits string) OfflineAnswer { return OfflineAnswer{digits} }

// Reveal returns the digits.
func (a OfflineAnswer) Reveal() string { return a.digits }

// Format implements [fmt.Formatter] without the digits.
func (a OfflineAnswer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "******") }

// MarshalText implements [encoding.TextMarshaler] without the digits.
func (a OfflineAnswer) MarshalText() ([]byte, error) { return []byte("******"), nil }

// OfflineTerms are what an intent says of the offline code that is to be made for it: one with an answer, or a scheme's
// own, which has none.
type OfflineTerms struct {
	Digits int    `json:"digits,omitempty"` // of the answer, 6 to 8; 0 of a scheme's code
	Scheme string `json:"scheme,omitempty"` // what customers call the scheme; empty of a code with an answer
}

// Valid reports whether the terms are those of one of the two kinds.
func (t OfflineTerms) Valid() bool {
	if t.Scheme != "" {
		return t.Digits == 0
	}
	return t.Digits >= 6 && t.Digits <= 8
}

// OfflineCode is what is on disk of an order's offline code.
type OfflineCode struct {
	Digits   int          `json:"digits,omitempty"`   // of the answer; 0 of a scheme's code
	Scheme   string       `json:"scheme,omitempty"`   // of a scheme's code: what customers call the scheme
	Digest   AnswerDigest `json:"digest,omitempty"`   // of the answer; empty until the code was made, and nobody saw it
	Tries    int          `json:"tries,omitempty"`    // answers that were keyed in
	Answered bool         `json:"answered,omitempty"` // one of them was right; of a scheme's code: a cashier saw it paid
	Counts   bool         `json:"counts,omitempty"`   // against the limits
}

// offline returns the order with its code as f changes it; what was handed in keeps its value.
func (o Order) offline(f func(*OfflineCode)) Order {
	code := *o.Offline
	f(&code)
	o.Offline = &code
	return o
}

// bySight reports whether the order's code is a scheme's: what a cashier saw is all that is known before its network is
// asked.
func (o Order) bySight() bool { return o.Offline != nil && o.Offline.Scheme != "" }

// disprovedBy reports whether an outcome's exception fits the order: only what was unconfirmed can turn out unpaid, and a
// scheme's code has no answer that somebody could have had.
func (o Order) disprovedBy(e Exception) bool {
	switch e {
	case Unpaid:
		return o.State == Unconfirmed && !o.bySight()
	case Unbacked:
		return o.State == Unconfirmed && o.bySight()
	}
	return true
}

// settle takes the order's code out of what counts, as a record says it: exactly when it leaves the states in which
// goods may have been handed over for it.
func (o Order) settle(by Money) (Order, error) {
	switch counts := o.Offline != nil && o.Offline.Counts; {
	case !counts && by == (Money{}):
		return o, nil
	case counts && by == o.Amount:
		return o.offline(func(c *OfflineCode) { c.Counts = false }), nil
	}
	return o, fmt.Errorf("%w: %s settles %s of the offline limits", ErrTransition, o.No, by)
}

// settled takes an amount out of what counts. The zero amount is none.
func (s OfflineState) settled(by Money, at time.Time) (OfflineState, error) {
	if by == (Money{}) {
		return s, nil
	}
	if s.Count < 1 || s.Fen < by.Fen {
		return s, fmt.Errorf("%w: %s settled, of %d fen in %d offline codes", ErrTransition, by, s.Fen, s.Count)
	}
	return s.Settle(by.Fen).at(at), nil
}

// at notes when the mode was last used, by a clock that may have jumped.
func (s OfflineState) at(now time.Time) OfflineState {
	if now.After(s.At) {
		s.At = now
	}
	return s
}

// concernsTill reports whether an intent counts against the offline limits.
func (r *Intent) concernsTill() bool { return r.Offline != nil }

func (r *Intent) applyTill(t Till) (Till, error) {
	s, err := t.Offline.Show(widestOffline, r.Amount.Fen)
	if err != nil {
		return t, fmt.Errorf("%w: %v", ErrTransition, err)
	}
	t.Offline = s.at(r.Created)
	return t, nil
}

// concernsTill reports whether a move ends an offline code without an answer.
func (r *Move) concernsTill() bool { return r.Settles != (Money{}) }

func (r *Move) applyTill(t Till) (_ Till, err error) {
	t.Offline, err = t.Offline.settled(r.Settles, r.At)
	return t, err
}

// concernsTill reports whether an outcome is that of an offline code.
func (r *Outcome) concernsTill() bool { return r.Settles != (Money{}) || r.Exception == Unpaid }

func (r *Outcome) applyTill(t Till) (_ Till, err error) {
	if t.Offline, err = t.Offline.settled(r.Settles, r.At); err == nil {
		t.Offline.Unpaid = t.Offline.Unpaid || r.Exception == Unpaid
	}
	return t, err
}

// OfflineMade says that an offline code was made, and what its answer will be held against. It is on disk before the
// code is shown.
type OfflineMade struct {
	Order  OrderNo      `json:"order"`
	Digest AnswerDigest `json:"digest"`
	At     time.Time    `json:"at"`
}

// Type implements [Record].
func (*OfflineMade) Type() RecordType { return TypeOfflineMade }

// OrderNo implements [Record].
func (r *OfflineMade) OrderNo() OrderNo { return r.Order }

func (r *OfflineMade) apply(o Order) (Order, error) {
	if o.State != Open || o.Offline == nil || o.bySight() || o.Offline.Digest != "" || !r.Digest.valid() {
		return o, fmt.Errorf("%w: a code made for %s, which is %q", ErrTransition, o.No, o.State)
	}
	o.Updated = r.At
	return o.offline(func(c *OfflineCode) { c.Digest = r.Digest }), nil
}

// OfflineTried counts an answer before it is compared, for its code and for the mode.
type OfflineTried struct {
	Order OrderNo   `json:"order"`
	At    time.Time `json:"at"`
}

// Type implements [Record].
func (*OfflineTried) Type() RecordType { return TypeOfflineTried }

// OrderNo implements [Record].
func (r *OfflineTried) OrderNo() OrderNo { return r.Order }

func (r *OfflineTried) apply(o Order) (Order, error) {
	if o.State != Open || o.Offline == nil || o.Offline.Digest == "" || o.Offline.Tries >= MaxCodeTries {
		return o, fmt.Errorf("%w: an answer for %s, which is %q", ErrTransition, o.No, o.State)
	}
	o.Updated = r.At
	return o.offline(func(c *OfflineCode) { c.Tries++ }), nil
}

func (r *OfflineTried) applyTill(t Till) (Till, error) {
	s, err := t.Offline.Try(widestOffline, 0) // the code's own tries are the order's
	if err != nil {
		return t, fmt.Errorf("%w: %v", ErrTransition, err)
	}
	t.Offline = s.at(r.At)
	return t, nil
}

// answered reports whether the right answer to the order's offline code was keyed in, or a cashier saw it paid: it is or
// was unconfirmed.
func (o Order) answered() bool { return o.Offline != nil && o.Offline.Answered }

// OfflineAnswered says that the answer last tried was right: the order is unconfirmed from here on. It gives that try
// back.
type OfflineAnswered struct {
	Order OrderNo   `json:"order"`
	At    time.Time `json:"at"`
}

// Type implements [Record].
func (*OfflineAnswered) Type() RecordType { return TypeOfflineAnswered }

// OrderNo implements [Record].
func (r *OfflineAnswered) OrderNo() OrderNo { return r.Order }

func (r *OfflineAnswered) apply(o Order) (Order, error) {
	if o.State != Open || o.Offline == nil || o.Offline.Tries == 0 {
		return o, fmt.Errorf("%w: a right answer for %s, which is %q", ErrTransition, o.No, o.State)
	}
	o.State, o.Updated = Unconfirmed, r.At
	return o.offline(func(c *OfflineCode) { c.Answered = true }), nil
}

func (r *OfflineAnswered) applyTill(t Till) (Till, error) {
	if t.Offline.Tries == 0 {
		return t, fmt.Errorf("%w: a right answer where none was tried", ErrTransition)
	}
	t.Offline = t.Offline.Right().at(r.At)
	return t, nil
}

// OfflineSeen says that the cashier saw the customer's phone call a scheme's code paid: the order is unconfirmed from here
// on, by that word alone.
type OfflineSeen struct {
	Order OrderNo   `json:"order"`
	At    time.Time `json:"at"`
}

// Type implements [Record].
func (*OfflineSeen) Type() RecordType { return TypeOfflineSeen }

// OrderNo implements [Record].
func (r *OfflineSeen) OrderNo() OrderNo { return r.Order }

func (r *OfflineSeen) apply(o Order) (Order, error) {
	if o.State != Open || !o.bySight() {
		return o, fmt.Errorf("%w: %s seen paid, which is %q", ErrTransition, o.No, o.State)
	}
	o.State, o.Updated = Unconfirmed, r.At
	return o.offline(func(c *OfflineCode) { c.Answered = true }), nil
}

// OfflineRenewed says that a supervisor allowed the mode again.
type OfflineRenewed struct {
	noOrder
	Operator string    `json:"operator"`
	At       time.Time `json:"at"`
}

// Type implements [Record].
func (*OfflineRenewed) Type() RecordType { return TypeOfflineRenewed }

func (r *OfflineRenewed) applyTill(t Till) (Till, error) {
	s, err := t.Offline.Renew()
	if err != nil || !operatorID(r.Operator) {
		return t, fmt.Errorf("%w: the offline mode renewed by %q: %v", ErrTransition, r.Operator, err)
	}
	t.Offline = s.at(r.At)
	return t, nil
}
