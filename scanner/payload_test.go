package scanner

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestDecode(t *testing.T) {
	const gbkCola = "\xbf\xc9\xbf\xda\xbf\xc9\xc0\xd6" // 可口可乐
	for _, tc := range []struct {
		name, raw string
		enc       Encoding
		want      string
		reason    Reason
	}{
		{"digits", "134567890123456789", Auto, "134567890123456789", 0},
		{"blanks around", " \t6901234567892  ", Auto, "6901234567892", 0},
		{"UTF-8", "可口可乐", Auto, "可口可乐", 0},
		{"GBK", gbkCola, Auto, "可口可乐", 0},
		{"GBK as told", gbkCola, GBK, "可口可乐", 0},
		{"GBK told UTF-8", gbkCola, UTF8, "", BadEncoding},
		{"valid in both, UTF-8 wins", "\xd2\xbb", Auto, "һ", 0},
		{"valid in both, told GBK", "\xd2\xbb", GBK, "一", 0},
		{"valid in neither", "\xff\xff", Auto, "", BadEncoding},
		{"half a character", "\xbf\xc9\xbf", Auto, "", BadEncoding},
		{"replacement character", "a\uFFFDb", Auto, "", BadEncoding},
		{"NUL", "a\x00b", Auto, "", ControlByte},
		{"ESC", "\x1b@", Auto, "", ControlByte},
		{"DEL", "a\x7f", Auto, "", ControlByte},
		{"tab inside", "a\tb", Auto, "", ControlByte},
		{"C1 control", "a\u0085b", Auto, "", ControlByte},
		{"right-to-left override", "a\u202Eb", Auto, "", ControlByte},
		{"zero width", "a\u200Bb", Auto, "", ControlByte},
		{"private use", "a\uE000b", Auto, "", ControlByte},
		{"byte order mark", "\uFEFFa", Auto, "", ControlByte},
		{"wide blank", "可口\u3000可乐", Auto, "可口\u3000可乐", 0},
		{"blanks only", " \t ", Auto, "", Empty},
		{"nothing", "", Auto, "", Empty},
	} {
		got, reason := decode([]byte(tc.raw), tc.enc)
		if got != tc.want || reason != tc.reason {
			t.Errorf("%s: %q, %v; want %q, %v", tc.name, got, reason, tc.want, tc.reason)
		}
	}
}

// An error shows two characters of a payload and no more.
func TestBadReadErrorKeepsTheCodeToItself(t *testing.T) {
	for _, raw := range []string{"134567890123456789", "13", "134567", "\x1b[2J45678", "可口可乐可口可乐"} {
		h := head([]byte(raw))
		if len(h) > 2 || len(raw) < 8 && h != "" || strings.ContainsFunc(h, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("%q shows %q", raw, h)
		}
		e := BadReadError{Name: "scanner", Reason: ControlByte, Length: len(raw), Head: h}
		if strings.Contains(e.Error(), raw) && raw != "13" {
			t.Errorf("%q shows all of it", e.Error())
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"134567890123456789", "\xbf\xc9\xbf\xda", "可口可乐", "a\x00", "\u202E", "\x80\xff", " "} {
		f.Add([]byte(s), byte(0))
		f.Add([]byte(s), byte(1))
	}
	f.Fuzz(func(t *testing.T, raw []byte, enc byte) {
		e := []Encoding{Auto, GBK, UTF8}[enc%3]
		text, reason := decode(raw, e)
		if (text == "") != (reason != 0) {
			t.Fatalf("%q: %q and %v", raw, text, reason)
		}
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Errorf("%q became %q", raw, text)
		}
		if again, reason := decode([]byte(text), UTF8); text != "" && (again != text || reason != 0) {
			t.Errorf("%q does not survive a second time: %q, %v", text, again, reason)
		}
	})
}
