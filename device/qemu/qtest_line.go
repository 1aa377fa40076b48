package qemu

import (
	"fmt"
	"strconv"
	"strings"
)

// maxLines is how many lines of one chip can be told apart (MAX_IRQ in QEMU's softmmu/qtest.c).
const maxLines = 256

// qtestLine is one line that QEMU's qtest server sends: the answer to a command, or the news that an intercepted
// line changed its level.
type qtestLine struct {
	irq   bool
	line  int  // of an irq
	level bool // of an irq

	ok   bool   // of an answer
	text string // of an answer: what follows OK or FAIL
}

// parseQTest reads "OK …", "FAIL …", "IRQ raise N" and "IRQ lower N" (QEMU softmmu/qtest.c).
func parseQTest(s string) (qtestLine, error) {
	s = strings.TrimSuffix(s, "\r")
	word, rest, _ := strings.Cut(s, " ")
	switch word {
	case "OK":
		return qtestLine{ok: true, text: rest}, nil
	case "FAIL":
		return qtestLine{text: rest}, nil
	case "IRQ":
		how, number, _ := strings.Cut(rest, " ")
		n, err := strconv.ParseUint(number, 10, 16)
		if err == nil && n < maxLines && (how == "raise" || how == "lower") {
			return qtestLine{irq: true, line: int(n), level: how == "raise"}, nil
		}
	}
	return qtestLine{}, fmt.Errorf("%w: %.200q is no line of qtest", ErrProtocol, s)
}
