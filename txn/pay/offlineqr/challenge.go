package offlineqr

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"smartpos/txn"
)

// version is the only version of the format.
const version = 1

// The header, in the clear and authenticated, and what is sealed:
//
//	offset  size                           offset  size
//	     0     1  version 01                    0     6  amount in fen
//	     1     1  key number                    6     3  currency, ISO 4217 letters
//	     2     8  terminal, filled with 00      9     4  expiry, seconds since 1970-01-01 UTC
//	    10    12  nonce                        13     1  digits of the answer, 6–8
//	    22     …  sealed, then its 16-byte tag 14     4  answer as a number
//	                                           18  8–32  order number
//
// Numbers are big-endian.
const (
	headerSize   = 10
	nonceSize    = 12
	terminalSize = 8
	fixedSize    = 18
	maxFen       = 1<<48 - 1
)

var (
	// ErrChallenge is returned for a challenge that the format cannot carry.
	ErrChallenge = errors.New("offlineqr: challenge cannot be sealed")

	// ErrCode is returned when what was scanned is no code of this kind: another format or version, cut short,
	// or changed.
	ErrCode = errors.New("offlineqr: not a code of ours, or changed on the way")

	// ErrTerminal is returned when the acquirer knows no key for a code's terminal, and for an id that is none.
	ErrTerminal = errors.New("offlineqr: no key for this terminal")
)

// Challenge is what a code carries for the acquirer.
type Challenge struct {
	Order   txn.OrderNo
	Amount  txn.Money // 1 to 2^48-1 fen
	Expires time.Time // whole seconds, up to 2106; by the terminal's clock
	Answer  Answer
}

// plain writes what is sealed.
func (c Challenge) plain() ([]byte, error) {
	expires := c.Expires.Unix()
	switch {
	case !c.Order.Valid():
		return nil, fmt.Errorf("%w: order number of %d characters", ErrChallenge, len(c.Order))
	case c.Amount.Fen < 1 || c.Amount.Fen > maxFen:
		return nil, fmt.Errorf("%w: amount of %d fen", ErrChallenge, c.Amount.Fen)
	case !validCurrency(string(c.Amount.Currency)):
		return nil, fmt.Errorf("%w: currency %q", ErrChallenge, c.Amount.Currency)
	case expires < 1 || expires > 1<<32-1:
		return nil, fmt.Errorf("%w: expiry outside 1970 to 2106", ErrChallenge)
	}
	answer, err := strconv.ParseUint(c.Answer.digits, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("%w: no answer", ErrChallenge)
	}
	b := binary.BigEndian.AppendUint64(nil, uint64(c.Amount.Fen))[2:]
	b = append(b, c.Amount.Currency...)
	b = binary.BigEndian.AppendUint32(b, uint32(expires))
	b = append(b, byte(len(c.Answer.digits)))
	b = binary.BigEndian.AppendUint32(b, uint32(answer))
	return append(b, c.Order...), nil
}

// readPlain is the opposite of plain. That the bytes are authentic doesn't make them sane: they are held
// against the same rules.
func readPlain(b []byte) (Challenge, error) {
	if len(b) < fixedSize || b[13] < MinDigits || b[13] > MaxDigits {
		return Challenge{}, ErrCode
	}
	c := Challenge{
		Order: txn.OrderNo(b[fixedSize:]),
		Amount: txn.Money{
			Fen:      int64(binary.BigEndian.Uint64(append([]byte{0, 0}, b[:6]...))),
			Currency: txn.Currency(b[6:9]),
		},
		Expires: time.Unix(int64(binary.BigEndian.Uint32(b[9:])), 0).UTC(),
	}
	digits := fmt.Sprintf("%0*d", b[13], binary.BigEndian.Uint32(b[14:]))
	if len(digits) != int(b[13]) {
		return Challenge{}, ErrCode
	}
	c.Answer = Answer{digits}
	if _, err := c.plain(); err != nil {
		return Challenge{}, ErrCode
	}
	return c, nil
}

func validCurrency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// header writes the header up to the nonce.
func header(number uint8, terminal string) []byte {
	b := make([]byte, headerSize)
	b[0], b[1] = version, number
	copy(b[2:], terminal)
	return b
}

// validTerminal reports whether s is a terminal id: 1 to 8 of 0-9 A-Z.
func validTerminal(s string) bool {
	return s != "" && len(s) <= terminalSize && strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
