package camera_test

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"smartpos/cmd/internal/board/camera"
)

// put draws the code for text with its quiet zone at (x, y), module pixels a module.
func put(t testing.TB, img draw.Image, text string, x, y, module int) {
	t.Helper()
	m, err := qrcode.NewQRCodeWriter().EncodeWithoutHint(text, gozxing.BarcodeFormat_QR_CODE, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for my := range m.GetHeight() {
		for mx := range m.GetWidth() {
			c := color.Gray{Y: 255}
			if m.Get(mx, my) {
				c.Y = 0
			}
			r := image.Rect(x+mx*module, y+my*module, x+(mx+1)*module, y+(my+1)*module)
			draw.Draw(img, r, image.NewUniform(c), image.Point{}, draw.Src)
		}
	}
}

func paper(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(g, g.Bounds(), image.White, image.Point{}, draw.Src)
	return g
}

func TestNothingToRead(t *testing.T) {
	for name, img := range map[string]image.Image{
		"empty":     image.NewGray(image.Rectangle{}),
		"black":     image.NewGray(image.Rect(0, 0, 320, 240)),
		"one pixel": paper(1, 1),
		"tall":      paper(384, 2000),
		"strip":     paper(1, 3397), // once looked at for ever: its windows had no height to step by
	} {
		if text, err := camera.Last(img); !errors.Is(err, camera.ErrNoCode) {
			t.Errorf("%s: %q, %v; want ErrNoCode", name, text, err)
		}
	}
}

func TestLastCodeOfARollWins(t *testing.T) {
	roll := paper(384, 3000)
	put(t, roll, "first", 40, 100, 6)
	put(t, roll, "second", 40, 1000, 6)
	put(t, roll, "third", 40, 1250, 6)
	if text, err := camera.Last(roll); err != nil || text != "third" {
		t.Errorf("Last = %q, %v", text, err)
	}
}

func TestCodeIsFoundWhereverItStands(t *testing.T) {
	const code = "weixin://wxpay/bizpayurl?pr=AbCdEfGhI"
	for y := 0; y < 1600; y += 397 {
		roll := paper(384, 2000)
		put(t, roll, code, 30, y, 7)
		if text, err := camera.Last(roll); err != nil || text != code {
			t.Errorf("at %d: %q, %v", y, text, err)
		}
	}
}

func TestHugePictureIsRefused(t *testing.T) {
	if _, err := camera.Last(image.NewUniform(color.White)); err == nil || errors.Is(err, camera.ErrNoCode) {
		t.Errorf("an endless picture: %v", err)
	}
}

func ExampleLast() {
	_, err := camera.Last(image.NewGray(image.Rect(0, 0, 320, 240)))
	fmt.Println(err)
	// Output: camera: no readable QR code in the picture
}

func FuzzLast(f *testing.F) {
	f.Add([]byte{0, 255, 0, 255}, 2)
	f.Add(make([]byte, 1024), 32)
	f.Add(make([]byte, 4000), 1)
	f.Fuzz(func(t *testing.T, pix []byte, width int) {
		if width < 1 || width > 64 || len(pix) < width || len(pix) > 4096 {
			return
		}
		g := image.NewGray(image.Rect(0, 0, width, len(pix)/width))
		copy(g.Pix, pix)
		_, _ = camera.Last(g)
	})
}
