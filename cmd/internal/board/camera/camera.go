package camera

import (
	"errors"
	"fmt"
	"image"
	"image/draw"

	"github.com/makiuchi-d/gozxing"
	multi "github.com/makiuchi-d/gozxing/multi/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// ErrNoCode is returned when there is no QR code in the picture that a phone could read.
var ErrNoCode = errors.New("camera: no readable QR code in the picture")

// MaxPixels bounds the pictures that are looked at: a roll of paper of 10 m at 8 dots a millimetre.
const MaxPixels = 576 * 80_000

// windowRatio is the height of a window over a tall picture, in widths of the picture. Windows overlap by
// half, so a code of up to three quarters of the width is always whole in one of them.
const windowRatio = 1.5

// smallest is the side of the smallest QR code, one pixel a module.
const smallest = 21

// Last returns the text of the lowest QR code in the picture.
func Last(img image.Image) (string, error) {
	b := img.Bounds()
	if b.Dx() < smallest || b.Dy() < smallest {
		return "", ErrNoCode // and a strip of one pixel would have windows of no height
	}
	if b.Dx()*b.Dy() > MaxPixels {
		return "", fmt.Errorf("camera: picture of %d×%d is too large", b.Dx(), b.Dy())
	}
	height := int(windowRatio * float64(b.Dx()))
	for bottom := b.Max.Y; ; bottom -= height / 2 {
		window := image.Rect(b.Min.X, bottom-height, b.Max.X, bottom).Intersect(b)
		if text, ok := lowest(gray(img, window)); ok {
			return text, nil
		}
		if window.Min.Y <= b.Min.Y {
			return "", ErrNoCode
		}
	}
}

// gray copies a window and puts a light margin round it: a code that touches the picture's edge has lost its
// quiet zone there, and a phone would see the till behind it.
func gray(img image.Image, window image.Rectangle) *image.Gray {
	const margin = 16
	g := image.NewGray(image.Rect(0, 0, window.Dx()+2*margin, window.Dy()+2*margin))
	draw.Draw(g, g.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(g, image.Rect(margin, margin, margin+window.Dx(), margin+window.Dy()), img, window.Min, draw.Src)
	return g
}

// lowest finds all codes in the picture and returns the one nearest to its bottom.
func lowest(g *image.Gray) (string, bool) {
	source := gozxing.NewLuminanceSourceFromImage(g)
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	// Print and displays are evenly lit: one threshold for all is right, the local one is for the odd shadow.
	for _, binarizer := range []gozxing.Binarizer{
		gozxing.NewGlobalHistgramBinarizer(source), gozxing.NewHybridBinarizer(source),
	} {
		bitmap, err := gozxing.NewBinaryBitmap(binarizer)
		if err != nil {
			continue
		}
		results, err := multi.NewQRCodeMultiReader().DecodeMultiple(bitmap, hints)
		if err != nil || len(results) == 0 {
			// The single reader takes codes that the search for several gives up on.
			result, err := qrcode.NewQRCodeReader().Decode(bitmap, hints)
			if err != nil {
				continue
			}
			return result.GetText(), true
		}
		best := results[0]
		for _, r := range results[1:] {
			if bottomOf(r) > bottomOf(best) {
				best = r
			}
		}
		return best.GetText(), true
	}
	return "", false
}

func bottomOf(r *gozxing.Result) float64 {
	var y float64
	for _, p := range r.GetResultPoints() {
		y = max(y, p.GetY())
	}
	return y
}
