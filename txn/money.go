package txn

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Currency is an ISO 4217 alphabetic code.
type Currency string

// CNY is the renminbi; its minor unit is the fen, 1/100 yuan.
const CNY Currency = "CNY"

// Money is an amount in the minor unit of its currency. It is never a float.
type Money struct {
	Fen      int64    `json:"fen"`
	Currency Currency `json:"cur"`
}

// ErrAmount is returned when a text is not an amount of yuan with at most two decimals.
var ErrAmount = errors.New("txn: not an amount")

// Yuan returns fen as CNY.
func Yuan(fen int64) Money { return Money{Fen: fen, Currency: CNY} }

// ParseYuan reads "12", "12.3" or "12.34" as CNY. Signs, spaces, exponents and a third decimal are
// refused with [ErrAmount]: an amount that needs interpreting is not an amount.
func ParseYuan(s string) (Money, error) {
	whole, frac, point := strings.Cut(s, ".")
	if whole == "" || !digits(whole) || !digits(frac) || len(frac) > 2 || point && frac == "" {
		return Money{}, fmt.Errorf("%w: %q", ErrAmount, s)
	}
	fen, err := strconv.ParseInt(whole+(frac + "00")[:2], 10, 64)
	if err != nil {
		return Money{}, fmt.Errorf("%w: out of range", ErrAmount)
	}
	return Yuan(fen), nil
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// Decimal returns the amount in the major unit with two decimals and no sign of the currency: "12.34".
func (m Money) Decimal() string {
	sign, fen := "", uint64(m.Fen)
	if m.Fen < 0 {
		sign, fen = "-", -fen
	}
	return fmt.Sprintf("%s%d.%02d", sign, fen/100, fen%100)
}

// String returns the amount as screens and slips show it: "¥12.34", or "12.34 USD" for other currencies.
func (m Money) String() string {
	if m.Currency == CNY || m.Currency == "" {
		return "¥" + m.Decimal()
	}
	return m.Decimal() + " " + string(m.Currency)
}

// IsZero reports whether the amount is nothing, in whatever currency.
func (m Money) IsZero() bool { return m.Fen == 0 }

// Sub returns m - n. The currencies must be equal: mixing them is a fault of the program.
func (m Money) Sub(n Money) Money {
	if m.Currency != n.Currency {
		panic("txn: amounts of different currencies: " + string(m.Currency) + ", " + string(n.Currency))
	}
	return Money{Fen: m.Fen - n.Fen, Currency: m.Currency}
}

// Times returns m × n and whether the result fits; n is a quantity.
func (m Money) Times(n int) (Money, bool) {
	if n < 0 || m.Fen < 0 || n > 0 && m.Fen > math.MaxInt64/int64(n) {
		return Money{}, false
	}
	return Money{Fen: m.Fen * int64(n), Currency: m.Currency}, true
}
