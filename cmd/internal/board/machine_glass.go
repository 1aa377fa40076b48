package board

import (
	"bytes"
	"context"
	"image"
	"sync"
	"time"

	"smartpos/device/qemu"
)

// glassEvery is how often the display of a machine is looked at: nobody tells when it has changed.
const glassEvery = 40 * time.Millisecond

// glass is the display of a board in QEMU. A picture is taken when it has stood still from one look to the next, so
// that it is not caught half drawn.
type glass struct {
	changed func()

	mu      sync.Mutex
	picture *image.RGBA
}

func newGlass(changed func()) *glass {
	return &glass{changed: changed, picture: dark(displaySize.X, displaySize.Y)}
}

// watch looks at a machine's display until ctx ends, and leaves it dark.
func (g *glass) watch(ctx context.Context, m *qemu.Machine) {
	defer g.show(dark(displaySize.X, displaySize.Y))
	tick := time.NewTicker(glassEvery)
	defer tick.Stop()
	var last *image.RGBA
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.Done():
			return
		case <-tick.C:
		}
		img, err := m.Screenshot(ctx)
		if err != nil || img.Bounds().Size() != displaySize {
			last = nil // no guest has set the display up yet
			continue
		}
		if last != nil && bytes.Equal(img.Pix, last.Pix) {
			g.show(img)
		}
		last = img
	}
}

// show takes a picture, if it is a new one.
func (g *glass) show(img *image.RGBA) {
	g.mu.Lock()
	news := !bytes.Equal(img.Pix, g.picture.Pix)
	g.picture = img
	g.mu.Unlock()
	if news {
		g.changed()
	}
}

// Picture is what the display shows.
func (g *glass) Picture() image.Image {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.picture
}
