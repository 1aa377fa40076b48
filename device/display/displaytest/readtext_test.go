package displaytest_test

import (
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"smartpos/device/display"
	"smartpos/device/display/displaytest"
	"smartpos/device/display/font"
)

var (
	black = color.RGBA{0, 0, 0, 255}
	white = color.RGBA{255, 255, 255, 255}
	blue  = color.RGBA{0x10, 0x60, 0xB0, 255}
	plain = display.Style{Ink: black, Paper: white}
)

func canvas() *display.Canvas {
	c := display.NewCanvas(320, 240)
	c.Fill(c.Bounds(), white)
	return c
}

// wide and narrow characters that read back as themselves.
var wide, narrow = func() (wide, narrow []rune) {
	for r, g := range font.All() {
		switch s := string(r); {
		case displaytest.Canonical(s) != s || r == ' ' || r == displaytest.Unknown:
		case g.Width() == 16:
			wide = append(wide, r)
		default:
			narrow = append(narrow, r)
		}
	}
	return wide, narrow
}()

// randomLine returns a line that fills up to columns half cells, with blanks but none at its end.
func randomLine(rnd *rand.Rand, columns int) string {
	var line strings.Builder
	for columns > 0 {
		switch n := rnd.IntN(10); {
		case n < 6 && columns >= 2:
			line.WriteRune(wide[rnd.IntN(len(wide))])
			columns -= 2
		case n < 9:
			line.WriteRune(narrow[rnd.IntN(len(narrow))])
			columns--
		default:
			line.WriteByte(' ')
			columns--
		}
	}
	return strings.TrimRight(line.String(), " ")
}

// A screen full of any characters, in any two colours a line, reads back exactly.
func TestRandomScreens(t *testing.T) {
	for seed := range uint64(12) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		c := canvas()
		var want []string
		for row := range 15 {
			ink := color.RGBA{uint8(rnd.IntN(256)), uint8(rnd.IntN(256)), 0, 255}
			paper := color.RGBA{uint8(rnd.IntN(256)), uint8(rnd.IntN(256)), 200, 255}
			line := randomLine(rnd, 40)
			c.Text(0, row*16, line, display.Style{Ink: ink, Paper: paper})
			want = append(want, line)
		}
		if got := displaytest.ReadText(c.RGBA()); got != strings.Join(want, "\n") {
			t.Fatalf("seed %d: read\n%s\nwant\n%s", seed, got, strings.Join(want, "\n"))
		}
	}
}

// Magnified text is read back whatever its column, and its blanks are blanks again.
func TestMagnified(t *testing.T) {
	for scale := 2; scale <= display.MaxScale; scale++ {
		for _, s := range []string{
			"12.34", "¥ 0.01", "1234.56", "收款", "收 款", "it's 5", ".", "-1", "Il1|", "0.00 元", "测试 OK",
		} {
			for x := 0; x <= 16; x += 8 {
				if display.TextWidth(s, scale) > 320-x {
					continue
				}
				for _, st := range []display.Style{{Ink: black, Paper: white, Scale: scale}, {Ink: white, Paper: blue, Scale: scale}} {
					c := display.NewCanvas(320, 128)
					c.Fill(c.Bounds(), white)
					c.Text(0, 0, "上", plain)
					c.Text(x, 32, s, st)
					c.Text(0, 112, "下", plain)
					lines := strings.Split(displaytest.ReadText(c), "\n")
					got := strings.TrimSpace(strings.Join(lines[1:7], ""))
					if got != s || lines[0] != "上" || lines[7] != "下" {
						t.Errorf("scale %d at %d: %q reads as %q", scale, x, s, lines)
					}
				}
			}
		}
	}
}

// Every half cell holds: one wrong pixel is noticed wherever it is, in text and in what is blank.
func TestOneFlippedPixel(t *testing.T) {
	c := canvas()
	c.Text(0, 0, "应收 12.34—", plain)
	c.Text(8, 16, "一二三，·-_|", display.Style{Ink: white, Paper: blue})
	c.Text(0, 32, "8.50", display.Style{Ink: black, Paper: white, Scale: 2})
	clean := c.RGBA()
	text := displaytest.ReadText(clean.SubImage(image.Rect(0, 0, 104, 64)))
	// Reading is by half cells, so a part of the screen with all kinds of them and every sixth pixel, another
	// one in each row, will do; 12,800 whole screens take too long.
	area := image.Rect(0, 0, 104, 64)
	for y := range area.Max.Y {
		for x := y * 5 % 6; x < area.Max.X; x += 6 {
			flipped := image.NewRGBA(clean.Bounds())
			copy(flipped.Pix, clean.Pix)
			p := flipped.RGBAAt(x, y)
			if p == white {
				flipped.SetRGBA(x, y, black)
			} else {
				flipped.SetRGBA(x, y, white)
			}
			if displaytest.ReadText(flipped.SubImage(area)) == text {
				t.Fatalf("pixel %d,%d is wrong and nobody noticed", x, y)
			}
		}
	}
}

