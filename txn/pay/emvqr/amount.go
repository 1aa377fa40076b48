package emvqr

import (
	"strconv"
	"strings"
)

// readMinor reads an amount of the major unit ("98.73", "98", "98.") as units of its minor unit, of which
// exponent digits follow the point (MPM, Requirements, "Transaction Amount (ID "54")"). It must be more than
// nothing, begin with a digit and have no more decimals than the currency: an amount that needs rounding is
// no amount.
func readMinor(s string, exponent int) (int64, error) {
	whole, decimals, _ := strings.Cut(s, ".")
	switch {
	case whole == "" || !digits(whole) || !digits(decimals):
		return 0, wrong(ErrValue, "%q is not an amount; write digits and at most one point, such as 98.73", s)
	case len(s) > 13:
		return 0, wrong(ErrValue, "%d characters, must be 1 to 13", len(s))
	case len(decimals) > exponent:
		return 0, wrong(ErrValue, "%q has %d decimals, its currency has %d", s, len(decimals), exponent)
	}
	// At most 13 digits, and 3 more zeros: that fits.
	n, err := strconv.ParseInt(whole+decimals+strings.Repeat("0", exponent-len(decimals)), 10, 64)
	switch {
	case err != nil:
		return 0, wrong(ErrValue, "%q is out of range", s)
	case n == 0:
		return 0, wrong(ErrValue, "is zero; leave the object out for the customer to key an amount in")
	}
	return n, nil
}

// writeMinor is the opposite of readMinor, with all decimals that the currency has.
func writeMinor(n int64, exponent int) (string, error) {
	if n <= 0 {
		return "", wrong(ErrValue, "an amount of %d units is not more than nothing", n)
	}
	s := strconv.FormatInt(n, 10)
	if exponent > 0 {
		s = strings.Repeat("0", max(0, exponent+1-len(s))) + s
		s = s[:len(s)-exponent] + "." + s[len(s)-exponent:]
	}
	if len(s) > 13 {
		return "", wrong(ErrValue, "%q has %d characters, at most 13 fit", s, len(s))
	}
	return s, nil
}

// readPercent reads a percentage as hundredths of a percent, 1 to 9999 (MPM, Requirements, "Value of
// Convenience Fee Percentage (ID "57")").
func readPercent(s string) (int, error) {
	n, err := readMinor(s, 2)
	if err != nil {
		return 0, err
	}
	if n > 9999 || len(s) > 5 {
		return 0, wrong(ErrValue, "%q is not from 00.01 to 99.99", s)
	}
	return int(n), nil
}

func writePercent(n int) (string, error) {
	if n < 1 || n > 9999 {
		return "", wrong(ErrValue, "%d hundredths of a percent are not from 1 to 9999", n)
	}
	return string([]byte{
		'0' + byte(n/1000), '0' + byte(n/100%10), '.', '0' + byte(n/10%10), '0' + byte(n%10),
	}), nil
}
