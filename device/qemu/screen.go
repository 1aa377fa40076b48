package qemu

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
)

// Screenshot returns the display as it is now, without alpha. A board whose guest has not set up its display yet
// shows QEMU's own words for that, in a picture of another size.
func (m *Machine) Screenshot(ctx context.Context) (*image.RGBA, error) {
	const op = "take a screenshot"
	if m.cfg.Display == (image.Point{}) {
		return nil, harness(op, errors.New("the board has no display"))
	}
	m.mu.Lock()
	m.files++
	file := m.folder.file(fmt.Sprintf("screen%d.ppm", m.files))
	m.mu.Unlock()
	defer os.Remove(file)
	err := m.qmp.Execute(ctx, "screendump", map[string]any{"filename": file, "device": idDisplay}, nil)
	if err != nil {
		return nil, harness(op, err)
	}
	picture, err := os.ReadFile(file)
	if err != nil {
		return nil, harness(op, err)
	}
	img, err := parsePPM(picture)
	return img, harness(op, err)
}

// parsePPM reads what QEMU writes fastest: "P6\n320 240\n255\n", then three bytes a pixel (Netpbm, ppm(5)).
func parsePPM(p []byte) (*image.RGBA, error) {
	var width, height, depth int
	r := bytes.NewReader(p)
	if _, err := fmt.Fscanf(r, "P6\n%d %d\n%d\n", &width, &height, &depth); err != nil {
		return nil, fmt.Errorf("no PPM picture: %w", err)
	}
	pixels := p[len(p)-r.Len():]
	if depth != 255 || width < 1 || height < 1 || width > 4096 || height > 4096 || len(pixels) != 3*width*height {
		return nil, fmt.Errorf("a PPM picture of %d×%d, depth %d, %d bytes", width, height, depth, len(pixels))
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		copy(img.Pix[4*i:], pixels[3*i:3*i+3])
		img.Pix[4*i+3] = 0xff
	}
	return img, nil
}
