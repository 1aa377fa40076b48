package device

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode"
)

// FuzzParseProfile holds every text to this: it never panics; it is either a profile or a bounded list of
// problems that stand on lines of the text and can be shown on a screen; CRLF reads as LF does.
func FuzzParseProfile(f *testing.F) {
	text := sample(f)
	f.Add(text)
	f.Add(minimal)
	for _, c := range badProfiles {
		f.Add(strings.Replace(text, c.old, c.fresh, 1))
	}
	for _, s := range []string{"", "\n", "[", "[[item]]\n[item]", "item = [{barcode = 'x'}, 3]", "[item.x]", "[[item]]\n[item.name]\nx=1",
		"printer.flow.x = 1", "scanner.code = [[1]]", "a.\"\\u0000\".b = 1", "\"\" = 1", "keypad.input = {\"\\u0000\" = \"1\"}",
		"[[scanner.code]]\n[[scanner.code]]\n[scanner.code.x]", "version = 0x1", "version = 1979-05-27", "networks = 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProfile("f", []byte(text))
		if err == nil {
			sameWithCRLF(t, text, p)
			return
		}
		var bad *ProfileError
		if !errors.As(err, &bad) || p != nil || len(bad.Problems) == 0 || len(bad.Problems) > maxProblems {
			t.Fatalf("%v, %#v", p, err)
		}
		last := 1
		for _, problem := range bad.Problems {
			if problem.Line < last || problem.Line > strings.Count(text, "\n")+1 {
				t.Errorf("line %d of %d, after %d", problem.Line, strings.Count(text, "\n")+1, last)
			}
			last = problem.Line
			if s := problem.Key + problem.Reason; strings.ContainsFunc(s, unicode.IsControl) {
				t.Errorf("not fit for a screen: %q", s)
			}
		}
	})
}

func sameWithCRLF(t *testing.T, text string, p *Profile) {
	if strings.Contains(text, "\r") || strings.Contains(text, `"""`) || strings.Contains(text, "'''") {
		return // inside a text of several lines CRLF is data
	}
	again, err := ParseProfile("f", []byte(strings.ReplaceAll(text, "\n", "\r\n")))
	if err != nil || !reflect.DeepEqual(p, again) {
		t.Errorf("with CRLF: %v", err)
	}
}
