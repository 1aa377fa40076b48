package printertest_test

import (
	"image"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// readQR reads the QR code in a picture as a phone would, with a decoder that shares no code with the encoder.
func readQR(t testing.TB, img image.Image) string {
	t.Helper()
	bits, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	r, err := qrcode.NewQRCodeReader().Decode(bits, hints)
	if err != nil {
		t.Errorf("no QR code can be read: %v", err)
		return ""
	}
	return r.GetText()
}
