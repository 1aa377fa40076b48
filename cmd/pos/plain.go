package main

import (
	"bytes"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"
)

// plain is a technician's screen. What a journal, a backup or a bill of somebody else holds comes to it as it is, and must
// not move the cursor, colour what follows or turn the line around: such characters are written as Go writes them in a
// string. Each write must end with a whole character, as those of fmt and encoding/json do.
type plain struct{ io.Writer }

func (p plain) Write(text []byte) (int, error) {
	if bytes.IndexFunc(text, unsafeOnScreen) < 0 {
		return p.Writer.Write(text)
	}
	var safe []byte
	for rest := text; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && n == 1:
			safe = fmt.Appendf(safe, `\x%02x`, rest[0])
		case unsafeOnScreen(r):
			safe = fmt.Appendf(safe, `\u%04x`, r)
		default:
			safe = append(safe, rest[:n]...)
		}
		rest = rest[n:]
	}
	if _, err := p.Writer.Write(safe); err != nil {
		return 0, err
	}
	return len(text), nil
}

func unsafeOnScreen(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
}
