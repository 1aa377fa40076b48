package displaytest_test

import (
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"smartpos/device/display"
	"smartpos/device/display/displaytest"
)

// Pictures taken while the firmware waits are never torn, and each flush is seen.
func TestNoTornPictures(t *testing.T) {
	dir := t.TempDir()
	cfg := display.FramebufferConfig{
		Path: filepath.Join(dir, "fb0"), Width: 64, Height: 32, Notify: filepath.Join(dir, "flush"),
	}
	b, err := display.OpenFramebuffer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()

	const flushes = 100
	var seen []color.RGBA
	l, err := displaytest.ListenFlush(cfg.Notify, func() {
		img, err := display.ReadFramebuffer(cfg)
		if err != nil {
			t.Error(err)
			return
		}
		first := img.RGBAAt(0, 0)
		for i := 0; i < len(img.Pix); i += 4 {
			if img.Pix[i] != first.R {
				t.Errorf("the picture is torn at byte %d", i)
				return
			}
		}
		seen = append(seen, first)
	})
	if err != nil {
		t.Fatal(err)
	}
	c := display.NewCanvas(64, 32)
	for i := range flushes {
		c.Fill(c.Bounds(), color.RGBA{uint8(i + 1), 0, 0, 255})
		if err := c.Flush(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if len(seen) != flushes {
		t.Fatalf("%d of %d flushes seen", len(seen), flushes)
	}
	for i, col := range seen {
		if col.R != uint8(i+1) {
			t.Fatalf("flush %d shows picture %d", i+1, col.R)
		}
	}
}

func TestListenFlushCloses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flush")
	for range 2 { // the second finds the place free
		l, err := displaytest.ListenFlush(path, func() {})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := displaytest.ListenFlush(path, func() {}); err == nil {
		t.Error("a plain file was replaced by a socket")
	}
}
