package keypad

import (
	"fmt"
	"unicode/utf8"
)

// Bytes with a meaning of their own on a console.
const (
	esc = 0x1b
	del = 0x7f

	// maxSequence bounds an escape sequence, in bytes; real ones have fewer than 20.
	maxSequence = 32
)

// consoleKeys is what each byte of a console means. The upper-case letters are the long presses.
var consoleKeys = [128]Event{
	'0': {Key: Digit0}, '1': {Key: Digit1}, '2': {Key: Digit2}, '3': {Key: Digit3}, '4': {Key: Digit4},
	'5': {Key: Digit5}, '6': {Key: Digit6}, '7': {Key: Digit7}, '8': {Key: Digit8}, '9': {Key: Digit9},
	'.': {Key: Dot}, '\r': {Key: OK}, '\n': {Key: OK}, '\b': {Key: Clear}, del: {Key: Clear},
	'c': {Key: Cancel}, 'm': {Key: Menu}, 's': {Key: Scan},
	'C': {Key: Cancel, Long: true}, 'M': {Key: Menu, Long: true}, 'S': {Key: Scan, Long: true},
}

// decoder splits a console's bytes into keys, escape sequences and characters that are no keys.
//
//	digit . c m s C M S CR LF BS DEL   a key; LF right after CR belongs to it
//	ESC alone                          CANCEL, once it is clear that nothing follows (timeout)
//	ESC [ … final, ESC O final         arrows, function keys: skipped whole
//	ESC [ [ final                      the Linux console's F1 to F5: skipped whole
//	ESC anything else                  CANCEL, then the byte for itself
//	any other character                unknown, a whole UTF-8 character at a time
//
// It keeps at most maxSequence bytes.
type decoder struct {
	pending []byte // an unfinished escape sequence or UTF-8 character
	afterCR bool

	press   func(Event)
	unknown func(input string)
}

// feed takes the next bytes, in pieces of any size.
func (d *decoder) feed(data []byte) {
	for _, b := range data {
		d.one(b)
	}
}

// waiting reports whether the decoder would decide something by timeout.
func (d *decoder) waiting() bool { return len(d.pending) > 0 }

// timeout says that nothing followed for a while: a lone ESC was the key, and an unfinished sequence or
// character will not be finished.
func (d *decoder) timeout() {
	pending := d.pending
	d.pending = nil
	switch {
	case len(pending) == 0:
	case len(pending) == 1 && pending[0] == esc:
		d.press(Event{Key: Cancel})
	case pending[0] == esc:
		// Not quoted: after line noise these can be digits of a payment code, which no error text may hold.
		d.unknown(fmt.Sprintf("escape sequence unfinished after %d bytes", len(pending)))
	default:
		d.unknown(quoteBytes(pending))
	}
}

func (d *decoder) one(b byte) {
	switch {
	case len(d.pending) == 0:
		d.first(b)
	case d.pending[0] == esc:
		d.sequence(b)
	default:
		d.character(b)
	}
}

// first takes a byte that begins something.
func (d *decoder) first(b byte) {
	afterCR := d.afterCR
	d.afterCR = b == '\r'
	switch {
	case b == '\n' && afterCR: // the second half of one Enter
	case b == esc || b >= utf8.RuneSelf:
		d.pending = append(d.pending, b)
		d.settleUTF8()
	case consoleKeys[b].Key.Valid():
		d.press(consoleKeys[b])
	default:
		d.unknown(quoteBytes([]byte{b}))
	}
}

// sequence takes a byte after ESC.
func (d *decoder) sequence(b byte) {
	if len(d.pending) == 1 && b != '[' && b != 'O' {
		d.timeout() // the ESC was CANCEL
		d.first(b)
		return
	}
	if b < 0x20 || b >= del { // no sequence holds such a byte: line noise
		d.timeout()
		d.first(b)
		return
	}
	d.pending = append(d.pending, b)
	switch {
	case d.finished():
		d.pending = nil
	case len(d.pending) >= maxSequence:
		d.timeout()
	}
}

// finished reports whether pending is a whole escape sequence.
func (d *decoder) finished() bool {
	n, last := len(d.pending), d.pending[len(d.pending)-1]
	switch {
	case n < 3:
		return false
	case d.pending[1] == 'O': // SS3: one byte, or a modifier digit and one byte
		return last < '0' || last > '9'
	case d.pending[2] == '[': // Linux console: one byte follows
		return n == 4
	default: // CSI: ends with a byte from @ to ~ (ECMA-48 5.4)
		return last >= 0x40
	}
}

// character takes a byte after the first of a UTF-8 character.
func (d *decoder) character(b byte) {
	if utf8.RuneStart(b) { // the character was cut off, and b begins the next
		d.timeout()
		d.first(b)
		return
	}
	d.pending = append(d.pending, b)
	d.settleUTF8()
}

// settleUTF8 reports a character that is complete, or that no further byte can make valid.
func (d *decoder) settleUTF8() {
	if d.pending[0] != esc && utf8.FullRune(d.pending) {
		d.unknown(quoteBytes(d.pending))
		d.pending = nil
	}
}

// quoteBytes quotes input for an error text so that it can't act on the terminal that shows it.
func quoteBytes(b []byte) string { return fmt.Sprintf("%+q", b) }
