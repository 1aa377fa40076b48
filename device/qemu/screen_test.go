package qemu

import (
	"image"
	"image/color"
	"strings"
	"testing"
)

func TestPPM(t *testing.T) {
	// Pixels that look like blanks and line ends belong to the picture.
	img, err := parsePPM([]byte("P6\n2 1\n255\n\n \t\xff\x80\x00"))
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds() != image.Rect(0, 0, 2, 1) || img.RGBAAt(0, 0) != (color.RGBA{'\n', ' ', '\t', 255}) || img.RGBAAt(1, 0) != (color.RGBA{255, 128, 0, 255}) {
		t.Errorf("%v %v", img.Bounds(), img.Pix)
	}
	for name, text := range map[string]string{
		"nothing": "", "another format": "P5\n2 1\n255\nxx", "cut short": "P6\n2 1\n255\nabcde", "too long": "P6\n2 1\n255\nabcdefg",
		"deep": "P6\n1 1\n65535\nabcdef", "huge": "P6\n99999 99999\n255\n", "negative": "P6\n-2 -1\n255\nabcdef",
	} {
		if img, err := parsePPM([]byte(text)); err == nil || !strings.Contains(err.Error(), "PPM") {
			t.Errorf("%s: %v, %v", name, img, err)
		}
	}
}
