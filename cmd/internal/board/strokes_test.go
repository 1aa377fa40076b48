package board_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/cmd/internal/board"
)

func TestParseStrokesRefusesWhatIsNoKey(t *testing.T) {
	for _, s := range []string{
		"", " \n", "11", "1,2", "OK!", "SCAN:", "SCAN:1500", "SCAN:-1s", "SCAN:1h", ":1s", "\x00", "ＯＫ",
		strings.Repeat("1 ", 201),
	} {
		if _, err := board.ParseStrokes(s); !errors.Is(err, board.ErrKeys) {
			t.Errorf("%.20q: %v", s, err)
		}
	}
}

func TestParseStrokes(t *testing.T) {
	got, err := board.ParseStrokes(" 1\t. ok Scan:1500ms CANCEL:0s\n")
	want := []board.Stroke{{Key: "1"}, {Key: "."}, {Key: "OK"}, {Key: "SCAN", Hold: 1500 * time.Millisecond}, {Key: "CANCEL"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

func ExampleParseStrokes() {
	strokes, err := board.ParseStrokes("1 2 . 5 OK SCAN:1500ms")
	fmt.Println(len(strokes), strokes[5].Key, strokes[5].Hold, err)
	// Output: 6 SCAN 1.5s <nil>
}

func FuzzParseStrokes(f *testing.F) {
	for _, s := range []string{"1 2 . 5 OK", "SCAN:1500ms", "SCAN:", ":", "a\x00b", "9:9e9s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		strokes, err := board.ParseStrokes(s)
		if err == nil && len(strokes) == 0 {
			t.Error("no keys and no error")
		}
		for _, k := range strokes {
			if err == nil && !slices.Contains(board.KeyNames, k.Key) {
				t.Errorf("took %q", k.Key)
			}
		}
	})
}

func TestParsePoint(t *testing.T) {
	for _, s := range []string{"printer-byte 120", "request 2 before-reply", "request 2 after-reply", "disk-write 7"} {
		if p, err := board.ParsePoint(s); err != nil || p.String() != s {
			t.Errorf("%q: %+v, %v", s, p, err)
		}
	}
	for _, s := range []string{
		"", "now", "request", "request 2", "request 0 before-reply", "request 2 sometime", "disk-write 7 after-reply",
		"printer-byte -1", "printer-byte 99999999", "disk-write x", "coffee 3",
	} {
		if _, err := board.ParsePoint(s); !errors.Is(err, board.ErrPoint) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzParsePoint(f *testing.F) {
	f.Add("request 2 before-reply")
	f.Add("disk-write 7")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := board.ParsePoint(s)
		if err != nil {
			return
		}
		if again, err := board.ParsePoint(p.String()); err != nil || again != p {
			t.Errorf("%q reads as %q, which reads as %+v, %v", s, p, again, err)
		}
	})
}
