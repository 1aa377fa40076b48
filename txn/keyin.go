package txn

import "strings"

// keyin is an amount as it is keyed in: yuan, a point, at most two decimals. The text is kept as typed,
// because "5." and "5.0" are different places in the cashier's mind.
type keyin struct{ text string }

// amount returns what has been keyed in so far.
func (k keyin) amount(currency Currency) Money {
	m, err := ParseYuan(strings.TrimSuffix(k.text, "."))
	if err != nil {
		return Money{Currency: currency}
	}
	return Money{Fen: m.Fen, Currency: currency}
}

// shown returns the text for the display: at least a zero.
func (k keyin) shown() string {
	if k.text == "" {
		return "0.00"
	}
	return k.text
}

// press adds a digit or the point. It reports false, and changes nothing, for a key that does not fit: a
// second point, a third decimal, an amount above limit.
func (k keyin) press(key Key, limit Money) (keyin, bool) {
	next := k.text + string(key)
	switch {
	case key == KeyDot && k.text == "":
		next = "0."
	case k.text == "0" && key != KeyDot:
		next = string(key) // no leading zeros: "0" then "5" is 5, "0" then "0" stays 0
	}
	whole, frac, _ := strings.Cut(next, ".")
	if strings.Count(next, ".") > 1 || len(frac) > 2 || len(whole) > 9 {
		return k, false
	}
	typed := keyin{next}
	if typed.amount(limit.Currency).Fen > limit.Fen {
		return k, false
	}
	return typed, true
}

// clear takes the last key back.
func (k keyin) clear() keyin {
	if k.text == "" || k.text == "0." {
		return keyin{}
	}
	return keyin{k.text[:len(k.text)-1]}
}

// refuse says why a key was not taken: beyond is what is said of an amount above the limit.
func (k keyin) refuse(m *Machine, key Key, beyond text, limit Money) {
	switch {
	case key == KeyDot:
		m.mistake(errPoint)
	case len(k.text) > 2 && k.text[len(k.text)-3] == '.':
		m.mistake(errDigits)
	default:
		m.mistake(beyond, limit)
	}
	m.hint.stays = true
}

// edit returns digits, of which there can be most, after the key: one more, or with 清除 one less. It reports whether the
// key was one of those.
func (k Key) edit(digits string, most int) (string, bool) {
	if _, ok := k.digit(); ok && len(digits) < most {
		return digits + string(k), true
	}
	if k == KeyClear {
		return digits[:max(0, len(digits)-1)], true
	}
	return digits, false
}
