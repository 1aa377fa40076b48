// Package qrtest reads QR codes from pictures with another author's decoder, for tests.
package qrtest

import (
	"image"
	"image/color"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"smartpos/device/display/qr"
)

// Decode finds the QR code in img and returns its content. Set pure for a picture that holds nothing but the
// code: then no search is needed.
func Decode(img image.Image, pure bool) (string, error) {
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", err
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_CHARACTER_SET: "UTF-8"}
	if pure {
		hints[gozxing.DecodeHintType_PURE_BARCODE] = true
	} else {
		hints[gozxing.DecodeHintType_TRY_HARDER] = true
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, hints)
	if err != nil {
		return "", err
	}
	return result.GetText(), nil
}

// Picture draws the code with its quiet zone, module pixels a module.
func Picture(m *qr.Matrix, module int) *image.Gray {
	side := (m.Size + 2*qr.QuietZone) * module
	img := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			if !m.At(x/module-qr.QuietZone, y/module-qr.QuietZone) {
				img.SetGray(x, y, color.Gray{Y: 0xFF})
			}
		}
	}
	return img
}
