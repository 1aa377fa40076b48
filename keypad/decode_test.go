package keypad

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// decode feeds pieces, with a timeout after each, and returns what came of them.
func decode(pieces ...string) (got []string) {
	d := &decoder{
		press:   func(e Event) { got = append(got, e.String()) },
		unknown: func(s string) { got = append(got, "?"+s) },
	}
	for _, p := range pieces {
		d.feed([]byte(p))
		d.timeout()
	}
	return got
}

func TestDecoder(t *testing.T) {
	for _, c := range []struct {
		name   string
		pieces []string
		want   string
	}{
		{"all keys", []string{"0123456789.\r\x7fcms"}, "0 1 2 3 4 5 6 7 8 9 . OK CLEAR CANCEL MENU SCAN"},
		{"long presses", []string{"CMS"}, "CANCEL (long) MENU (long) SCAN (long)"},
		{"one Enter each", []string{"\r\n\r\n", "\n\n", "\r\r"}, "OK OK OK OK OK OK"},
		{"backspace", []string{"\b"}, "CLEAR"},
		{"bare ESC", []string{"\x1b"}, "CANCEL"},
		{"ESC twice", []string{"\x1b\x1b"}, "CANCEL CANCEL"},
		{"ESC then a key at once", []string{"\x1b5"}, "CANCEL 5"},
		{"arrows", []string{"1\x1b[A\x1b[B\x1b[C\x1b[D2"}, "1 2"},
		{"arrows, application mode", []string{"\x1bOA\x1bOC1"}, "1"},
		{"modified arrow", []string{"\x1b[1;5C1\x1bO5C2"}, "1 2"},
		{"function keys", []string{"\x1b[15~\x1bOP\x1b[24;2~9"}, "9"},
		{"F3 of the Linux console is no long CANCEL", []string{"\x1b[[C9"}, "9"},
		{"sequence cut by time", []string{"\x1b[", "C"}, "?escape sequence unfinished after 2 bytes CANCEL (long)"},
		{"sequence cut by ESC", []string{"\x1b[1\x1b[A5"}, "?escape sequence unfinished after 3 bytes 5"},
		{"sequence cut by Enter", []string{"\x1b[1\r5"}, "?escape sequence unfinished after 3 bytes OK 5"},
		{"UTF-8", []string{"1确é2"}, `1 ?"\u786e" ?"\u00e9" 2`},
		{"UTF-8 cut off", []string{"\xe7\xa1" + "5"}, `?"\xe7\xa1" 5`},
		{"no UTF-8", []string{"\xff\x80"}, `?"\xff" ?"\x80"`},
		{"NUL and controls", []string{"\x00\x01"}, `?"\x00" ?"\x01"`},
		{"letters", []string{"ab"}, `?"a" ?"b"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(decode(c.pieces...), " "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestDecoderHidesDigits: what looks like an escape sequence can be a payment code after line noise.
func TestDecoderHidesDigits(t *testing.T) {
	const code = "134567890123456789"
	for _, s := range decode("\x1b["+code, "\x1b["+strings.Repeat(code, 3)) {
		if strings.Contains(s, code[:6]) {
			t.Errorf("an error text holds the code: %s", s)
		}
	}
}

// FuzzDecoder: any bytes, however they are cut, decode without a panic, to the same, within bounds.
func FuzzDecoder(f *testing.F) {
	for _, seed := range []string{"12.5\r", "\x1b[A", "\x1b", "\x1b[[C", "\x1bO5C", "确认", "\xe7\xa1", "\r\n\n",
		"\x1b[" + strings.Repeat("1;", 40), strings.Repeat("\x1b[", 20)} {
		f.Add([]byte(seed), uint8(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, cut uint8) {
		whole := decode(string(data))
		var got []string
		d := &decoder{
			press:   func(e Event) { got = append(got, e.String()) },
			unknown: func(s string) { got = append(got, "?"+s) },
		}
		for piece := range slices.Chunk(data, int(cut)+1) {
			d.feed(piece)
			if len(d.pending) > maxSequence {
				t.Fatalf("%d bytes pending", len(d.pending))
			}
		}
		d.timeout()
		if fmt.Sprint(whole) != fmt.Sprint(got) {
			t.Fatalf("cut every %d bytes: %q, whole: %q", int(cut)+1, got, whole)
		}
		if len(got) > len(data) {
			t.Fatalf("%d keys of %d bytes", len(got), len(data))
		}
	})
}
