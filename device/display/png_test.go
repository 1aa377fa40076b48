package display_test

import (
	"bytes"
	"errors"
	"flag"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"smartpos/device/display"
	"smartpos/device/display/displaytest"
	"smartpos/device/display/internal/qrtest"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

func readPNG(t *testing.T, path string) image.Image {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// payment draws the screen that a customer sees most.
func payment(t testing.TB) *display.Canvas {
	c := display.NewCanvas(320, 240)
	c.Fill(c.Bounds(), white)
	c.Fill(image.Rect(0, 0, 320, 16), blue)
	c.Text(0, 0, "惠民便利店", display.Style{Ink: white, Paper: blue})
	c.TextAligned(160, 0, 160, display.Right, "测试 TEST", display.Style{Ink: white, Paper: blue})
	c.Text(8, 32, "微信支付", plain)
	c.Text(0, 48, "¥88.5", display.Style{Ink: red, Paper: white, Scale: 3})
	c.Text(8, 112, "请扫码付款", plain)
	c.Text(8, 128, "剩余 119 秒", plain)
	c.Text(8, 160, "2 支付宝", plain)
	c.Text(8, 176, "3 云闪付", plain)
	c.Text(8, 192, "未知字: 😀", plain)
	c.Fill(image.Rect(0, 216, 320, 217), blue)
	c.Text(8, 224, "取消", display.Style{Ink: white, Paper: blue})
	c.Text(48, 224, "关闭", plain)
	c.Text(96, 224, "菜单", display.Style{Ink: white, Paper: blue})
	c.Text(136, 224, "打印", plain)
	if err := c.QR(image.Rect(128, 24, 320, 216), "weixin://wxpay/bizpayurl?pr=8xOeYsPzz"); err != nil {
		t.Fatal(err)
	}
	return c
}

// The screen looks as it did when somebody looked at it, its text reads back, and its code decodes.
func TestGoldenScreen(t *testing.T) {
	c := payment(t)
	path := filepath.Join(t.TempDir(), "screen.png")
	b := display.NewPNG(path)
	for range 2 { // the second replaces the first
		c.Invalidate()
		if err := c.Flush(b); err != nil {
			t.Fatal(err)
		}
	}
	got := readPNG(t, path)
	golden := filepath.Join("testdata", "payment.png")
	if *update {
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(golden, text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want := readPNG(t, golden)
	for y := range 240 {
		for x := range 320 {
			if got.At(x, y) != want.At(x, y) {
				t.Fatalf("pixel %d,%d is %v, in %s it is %v", x, y, got.At(x, y), golden, want.At(x, y))
			}
		}
	}
	if code, err := qrtest.Decode(got, false); err != nil || code != "weixin://wxpay/bizpayurl?pr=8xOeYsPzz" {
		t.Errorf("the code reads %q (%v)", code, err)
	}
	const text = `惠民便利店                     测试 TEST

 微信支付         ▦▦▦▦▦▦▦▦▦▦
¥88.5   ▦▦▦▦▦▦▦▦▦▦
`
	if read := displaytest.ReadText(got); len(read) < len(text) || read[:len(text)] != text {
		t.Errorf("the screen reads\n%s", read)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("%d files are left in the folder (%v)", len(entries), err)
	}
}

func TestPNGFails(t *testing.T) {
	dir := t.TempDir()
	c := display.NewCanvas(8, 16)
	if err := c.Flush(display.NewPNG(filepath.Join(dir, "none", "x.png"))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "x.png"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(display.NewPNG(filepath.Join(dir, "x.png"))); err == nil {
		t.Error("a folder was replaced by a picture")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%d files are left in the folder (%v)", len(entries), err)
	}
}
