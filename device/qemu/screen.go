package qemu

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
)

// Screenshot returns the display as it is now. A board whose guest has not set up its display yet shows QEMU's
// own words for that, in a picture of another size.
func (m *Machine) Screenshot(ctx context.Context) (image.Image, error) {
	const op = "take a screenshot"
	if m.cfg.Display == (image.Point{}) {
		return nil, harness(op, errors.New("the board has no display"))
	}
	m.mu.Lock()
	m.files++
	file := m.folder.file(fmt.Sprintf("screen%d.png", m.files))
	m.mu.Unlock()
	defer os.Remove(file)
	err := m.qmp.Execute(ctx, "screendump", map[string]any{
		"filename": file, "format": "png", "device": idDisplay,
	}, nil)
	if err != nil {
		return nil, harness(op, err)
	}
	picture, err := os.ReadFile(file)
	if err != nil {
		return nil, harness(op, err)
	}
	img, err := png.Decode(bytes.NewReader(picture))
	return img, harness(op, err)
}
