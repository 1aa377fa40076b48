package qrtest

import (
	"image"
	"testing"

	"smartpos/device/display/qr"
)

func TestDecode(t *testing.T) {
	m, err := qr.Encode("商户单号 2026", qr.M)
	if err != nil {
		t.Fatal(err)
	}
	for _, pure := range []bool{true, false} {
		if got, err := Decode(Picture(m, 4), pure); err != nil || got != "商户单号 2026" {
			t.Errorf("pure %v: %q, %v", pure, got, err)
		}
		if got, err := Decode(image.NewGray(image.Rect(0, 0, 100, 100)), pure); err == nil {
			t.Errorf("pure %v: nothing decodes as %q", pure, got)
		}
	}
}
