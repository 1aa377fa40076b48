package printertest_test

import (
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"smartpos/printer/printertest"
)

var update = flag.Bool("update", false, "write the golden texts anew, and the pictures beside them")

// Receipts of other people's libraries: their text is on the paper, their QR codes and barcodes can be read.
func TestOthers(t *testing.T) {
	const link = "https://pay.example.com/r/20261123010027?s=0103"
	for name, o := range map[string]struct {
		dots    int
		qr      string
		unknown int
		crop    image.Rectangle // where the code is, when the library left it no quiet zone
	}{
		"receiptline-escpos":   {dots: 576, qr: link},
		"receiptline-generic":  {dots: 384, qr: link, crop: image.Rect(140, 463, 320, 629)},
		"rpe-column":           {dots: 384, qr: link},
		"rpe-raster":           {dots: 384, qr: link},
		"node-thermal-printer": {dots: 384, qr: "https://pay.example.com/r/1", unknown: 1},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", name+".bin"))
			if err != nil {
				t.Fatal(err)
			}
			p := printertest.Draw(printertest.Config{Dots: o.dots, Chinese: printertest.ChineseAuto}, data)
			if u := p.Unknown(); len(u) != o.unknown {
				t.Errorf("unknown: %v", u)
			}
			if got := readQR(t, cut(p.Image(), o.crop)); got != o.qr {
				t.Errorf("the QR code says %q, want %q", got, o.qr)
			}
			golden(t, name, p)
		})
	}
}

// golden compares the text with testdata/NAME.txt.
func golden(t *testing.T, name string, p printertest.Paper) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(p.Text()), 0o666); err != nil {
			t.Fatal(err)
		}
		savePNG(t, filepath.Join(os.TempDir(), name+".png"), p)
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if p.Text() != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", p.Text(), want)
	}
}

func savePNG(t *testing.T, file string, p printertest.Paper) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, p.Image()); err != nil {
		t.Fatal(err)
	}
	t.Log("look at", f.Name())
}

// cut returns a part of a picture with white around it; all of it when r is empty.
func cut(img image.Image, r image.Rectangle) image.Image {
	if r.Empty() {
		return img
	}
	out := image.NewRGBA(r.Inset(-40))
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, r, img, r.Min, draw.Src)
	return out
}
