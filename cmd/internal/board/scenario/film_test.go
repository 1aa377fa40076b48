package scenario

import (
	"image"
	"image/color"
	"testing"
)

// plain is a picture of one colour.
func plain(w, h int, c color.Color) image.Image {
	img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{c})
	return img
}

// Each picture stands whole on the sheet: as many pixels have its colour as it has.
func TestSheetHoldsEveryPicture(t *testing.T) {
	var f film
	want := map[color.Gray]int{}
	add := func(list []image.Image, w, h int) []image.Image {
		c := color.Gray{Y: uint8(2 * len(want))}
		want[c] = w * h
		return append(list, plain(w, h, c))
	}
	for range 6 {
		f.frames = add(f.frames, 320, 240)
	}
	f.papers = add(f.papers, 576, 900)
	f.papers = add(f.papers, 576, 40)
	sheet := f.sheet()
	got := map[color.Gray]int{}
	for y := range sheet.Bounds().Dy() {
		for x := range sheet.Bounds().Dx() {
			got[color.GrayModel.Convert(sheet.At(x, y)).(color.Gray)]++
		}
	}
	for c, n := range want {
		if got[c] != n {
			t.Errorf("picture %d: %d pixels of %d", c.Y/2, got[c], n)
		}
	}
}
