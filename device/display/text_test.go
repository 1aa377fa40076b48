package display_test

import (
	"image"
	"math"
	"slices"
	"strings"
	"testing"

	"smartpos/device/display"
	"smartpos/device/display/displaytest"
)

func TestTextAdvance(t *testing.T) {
	c := display.NewCanvas(320, 240)
	for _, tt := range []struct {
		s     string
		scale int
		want  int
	}{
		{"", 1, 0}, {"a", 1, 8}, {"中", 1, 16}, {"中a", 3, 72}, {"—", 1, 8}, {"\x00\n", 1, 16}, {"😀", 2, 32},
		{"a", 0, 8}, {"a", -7, 8}, {"a", 99, 32}, {strings.Repeat("长", 1000), 4, 64000},
	} {
		if got := display.TextWidth(tt.s, tt.scale); got != tt.want {
			t.Errorf("TextWidth(%.9q, %d) = %d, want %d", tt.s, tt.scale, got, tt.want)
		}
		for _, at := range []image.Point{{0, 0}, {300, 230}, {-20, -20}, {5000, 0}, {0, 5000}, {-5000, -5000}} {
			if got := c.Text(at.X, at.Y, tt.s, display.Style{Ink: black, Paper: white, Scale: tt.scale}); got != tt.want {
				t.Errorf("Text(%v, %.9q, %d) = %d, want %d", at, tt.s, tt.scale, got, tt.want)
			}
		}
	}
}

// Text over the edge shows exactly the part that is on the canvas.
func TestTextIsClipped(t *testing.T) {
	const margin = 80
	for scale := 1; scale <= display.MaxScale; scale++ {
		for _, at := range []image.Point{{-5, -3}, {-17, 10}, {30, -40}, {50, 20}, {60, 31}, {-70, 1}, {63, 0}} {
			small, large := display.NewCanvas(64, 32), display.NewCanvas(64+2*margin, 32+2*margin)
			st := display.Style{Ink: red, Paper: blue, Scale: scale}
			small.Text(at.X, at.Y, "中a国b", st)
			large.Text(at.X+margin, at.Y+margin, "中a国b", st)
			for y := range 32 {
				for x := range 64 {
					if small.RGBAAt(x, y) != large.RGBAAt(x+margin, y+margin) {
						t.Fatalf("scale %d at %v: pixel %d,%d differs", scale, at, x, y)
					}
				}
			}
		}
	}
}

func TestTransparentPaper(t *testing.T) {
	c := display.NewCanvas(16, 16)
	c.Fill(c.Bounds(), blue)
	c.Text(0, 0, "中", display.Style{Ink: white})
	if c.RGBAAt(0, 0) != blue || c.RGBAAt(7, 0) != white {
		t.Error("the background did not stay, or the ink is missing")
	}
}

// What the font lacks is seen, never nothing.
func TestMissingIsVisible(t *testing.T) {
	for _, r := range []string{"\x00", "\x1b", "\n", "\u200b", "😀", "𠮷", "\ufeff", "\xff"} {
		c := display.NewCanvas(16, 16)
		c.Fill(c.Bounds(), white)
		c.Text(0, 0, r, plain)
		if got := strings.TrimSpace(displaytest.ReadText(c)); got != "\uFFFD" {
			t.Errorf("%q shows as %q", r, got)
		}
	}
}

func TestAligned(t *testing.T) {
	for _, tt := range []struct {
		align display.Align
		scale int
		s     string
		want  string
	}{
		{display.Left, 1, "ab", "ab"},
		{display.Right, 1, "ab", "        ab"},
		{display.Center, 1, "ab", "    ab"},
		{display.Center, 1, "abc", "   abc"}, // 3½ half cells, snapped to the grid
		{display.Right, 1, "收款收款收款", "收款收款收"},
		{display.Left, 2, "收款收", "收款"},
		{display.Left, 2, "1.5", "1.5"},
	} {
		c := display.NewCanvas(160, 32)
		c.TextAligned(0, 0, 80, tt.align, tt.s, display.Style{Ink: white, Scale: tt.scale})
		if got, _, _ := strings.Cut(displaytest.ReadText(c), "\n"); got != tt.want {
			t.Errorf("%q shows as %q, want %q", tt.s, got, tt.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		s     string
		width int
		want  []string
	}{
		{"", 80, nil},
		{"网络不通请检查网线", 80, []string{"网络不通请", "检查网线"}},
		{"hello world", 80, []string{"hello", "world"}},
		{"hello world", 88, []string{"hello world"}},
		{"a  b", 8, []string{"a", "b"}},
		{"supercalifragilistic", 80, []string{"supercalif", "ragilistic"}},
		{"按菜单收现金 cash", 80, []string{"按菜单收现", "金 cash"}},
		{"网络 WeChat断", 80, []string{"网络", "WeChat断"}},
		{"one\ntwo\n\nthree", 320, []string{"one", "two", "", "three"}},
		{"中文", 8, []string{"中", "文"}},
		{"ab", 0, []string{"a", "b"}},
		{"ab ", 16, []string{"ab"}},
		{"已停止收款。请勿断电", 80, []string{"已停止收", "款。请勿断", "电"}},
		{"请叫技术员。", 80, []string{"请叫技术", "员。"}},
		{"，。，。，。", 32, []string{"，。", "，。", "，。"}}, // nothing else to begin with
		{"款。", 16, []string{"款", "。"}},
	} {
		if got := display.Wrap(tt.s, tt.width); !slices.Equal(got, tt.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", tt.s, tt.width, got, tt.want)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("网络不通：请检查网线，或按 菜单 收现金", 160)
	f.Add("a b\nc \xff\x00", 8)
	f.Fuzz(func(t *testing.T, s string, width int) {
		width %= 1000
		lines := display.Wrap(s, width)
		for _, line := range lines {
			if display.TextWidth(line, 1) > max(width, 16) {
				t.Errorf("%q is wider than %d", line, width)
			}
		}
		strip := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if got := strip(strings.Join(lines, "")); got != strip(s) {
			t.Errorf("%q became %q", s, got)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("收款¥12.34", 0, 0, 1)
	f.Add("\xff\x00😀", -9, 70, 4)
	f.Add("x", math.MaxInt, math.MinInt, 3)
	f.Add("x", math.MinInt, math.MaxInt, 0)
	f.Add("中", math.MaxInt-3, math.MaxInt-3, 4)
	f.Fuzz(func(t *testing.T, s string, x, y, scale int) {
		c := display.NewCanvas(100, 50)
		c.Text(x, y, s, display.Style{Ink: red, Paper: white, Scale: scale})
		c.TextAligned(x, y, scale, display.Align(scale), s, plain)
		c.Fill(image.Rect(x, y, scale, 20), blue)
		c.Flush(display.NewANSI(&strings.Builder{}))
	})
}

func TestDrawingAllocatesNothing(t *testing.T) {
	c := display.NewCanvas(320, 240)
	if n := testing.AllocsPerRun(50, func() {
		c.Fill(c.Bounds(), white)
		c.Text(3, 5, "收款 12.34 元 😀", plain)
		c.Text(8, 64, "¥12.34", display.Style{Ink: red, Paper: white, Scale: 3})
	}); n != 0 {
		t.Errorf("%v allocations a screen", n)
	}
}
