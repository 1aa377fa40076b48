package qemu

import (
	"fmt"
	"strings"
)

// qtestLine is one line that QEMU's qtest server sends: the answer to a command.
type qtestLine struct {
	ok   bool
	text string // what follows OK or FAIL
}

// parseQTest reads "OK …" and "FAIL …" (QEMU softmmu/qtest.c).
func parseQTest(s string) (qtestLine, error) {
	word, rest, _ := strings.Cut(strings.TrimSuffix(s, "\r"), " ")
	if word != "OK" && word != "FAIL" {
		return qtestLine{}, fmt.Errorf("%w: %.200q is no line of qtest", ErrProtocol, s)
	}
	return qtestLine{ok: word == "OK", text: rest}, nil
}
