package offlineqr

import (
	"errors"
	"fmt"
)

var (
	// ErrOff is returned while the mode is not allowed: by the zero [Limits], or with limits that make no sense.
	ErrOff = errors.New("offlineqr: offline codes are off")

	// ErrLimit is returned when another code would exceed what may be unconfirmed at one time.
	ErrLimit = errors.New("offlineqr: too much is unconfirmed; go online first")

	// ErrTries is returned when a code, or the mode, has had its wrong answers.
	ErrTries = errors.New("offlineqr: too many wrong answers")
)

// Tries that cannot be raised: with them go the odds of a guess in docs/offline-qr.md.
const (
	MaxCodeTries = 3
	MaxModeTries = 10
)

// Limits bound what a shop can lose before the network is back. The zero value keeps the mode off.
type Limits struct {
	Count     int   `json:"count"`      // codes unconfirmed at one time, 1 or more
	Fen       int64 `json:"fen"`        // their sum
	Each      int64 `json:"each"`       // and the largest of them, in fen
	CodeTries int   `json:"code_tries"` // wrong answers that end a code, 1 to 3
	ModeTries int   `json:"mode_tries"` // and the mode, 1 to 10
}

// Check returns ErrOff unless the limits allow something and keep within what the format's odds rest on.
func (l Limits) Check() error {
	switch {
	case l == Limits{}:
		return ErrOff
	case l.Count < 1, l.Each < 1, l.Fen < l.Each, l.Fen > maxFen:
		return fmt.Errorf("%w: count %d, each %d and sum %d fen: each must be 1 or more, the sum no less", ErrOff,
			l.Count, l.Each, l.Fen)
	case l.CodeTries < 1, l.CodeTries > MaxCodeTries, l.ModeTries < 1, l.ModeTries > MaxModeTries:
		return fmt.Errorf("%w: %d tries a code, %d in all: must be 1 to %d and 1 to %d", ErrOff,
			l.CodeTries, l.ModeTries, MaxCodeTries, MaxModeTries)
	}
	return nil
}

// State is where the mode stands. It is a value: a step returns the state after it, which must be on disk
// before what the step allows is done. The zero value is a mode that was never used.
type State struct {
	Count int   `json:"count"` // codes shown or answered, and not yet confirmed
	Fen   int64 `json:"fen"`   // their sum
	Tries int   `json:"tries"` // answers tried and not found right, since a person renewed the mode
}

// Code is what the state of the mode does not say of one code.
type Code struct {
	Fen   int64 `json:"fen"`
	Tries int   `json:"tries"`
}

// Ended reports whether the code takes no more answers.
func (c Code) Ended(l Limits) bool { return c.Tries >= min(l.CodeTries, MaxCodeTries) }

// Ended reports whether the mode takes no more answers and shows no more codes.
func (s State) Ended(l Limits) bool { return s.Tries >= min(l.ModeTries, MaxModeTries) }

// Show takes a code of fen into the state. Commit what it returns, with the intent, before the code is shown.
// Errors: ErrOff, ErrTries, ErrLimit.
func (s State) Show(l Limits, fen int64) (State, Code, error) {
	if err := l.Check(); err != nil {
		return s, Code{}, err
	}
	switch {
	case s.Ended(l):
		return s, Code{}, fmt.Errorf("%w: %d in all; a supervisor renews the mode", ErrTries, s.Tries)
	case fen < 1 || fen > l.Each:
		return s, Code{}, fmt.Errorf("%w: one code may be of 1 to %d fen", ErrLimit, l.Each)
	case s.Count >= l.Count:
		return s, Code{}, fmt.Errorf("%w: %d codes of %d", ErrLimit, s.Count, l.Count)
	case s.Fen > l.Fen-fen:
		return s, Code{}, fmt.Errorf("%w: %d and %d fen of %d", ErrLimit, s.Fen, fen, l.Fen)
	}
	s.Count++
	s.Fen += fen
	return s, Code{Fen: fen}, nil
}

// Try counts an answer that is about to be compared. Commit what it returns first: then a power cut in
// between costs a try and never gives one. Errors: ErrOff, ErrTries.
func (s State) Try(l Limits, c Code) (State, Code, error) {
	if err := l.Check(); err != nil {
		return s, c, err
	}
	switch {
	case c.Ended(l):
		return s, c, fmt.Errorf("%w: %d for this code; it is void", ErrTries, c.Tries)
	case s.Ended(l):
		return s, c, fmt.Errorf("%w: %d in all; a supervisor renews the mode", ErrTries, s.Tries)
	}
	s.Tries++
	c.Tries++
	return s, c, nil
}

// Right gives back the try of an answer that was right; wrong ones before it stay counted. What the code adds
// to the unconfirmed stays until [State.Settle].
func (s State) Right() State {
	s.Tries = max(0, s.Tries-1)
	return s
}

// Settle takes a code out of the state: the acquirer, over the network, said what became of it, or it ended
// unanswered, so that nothing was handed over for it.
func (s State) Settle(c Code) State {
	s.Count = max(0, s.Count-1)
	s.Fen = max(0, s.Fen-c.Fen)
	return s
}

// Renew forgets the wrong answers. Only a supervisor does it, and only when nothing is unconfirmed any more.
// Errors: ErrLimit.
func (s State) Renew() (State, error) {
	if s.Count != 0 || s.Fen != 0 {
		return s, fmt.Errorf("%w: %d codes of %d fen", ErrLimit, s.Count, s.Fen)
	}
	return State{}, nil
}
