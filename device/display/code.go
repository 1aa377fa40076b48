package display

import (
	"errors"
	"fmt"
	"image"

	"smartpos/device/display/qr"
)

// ErrNoRoom is returned when a QR code does not fit its rectangle even with modules of one pixel.
var ErrNoRoom = errors.New("display: no room for the QR code")

const (
	dark  = 0x000000
	light = 0xFFFFFF
)

// QR draws the code of content centred in r: black on white, error correction level M, the largest whole
// number of pixels a module that fits with a quiet zone of 4 modules on each side. Only the code and its
// quiet zone are drawn. Phones want modules of 2 pixels or more.
//
// On an error (those of [qr.Encode], ErrNoRoom) nothing is drawn, and the error never repeats the content.
func (c *Canvas) QR(r image.Rectangle, content string) error {
	matrix := c.code.matrix
	if matrix == nil || c.code.content != content {
		var err error
		if matrix, err = qr.Encode(content, qr.M); err != nil {
			return fmt.Errorf("display: %w", err)
		}
	}
	r = r.Intersect(c.Bounds())
	modules := matrix.Size + 2*qr.QuietZone
	module := min(r.Dx(), r.Dy()) / modules
	if module == 0 {
		return fmt.Errorf("%w: %d modules into %d×%d pixels", ErrNoRoom, modules, r.Dx(), r.Dy())
	}
	side := module * modules
	area := image.Rect(0, 0, side, side).Add(r.Min).Add(image.Pt((r.Dx()-side)/2, (r.Dy()-side)/2))

	c.fill(area, light)
	c.layerFill(area, light)
	for y := range matrix.Size {
		for x := range matrix.Size {
			if matrix.At(x, y) {
				at := area.Min.Add(image.Pt((x+qr.QuietZone)*module, (y+qr.QuietZone)*module))
				c.fill(image.Rectangle{Min: at, Max: at.Add(image.Pt(module, module))}, dark)
			}
		}
	}
	c.code = qrLayer{content, matrix, area}
	return nil
}