func TestUnknownGlyph(t *testing.T) {
	c := canvas()
	c.Text(0, 0, "a😀b\x01c", plain)
	c.Text(0, 32, "好", plain)
	c.Fill(image.Rect(3, 36, 4, 37), blue) // a third colour in a half cell
	if got := strings.TrimSpace(displaytest.ReadText(c)); got != "a\uFFFDb\uFFFDc\n\n\uFFFD\uFFFD" {
		t.Errorf("read %q", got)
	}
}

func TestQRIsAPicture(t *testing.T) {
	for _, side := range []int{80, 96, 130, 160, 208} {
		for i := range 6 {
			c := canvas()
			c.Text(0, 0, "请用微信扫一扫", plain)
			c.Text(0, 224, "取消 关闭 菜单 打印", plain)
			r := image.Rect(160-side/2, 120-side/2, 160+side/2, 120+side/2)
			if err := c.QR(r, fmt.Sprint("weixin://wxpay/bizpayurl?pr=", i*7919)); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(displaytest.ReadText(c), "\n")
			if lines[0] != "请用微信扫一扫" || lines[14] != "取消 关闭 菜单 打印" {
				t.Fatalf("side %d, code %d: text reads as %q", side, i, lines)
			}
			inside := strings.Join(lines[1:14], "")
			if rest := strings.Trim(strings.ReplaceAll(inside, "▦", ""), " "); rest != "" || strings.Count(inside, "▦") < 8 {
				t.Fatalf("side %d, code %d reads as\n%s", side, i, strings.Join(lines, "\n"))
			}
		}
	}
}

// Bars, rules and frames are blank, and what stands on them is read.
func TestShapesAreBlank(t *testing.T) {
	c := canvas()
	c.Fill(image.Rect(0, 0, 320, 24), blue) // a bar that ends in the middle of a row
	c.Text(8, 0, "收款", display.Style{Ink: white, Paper: blue})
	c.Fill(image.Rect(0, 54, 150, 56), black) // a rule
	c.Fill(image.Rect(5, 100, 203, 190), blue)
	c.Fill(image.Rect(6, 101, 202, 189), white) // a frame
	c.Text(16, 112, "金额 12.34", plain)
	want := " 收款\n\n\n\n\n\n\n  金额 12.34"
	if got := strings.TrimRight(displaytest.ReadText(c), "\n "); got != want {
		t.Errorf("read %q, want %q", got, want)
	}
}

func TestOddPictures(t *testing.T) {
	for _, r := range []image.Rectangle{{}, image.Rect(0, 0, 1, 1), image.Rect(0, 0, 7, 15), image.Rect(-20, -20, 33, 50)} {
		img := image.NewGray(r)
		if got := strings.Trim(displaytest.ReadText(img), "\n"); got != "" {
			t.Errorf("%v reads as %q", r, got)
		}
	}
}

// Characters that look the same cannot be told apart; the font has few, and none of them is Chinese.
func TestCanonical(t *testing.T) {
	if got := displaytest.Canonical("АΑA\u3000中😀\u00a0x"); got != "AAA  中\uFFFD x" {
		t.Errorf("Canonical = %q", got)
	}
	for r := range font.All() {
		if r >= 0x4E00 && r <= 0x9FFF && !slices.Contains(wide, r) {
			t.Errorf("%c does not read back as itself", r)
		}
	}
}

func ExampleReadText() {
	c := display.NewCanvas(160, 64)
	c.Text(0, 0, "应收", display.Style{Ink: white})
	c.Text(0, 16, "¥12.34", display.Style{Ink: white, Scale: 3})
	fmt.Println(strings.TrimSpace(displaytest.ReadText(c)))
	// Output:
	// 应收
	// ¥12.34
}

func BenchmarkReadText(b *testing.B) {
	c := canvas()
	for row := range 15 {
		c.Text(0, row*16, "应收金额 12.34 元 请用微信扫一扫", plain)
	}
	img := c.RGBA()
	for b.Loop() {
		displaytest.ReadText(img)
	}
}
