package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

// Object is a JSON object by its exact keys, with its values as they came, byte for byte. encoding/json would
// take "TOTAL" for "total", and the last of two equal keys: one signed text must have one meaning.
type Object map[string]json.RawMessage

// Parse reads one object and nothing after it; the error is [ErrShape].
func Parse(body []byte) (Object, error) {
	if !utf8.Valid(body) {
		return nil, ErrShape
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, ErrShape
	}
	m := Object{}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return nil, ErrShape
		}
		var v json.RawMessage
		if _, twice := m[key]; twice || d.Decode(&v) != nil {
			return nil, ErrShape
		}
		m[key] = v
	}
	if _, err := d.Token(); err != nil {
		return nil, ErrShape
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, ErrShape
	}
	return m, nil
}

// Text returns a string field; ok is false when it is missing or not a string.
func (m Object) Text(key string) (s string, ok bool) {
	raw := m[key]
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

// Int returns an integer field; nil when it is missing. The error is [ErrShape] for anything that is not written as one:
// 1e3 and 1.0 are not.
func (m Object) Int(key string) (*int64, error) {
	raw, ok := m[key]
	if !ok {
		return nil, nil
	}
	var n int64
	if string(raw) == "null" || json.Unmarshal(raw, &n) != nil {
		return nil, ErrShape
	}
	return &n, nil
}

// Same compares text fields with ours. A missing one is [ErrShape] where it must be there, and so is one that is
// not a text.
type Same struct {
	Object Object
	Differ bool  // a field is not ours
	Err    error // ErrShape
}

// Must compares a field that has to be there.
func (s *Same) Must(key, want string) { s.compare(key, want, true) }

// May compares a field where the answer carries it.
func (s *Same) May(key, want string) { s.compare(key, want, false) }

func (s *Same) compare(key, want string, must bool) {
	got, ok := s.Object.Text(key)
	switch {
	case !ok && (must || s.Object[key] != nil):
		s.Err = ErrShape
	case ok && got != want:
		s.Differ = true
	}
}

// What may go on to screen, paper and journal: the documented characters and no others. A code is a name; one
// with a long run of digits may be a payment code that is being thrown back at us.
var (
	transactionForm = Pattern(`^[0-9A-Za-z]{1,32}$`)
	codeForm        = Pattern(`^[A-Z0-9][A-Z0-9_.]{0,63}$`)
	longNumber      = Pattern(`[0-9]{6}`)
)

// ValidCode reports whether s can be shown and kept as a network's code.
func ValidCode(s string) bool { return codeForm().MatchString(s) && !longNumber().MatchString(s) }

// ValidTransaction reports whether s can be shown and kept as a network's number of a payment.
func ValidTransaction(s string) bool { return transactionForm().MatchString(s) }
