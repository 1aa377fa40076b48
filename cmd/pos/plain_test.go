package main

import (
	"bytes"
	"fmt"
	"testing"
)

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"付款 ¥1.00\tpaid\n": "付款 ¥1.00\tpaid\n",
		"we\x1b[2Jchat\r":  `we\u001b[2Jchat\u000d`,
		"a\u009b1mb":       `a\u009b1mb`,
		"abc\u202edef":     `abc\u202edef`,
		"\xff\x00�":        `\xff\u0000\ufffd`,
	} {
		var out bytes.Buffer
		n, err := fmt.Fprint(plain{&out}, text)
		if n != len(text) || err != nil || out.String() != want {
			t.Errorf("%q: %q, %d of %d bytes, %v", text, out.String(), n, len(text), err)
		}
	}
}
