package board

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Stroke is one key, pressed for so long.
type Stroke struct {
	Key  string
	Hold time.Duration // 0: a short press
}

// ErrKeys is returned when a text does not name keys.
var ErrKeys = errors.New("not a list of keys")

// Limits of a list of keys.
const (
	maxStrokes = 200
	maxHold    = 10 * time.Second
)

// LongPress is from when on a hold counts as a long press, as in the profile's default.
const LongPress = 800 * time.Millisecond

// KeyNames are the sixteen keys as they stand on the keypad, row by row.
var KeyNames = []string{
	"1", "2", "3", "CANCEL",
	"4", "5", "6", "CLEAR",
	"7", "8", "9", "MENU",
	".", "0", "SCAN", "OK",
}

// ParseStrokes reads keys by name, separated by white space: "1 2 . 5 OK", "SCAN:1500ms". Names may be in lower
// case.
func ParseStrokes(s string) ([]Stroke, error) {
	words := strings.Fields(s)
	if len(words) == 0 {
		return nil, fmt.Errorf("%w: nothing to press; send for example: 1 2 . 5 OK", ErrKeys)
	}
	if len(words) > maxStrokes {
		return nil, fmt.Errorf("%w: %d keys in one list; send at most %d", ErrKeys, len(words), maxStrokes)
	}
	strokes := make([]Stroke, 0, len(words))
	for _, w := range words {
		s, err := parseStroke(w)
		if err != nil {
			return nil, err
		}
		strokes = append(strokes, s)
	}
	return strokes, nil
}

func parseStroke(word string) (Stroke, error) {
	name, hold, held := strings.Cut(word, ":")
	s := Stroke{Key: strings.ToUpper(name)}
	if !slices.Contains(KeyNames, s.Key) {
		return s, fmt.Errorf("%w: there is no key %.20q; the keys are %s", ErrKeys, name, strings.Join(KeyNames, " "))
	}
	if !held {
		return s, nil
	}
	d, err := time.ParseDuration(hold)
	if err != nil || d < 0 || d > maxHold {
		return s, fmt.Errorf("%w: %.20q is no time to hold a key; write for example SCAN:1500ms, at most %v", ErrKeys, hold, maxHold)
	}
	s.Hold = d
	return s, nil
}

// consoleByte is the character that presses a key on the terminal's console.
func consoleByte(s Stroke) rune {
	long := s.Hold >= LongPress
	switch {
	case s.Key == "OK":
		return '\r'
	case s.Key == "CLEAR":
		return 0x7f
	case len(s.Key) == 1:
		return rune(s.Key[0])
	case long: // CANCEL, MENU, SCAN
		return rune(s.Key[0])
	}
	return rune(s.Key[0] | 0x20)
}
