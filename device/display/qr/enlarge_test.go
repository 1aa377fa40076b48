package qr_test

import (
	"image"
	"image/color"

	"smartpos/device/display/qr"
)

// enlarge draws a code of one pixel a module at 3 pixels a module, with its quiet zone.
func enlarge(code image.Image) image.Image {
	side := code.Bounds().Dx()
	big := image.NewGray(image.Rect(0, 0, 3*(side+2*qr.QuietZone), 3*(side+2*qr.QuietZone)))
	for y := range big.Bounds().Dy() {
		for x := range big.Bounds().Dx() {
			big.SetGray(x, y, color.Gray{Y: 0xFF})
			at := image.Pt(x/3-qr.QuietZone, y/3-qr.QuietZone)
			if at.In(code.Bounds()) && code.At(at.X, at.Y) == color.Black {
				big.SetGray(x, y, color.Gray{})
			}
		}
	}
	return big
}
