package scanner

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// decode makes text of what an engine read, or says why it is none. Only
// graphic characters pass, so what comes out can be shown, printed and
// journalled: no control bytes, and none of the invisible characters that
// change the direction of writing either.
func decode(raw []byte, enc Encoding) (string, Reason) {
	raw = bytes.Trim(raw, " \t")
	if len(raw) == 0 {
		return "", Empty
	}
	for _, c := range raw {
		if c < ' ' || c == 0x7F {
			return "", ControlByte
		}
	}
	var s string
	switch {
	case enc != GBK && utf8.Valid(raw):
		s = string(raw)
	case enc == UTF8:
		return "", BadEncoding
	default:
		b, err := simplifiedchinese.GBK.NewDecoder().Bytes(raw)
		if err != nil || bytes.ContainsRune(b, utf8.RuneError) {
			return "", BadEncoding
		}
		s = string(b)
	}
	for _, r := range s {
		switch {
		case r == utf8.RuneError:
			return "", BadEncoding
		case !unicode.IsGraphic(r):
			return "", ControlByte
		}
	}
	return s, 0
}
