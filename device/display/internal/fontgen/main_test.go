package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestParseRefuses(t *testing.T) {
	for name, hex := range map[string]string{
		"no colon":      "0041",
		"no code point": "xyz:00",
		"odd digits":    "0041:000",
		"three columns": "0041:" + strings.Repeat("000000", 16),
		"too short":     "0041:00",
	} {
		if _, err := parse(strings.NewReader(hex)); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEncodeRefusesWhatIsMissing(t *testing.T) {
	if _, err := encode(map[rune][]byte{}, []rune{'中'}); err == nil || !strings.Contains(err.Error(), "U+4E2D") {
		t.Errorf("missing glyph: %v", err)
	}
}

func TestCharset(t *testing.T) {
	if n := len(gb2312()); n != 7445 {
		t.Errorf("GB 2312 has %d characters here, 7445 in the standard", n)
	}
	if strings.ContainsRune(string(gb2312()), '\uFFFD') {
		t.Error("a cell of GB 2312 decodes as unknown")
	}
}

// The table in the tree is what the generator makes, where the same Unifont is installed.
func TestTableInTheTree(t *testing.T) {
	f, err := os.Open("/usr/share/unifont/unifont.hex")
	if err != nil {
		t.Skip("unifont is not installed")
	}
	defer f.Close()
	all, err := parse(f)
	if err != nil {
		t.Fatal(err)
	}
	want, err := encode(all, charset())
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../font/unifont.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Error("font/unifont.bin differs: another Unifont than 15.0.01, or go generate is due")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("0041:0000000018242442427E424242420000\n4E2D:" + strings.Repeat("01", 32))
	f.Add(":")
	f.Fuzz(func(t *testing.T, hex string) {
		all, err := parse(strings.NewReader(hex))
		if err != nil {
			return
		}
		for r, rows := range all {
			if len(rows) != 16 && len(rows) != 32 {
				t.Errorf("%U has %d bytes", r, len(rows))
			}
		}
	})
}
