package rules

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strconv"
	"strings"

	"smartpos/txn"
)

// An order number is
//
//	T0000001 7Q3KZ9XB 00000042
//	│        │        └ sequence: 8 digits, from 1, without a gap inside an incarnation
//	│        └ incarnation: 40 random bits in Crockford's base 32 (no I L O U)
//	└ terminal id: 1 to 8 characters
//
// without the blanks: 17 to 24 characters. Two numbers can be equal only if id, incarnation and sequence
// are: the last two have a fixed width.
const (
	incarnationLength = 8
	sequenceDigits    = 8
	maxTerminal       = 8
	// MaxSequence is the last sequence that a number can carry.
	MaxSequence = 99_999_999
)

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// NewIncarnation returns 40 fresh random bits.
func NewIncarnation() string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return crockford.EncodeToString(b[:])
}

// ValidIncarnation reports whether s can stand in an order number.
func ValidIncarnation(s string) bool {
	b, err := crockford.DecodeString(s)
	return err == nil && len(b) == 5 && len(s) == incarnationLength
}

// CheckTerminal returns [ErrTerminal] if id can't begin an order number.
func CheckTerminal(id string) error {
	bad := func(c rune) bool { return (c < '0' || c > '9') && (c < 'A' || c > 'Z') }
	if id == "" || len(id) > maxTerminal || strings.ContainsFunc(id, bad) {
		return fmt.Errorf("%w: %q", ErrTerminal, id)
	}
	return nil
}

// Number returns the order number of a sequence. It returns [ErrTerminal], or [txn.ErrJournalFull] when the
// numbers of the incarnation are used up.
func Number(terminal, incarnation string, sequence uint64) (txn.OrderNo, error) {
	if err := CheckTerminal(terminal); err != nil {
		return "", err
	}
	if sequence == 0 || sequence > MaxSequence {
		return "", fmt.Errorf("%w: order sequence %d is past %d", txn.ErrJournalFull, sequence, MaxSequence)
	}
	return txn.OrderNo(fmt.Sprintf("%s%s%0*d", terminal, incarnation, sequenceDigits, sequence)), nil
}

// Incarnation returns the incarnation in a number that [Sequence] takes.
func Incarnation(no txn.OrderNo) string {
	n := len(no) - sequenceDigits
	return string(no[n-incarnationLength : n])
}

// Sequence returns the sequence in a number, and whether it has the shape of one.
func Sequence(no txn.OrderNo) (uint64, bool) {
	n := len(no) - sequenceDigits
	if n <= incarnationLength || n > incarnationLength+maxTerminal || !no.Valid() {
		return 0, false
	}
	seq, err := strconv.ParseUint(string(no[n:]), 10, 64)
	return seq, err == nil && seq > 0
}
