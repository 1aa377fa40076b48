package unionpay

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"smartpos/txn/pay/internal/client"
)

// form is a message: its fields by name.
type form map[string]string

// maxFields is more than any documented message has.
const maxFields = 200

var (
	errForm  = errors.New("the answer is no message of the network's")
	keyForm  = client.Pattern(`^[A-Za-z][A-Za-z0-9]{0,39}$`)
	closings = map[rune]rune{'{': '}', '[': ']'}
)

// parseForm reads an answer, "k=v&k=v…" in UTF-8 without any encoding. Between a "{" or "[" in a value and the
// first "}" or "]" that closes it, "&" separates nothing.
func parseForm(text string) (form, error) {
	text = strings.TrimRight(text, "\r\n")
	if !utf8.ValidString(text) {
		return nil, errForm
	}
	f := form{}
	for text != "" {
		key, rest, ok := strings.Cut(text, "=")
		if !ok || !keyForm().MatchString(key) || len(f) == maxFields {
			return nil, errForm
		}
		if _, twice := f[key]; twice {
			return nil, errForm
		}
		end := valueEnd(rest)
		f[key] = rest[:end]
		if end == len(rest) {
			return f, nil
		}
		if text = rest[end+1:]; text == "" {
			return nil, errForm
		}
	}
	return nil, errForm
}

// valueEnd returns where the value that s begins with ends.
func valueEnd(s string) int {
	var closing rune
	for i, r := range s {
		switch {
		case closing != 0 && r == closing:
			closing = 0
		case closing == 0 && r == '&':
			return i
		case closing == 0:
			closing = closings[r]
		}
	}
	return len(s)
}

// digest is what is signed: the hexadecimal SHA-256 of the sorted fields.
func (f form) digest() []byte {
	h := sha256.New()
	sep := ""
	for _, k := range slices.Sorted(maps.Keys(f)) {
		if k != "signature" {
			h.Write([]byte(sep + k + "=" + f[k]))
			sep = "&"
		}
	}
	return hex.AppendEncode(nil, h.Sum(nil))
}

// encode returns the body of a request.
func (f form) encode() string {
	v := url.Values{}
	for k, s := range f {
		v.Set(k, s)
	}
	return v.Encode()
}
