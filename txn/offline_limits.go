package txn

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Why no offline code is shown, or no answer taken.
var (
	// ErrOfflineOff is returned while the mode is not allowed: by the zero [OfflineLimits], or with limits that make no
	// sense.
	ErrOfflineOff = errors.New("txn: offline codes are off")

	// ErrOfflineLimit is returned when another code would exceed what may be unconfirmed at one time.
	ErrOfflineLimit = errors.New("txn: too much is unconfirmed; go online first")

	// ErrOfflineTries is returned when a code, or the mode, has had its wrong answers.
	ErrOfflineTries = errors.New("txn: too many wrong answers")

	// ErrOfflineUnpaid is returned when somebody had an answer without paying: the terminal's key is known to others.
	ErrOfflineUnpaid = errors.New("txn: an answer was given for a code that nobody paid; replace the key")
)

// Tries that cannot be raised: with them go the odds of a guess in docs/offline-qr.md.
const (
	MaxCodeTries = 3
	MaxModeTries = 10
)

// maxOfflineFen is the largest amount that a code of the acquirer's can carry.
const maxOfflineFen = 1<<48 - 1

// OfflineLimits bound what a shop can lose before the network is back. The zero value keeps the mode off.
type OfflineLimits struct {
	Count     int   // codes unconfirmed at one time, 1 or more
	Fen       int64 // their sum
	Each      int64 // and the largest of them, in fen
	CodeTries int   // wrong answers that end a code, 1 to 3
	ModeTries int   // and the mode, 1 to 10
}

// widestOffline are the limits that hold whatever the profile says: the journal refuses what exceeds them.
var widestOffline = OfflineLimits{
	Count: math.MaxInt32, Fen: maxOfflineFen, Each: maxOfflineFen, CodeTries: MaxCodeTries, ModeTries: MaxModeTries,
}

// Check returns ErrOfflineOff unless the limits allow something and keep within what the format's odds rest on.
func (l OfflineLimits) Check() error {
	switch {
	case l == OfflineLimits{}:
		return ErrOfflineOff
	case l.Count < 1, l.Each < 1, l.Fen < l.Each, l.Fen > maxOfflineFen:
		return fmt.Errorf("%w: count %d, each %d and sum %d fen: each must be 1 or more, the sum no less", ErrOfflineOff,
			l.Count, l.Each, l.Fen)
	case l.CodeTries < 1, l.CodeTries > MaxCodeTries, l.ModeTries < 1, l.ModeTries > MaxModeTries:
		return fmt.Errorf("%w: %d tries a code, %d in all: must be 1 to %d and 1 to %d", ErrOfflineOff,
			l.CodeTries, l.ModeTries, MaxCodeTries, MaxModeTries)
	}
	return nil
}

// OfflineState is where the mode stands, as a part of the [Till]. It is a value: a step returns the state after it,
// which must be on disk before what the step allows is done. The zero value is a mode that was never used.
type OfflineState struct {
	Count   int       `json:"count,omitempty"`   // codes that were made and are neither confirmed nor ended
	Fen     int64     `json:"fen,omitempty"`     // their sum
	Tries   int       `json:"tries,omitempty"`   // answers tried and not found right, since a person renewed the mode
	Unpaid  bool      `json:"unpaid,omitempty"`  // somebody had an answer without paying
	Renewed int       `json:"renewed,omitempty"` // how often a person has renewed the mode
	At      time.Time `json:"at,omitzero"`       // of the latest record: before it no code is made
}

// Ended reports whether the mode takes no more answers and shows no more codes.
func (s OfflineState) Ended(l OfflineLimits) bool {
	return s.Unpaid || s.Tries >= min(l.ModeTries, MaxModeTries)
}

// allowed says why nothing may be shown or tried, if it may not.
func (s OfflineState) allowed(l OfflineLimits) error {
	if err := l.Check(); err != nil {
		return err
	}
	switch {
	case s.Unpaid:
		return ErrOfflineUnpaid
	case s.Ended(l):
		return fmt.Errorf("%w: %d in all; a supervisor renews the mode", ErrOfflineTries, s.Tries)
	}
	return nil
}

// Show takes a code of fen into the state. What it returns is committed with the intent, before the code is made.
// Errors: ErrOfflineOff, ErrOfflineTries, ErrOfflineUnpaid, ErrOfflineLimit.
func (s OfflineState) Show(l OfflineLimits, fen int64) (OfflineState, error) {
	if err := s.allowed(l); err != nil {
		return s, err
	}
	switch {
	case fen < 1 || fen > l.Each:
		return s, fmt.Errorf("%w: one code may be of 1 to %d fen", ErrOfflineLimit, l.Each)
	case s.Count >= l.Count:
		return s, fmt.Errorf("%w: %d codes of %d", ErrOfflineLimit, s.Count, l.Count)
	case s.Fen > l.Fen-fen:
		return s, fmt.Errorf("%w: %d and %d fen of %d", ErrOfflineLimit, s.Fen, fen, l.Fen)
	}
	s.Count++
	s.Fen += fen
	return s, nil
}

// Try counts an answer that is about to be compared, to a code that had so many tries before. What it returns is
// committed first: then a power cut in between costs a try and never gives one. Errors: ErrOfflineOff, ErrOfflineTries,
// ErrOfflineUnpaid.
func (s OfflineState) Try(l OfflineLimits, tries int) (OfflineState, error) {
	if err := s.allowed(l); err != nil {
		return s, err
	}
	if tries >= min(l.CodeTries, MaxCodeTries) {
		return s, fmt.Errorf("%w: %d for this code; it is void", ErrOfflineTries, tries)
	}
	s.Tries++
	return s, nil
}

// Right gives back the try of an answer that was right; wrong ones before it stay counted. What the code adds
// to the unconfirmed stays until [OfflineState.Settle].
func (s OfflineState) Right() OfflineState {
	s.Tries = max(0, s.Tries-1)
	return s
}

// Settle takes a code of fen out of the state: the acquirer, over the network, said what became of it, or it ended
// unanswered, so that nothing was handed over for it.
func (s OfflineState) Settle(fen int64) OfflineState {
	s.Count = max(0, s.Count-1)
	s.Fen = max(0, s.Fen-fen)
	return s
}

// Renew forgets the wrong answers, and that an answer was given without a payment. Only a supervisor does it, and only
// when nothing is unconfirmed any more. Errors: ErrOfflineLimit.
func (s OfflineState) Renew() (OfflineState, error) {
	if s.Count != 0 || s.Fen != 0 {
		return s, fmt.Errorf("%w: %d codes of %d fen", ErrOfflineLimit, s.Count, s.Fen)
	}
	return OfflineState{Renewed: s.Renewed + 1, At: s.At}, nil
}
