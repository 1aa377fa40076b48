package font_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"smartpos/device/display/font"
)

// Every character that a GB 2312 printer or keyboard can produce has a glyph.
func TestHoldsGB2312(t *testing.T) {
	decoder := simplifiedchinese.GBK.NewDecoder()
	found, narrow := 0, 0
	for row := 0xB0; row <= 0xF7; row++ { // the 6763 Chinese characters
		for cell := 0xA1; cell <= 0xFE; cell++ {
			if row == 0xD7 && cell > 0xF9 {
				continue
			}
			s, err := decoder.String(string([]byte{byte(row), byte(cell)}))
			if err != nil {
				t.Fatal(err)
			}
			if g, ok := font.Lookup([]rune(s)[0]); !ok || g.Width() != 16 {
				t.Errorf("%s (%X%X): in the font %v", s, row, cell, ok)
			}
			found++
		}
	}
	if found != 6763 {
		t.Errorf("%d characters looked up, want 6763", found)
	}
	for _, r := range "—·…℃¥€✓✗→▲─│┌\u00A0ÿ\uFFFD" {
		g, ok := font.Lookup(r)
		if !ok {
			t.Errorf("%c is not in the font", r)
		}
		if g.Width() == 8 {
			narrow++
		}
	}
	if w := font.Width('—'); w != 8 {
		t.Errorf("— is %d pixels wide: the width comes from the font, where it is 8", w)
	}
	if narrow == 0 {
		t.Error("no sign is narrow")
	}
}

func TestTableIsWhole(t *testing.T) {
	const want = 7686
	count, last := 0, rune(-1)
	for r, g := range font.All() {
		if r <= last {
			t.Fatalf("%U after %U", r, last)
		}
		if w := g.Width(); w != 8 && w != 16 {
			t.Errorf("%U is %d pixels wide", r, w)
		}
		if found, ok := font.Lookup(r); !ok || found != g {
			t.Errorf("%U is in the table and not found", r)
		}
		count, last = count+1, r
	}
	if count != want {
		t.Errorf("%d glyphs, want %d", count, want)
	}
}

func TestAbsentIsABox(t *testing.T) {
	for _, r := range []rune{-1, 0, '\n', 0x1B, 0x7F, 0x9F, 0x200B, '𠮷', '😀', 0x10FFFF, 0x110000, 0x7FFFFFFF} {
		if _, ok := font.Lookup(r); ok {
			t.Errorf("%U is in the font", r)
		}
		if font.Find(r) != font.Box(r) {
			t.Errorf("%U is not drawn as a box", r)
		}
	}
	if font.Width('𠮷') != 16 || font.Width('😀') != 16 || font.Width('\n') != 8 {
		t.Error("a box has the width of what it stands for")
	}
	for r, g := range font.All() {
		if g == font.Box('a') || g == font.Box('中') {
			t.Errorf("%U looks like a box", r)
		}
	}
}

func TestLicenceIsCarried(t *testing.T) {
	for _, want := range []string{"SIL OPEN FONT LICENSE", "Version 1.1", "GNU Unifont", "Roman Czyborra", "Paul Hardy"} {
		if !strings.Contains(font.Licence, want) {
			t.Errorf("the licence does not say %q", want)
		}
	}
}

func TestLookupAllocatesNothing(t *testing.T) {
	sum := 0
	if n := testing.AllocsPerRun(100, func() {
		for _, r := range "收款¥12.34\x00𠮷" {
			sum += int(font.Find(r).Row(7))
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func ExampleFind() {
	g := font.Find('中')
	for y := range font.Height {
		line := strings.NewReplacer("0", ".", "1", "#").Replace(fmt.Sprintf("%016b", g.Row(y)))
		fmt.Println(line)
	}
	// Output:
	// .......#........
	// .......#........
	// .......#........
	// .......#........
	// ..###########...
	// ..#....#....#...
	// ..#....#....#...
	// ..#....#....#...
	// ..#....#....#...
	// ..#....#....#...
	// ..###########...
	// ..#....#....#...
	// .......#........
	// .......#........
	// .......#........
	// .......#........
}

func BenchmarkFind(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		font.Find('收')
	}
}
