package reconcile

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

var (
	// ErrFormat is returned for a file that is not the bill that it should be.
	ErrFormat = errors.New("not a bill of this kind")

	// ErrEncoding is returned when a bill's characters are not in the encoding that its network writes.
	ErrEncoding = errors.New("wrong character encoding")

	// ErrTruncated is returned when a bill ends before its end.
	ErrTruncated = errors.New("cut short")

	// ErrTooLarge is returned when a file, a line or an archive is larger than this package reads.
	ErrTooLarge = errors.New("too large")

	// ErrValue is returned when a cell does not hold what its column should.
	ErrValue = errors.New("value not understood")

	// ErrTotals is returned when a bill's lines do not add up to its own totals.
	ErrTotals = errors.New("lines and totals differ")

	// ErrMerchant is returned when a bill is of another merchant, or of several.
	ErrMerchant = errors.New("another merchant's")

	// ErrDay is returned when a bill is of another day.
	ErrDay = errors.New("another day's")
)

// advice says what a person should do about each error.
var advice = []struct {
	err error
	do  string
}{
	{ErrFormat, "take the network's trade bill of all orders (交易账单), as it was downloaded"},
	{ErrEncoding, "download it again and don't save it from another program"},
	{ErrTruncated, "download it again"},
	{ErrTooLarge, "reconcile day by day"},
	{ErrValue, "download it again; if it stays, the network has changed its format"},
	{ErrTotals, "download it again; if it stays, ask the network"},
	{ErrDay, "take the bill of the day that is reconciled"},
	{ErrMerchant, "check the merchant number in the profile and the file's name"},
}

// Error says what is wrong with a bill, where, and what to do.
type Error struct {
	File   string // the bill, and the file in its archive
	Line   int    // from 1; 0 for the file as a whole
	Column int    // from 1: a cell in CSV, a byte in lines of fixed width; 0 for the line as a whole
	Name   string // the column's name
	Err    error  // one of this package's errors, with what is wrong
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q", clean(e.File, 128))
	if e.Line > 0 {
		fmt.Fprintf(&b, " line %d", e.Line)
	}
	if e.Column > 0 {
		fmt.Fprintf(&b, " column %d", e.Column)
	}
	if e.Name != "" {
		fmt.Fprintf(&b, " (%s)", e.Name)
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	if do := e.Do(); do != "" {
		fmt.Fprintf(&b, "; %s", do)
	}
	return b.String()
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// Do returns what a person should do.
func (e *Error) Do() string {
	for _, a := range advice {
		if errors.Is(e.Err, a.err) {
			return a.do
		}
	}
	return ""
}

// wrong adds to one of this package's errors what exactly is wrong.
func wrong(kind error, format string, args ...any) error {
	return fmt.Errorf("%w: %s", kind, fmt.Sprintf(format, args...))
}

// shown returns a cell as an error may show it: its beginning, graphic characters alone.
func shown(s string) string { return clean(s, 32) }

// clean returns at most that many characters of s, with others than graphic ones replaced.
func clean(s string, most int) string {
	var b strings.Builder
	for _, r := range s {
		if most--; most < 0 {
			b.WriteString("…")
			break
		}
		if !unicode.IsGraphic(r) {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
