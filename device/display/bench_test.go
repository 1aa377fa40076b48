package display_test

import (
	"image"
	"path/filepath"
	"strings"
	"testing"

	"smartpos/device/display"
)

func BenchmarkGlyph(b *testing.B) {
	for _, bb := range []struct {
		name  string
		s     string
		scale int
	}{{"narrow", "a", 1}, {"wide", "收", 1}, {"wide×3", "收", 3}} {
		b.Run(bb.name, func(b *testing.B) {
			c := display.NewCanvas(320, 240)
			st := display.Style{Ink: black, Paper: white, Scale: bb.scale}
			b.ReportAllocs()
			for b.Loop() {
				c.Text(8, 16, bb.s, st)
			}
		})
	}
}

func BenchmarkFullScreen(b *testing.B) {
	c := display.NewCanvas(320, 240)
	line := strings.Repeat("收款", 10)
	b.ReportAllocs()
	for b.Loop() {
		c.Fill(c.Bounds(), white)
		for y := 0; y < 240; y += 16 {
			c.Text(0, y, line, plain)
		}
	}
}

func BenchmarkQR(b *testing.B) {
	r := image.Rect(0, 0, 192, 192)
	b.Run("new", func(b *testing.B) {
		c := display.NewCanvas(320, 240)
		for i := 0; b.Loop(); i++ {
			if err := c.QR(r, [2]string{"weixin://wxpay/bizpayurl?pr=8xOeYsPzz", "weixin://wxpay/bizpayurl?pr=8xOeYsPzy"}[i%2]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("again", func(b *testing.B) {
		c := display.NewCanvas(320, 240)
		for b.Loop() {
			if err := c.QR(r, "weixin://wxpay/bizpayurl?pr=8xOeYsPzz"); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkFlush draws the payment screen anew and shows it: all of it, or the second that ticked.
func BenchmarkFlush(b *testing.B) {
	for _, format := range []display.Format{display.XRGB8888, display.RGB565} {
		panel, err := display.OpenFramebuffer(display.FramebufferConfig{
			Path: filepath.Join(b.TempDir(), "fb0"), Width: 320, Height: 240, Format: format,
		})
		if err != nil {
			b.Fatal(err)
		}
		defer panel.Close()
		c := payment(b)
		b.Run(string(format)+"/whole", func(b *testing.B) {
			for b.Loop() {
				c.Invalidate()
				if err := c.Flush(panel); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(string(format)+"/tick", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				screen(b, c, 100+i%10, "weixin://wxpay/bizpayurl?pr=8xOeYsPzz")
				if err := c.Flush(panel); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkConsole(b *testing.B) {
	var out strings.Builder
	a := display.NewANSI(&out)
	c := display.NewCanvas(320, 240)
	for i := 0; b.Loop(); i++ {
		screen(b, c, 100+i%10, "weixin://wxpay/bizpayurl?pr=8xOeYsPzz")
		if err := c.Flush(a); err != nil {
			b.Fatal(err)
		}
		out.Reset()
	}
}
