package display_test

import (
	"errors"
	"image"
	"strings"
	"testing"

	"smartpos/device/display"
	"smartpos/device/display/internal/qrtest"
	"smartpos/device/display/qr"
)

// The code is as large as fits with its quiet zone, centred, and decodes.
func TestQROnCanvas(t *testing.T) {
	const content = "weixin://wxpay/bizpayurl?pr=8xOeYsPzz" // version 3: 29 modules, 37 with the quiet zone
	for _, tt := range []struct {
		r    image.Rectangle
		area image.Rectangle
	}{
		{image.Rect(0, 0, 148, 148), image.Rect(0, 0, 148, 148)},
		{image.Rect(0, 0, 147, 300), image.Rect(18, 64, 129, 175)},
		{image.Rect(100, 20, 320, 240), image.Rect(117, 37, 302, 222)},
		{image.Rect(-50, 0, 185, 185), image.Rect(0, 0, 185, 185)}, // clipped to the canvas first
	} {
		c := display.NewCanvas(320, 240)
		c.Fill(c.Bounds(), blue)
		if err := c.QR(tt.r, content); err != nil {
			t.Fatalf("%v: %v", tt.r, err)
		}
		for y := range 240 {
			for x := range 320 {
				if (c.RGBAAt(x, y) == blue) == (image.Point{X: x, Y: y}).In(tt.area) {
					t.Fatalf("%v: pixel %d,%d is %v, the code should be in %v", tt.r, x, y, c.RGBAAt(x, y), tt.area)
				}
			}
		}
		if got, err := qrtest.Decode(c, false); err != nil || got != content {
			t.Errorf("%v: decoded %q (%v)", tt.r, got, err)
		}
	}
}

// What can't be drawn leaves the screen as it was, and its content is not in the error.
func TestQRFails(t *testing.T) {
	c := display.NewCanvas(320, 240)
	secret := strings.Repeat("secret", 1000)
	for _, tt := range []struct {
		r       image.Rectangle
		content string
		want    error
	}{
		{image.Rect(0, 0, 36, 36), "weixin://wxpay/bizpayurl?pr=8xOeYsPzz", display.ErrNoRoom},
		{image.Rectangle{}, "1", display.ErrNoRoom},
		{image.Rect(400, 400, 500, 500), "1", display.ErrNoRoom},
		{c.Bounds(), secret, qr.ErrTooLong},
		{c.Bounds(), "", qr.ErrEmpty},
	} {
		err := c.QR(tt.r, tt.content)
		if !errors.Is(err, tt.want) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "weixin") {
			t.Errorf("%v: %v, want %v", tt.r, err, tt.want)
		}
	}
}
