package board

import (
	"bytes"
	"context"
	"image"
	"sync"
	"time"

	"smartpos/device/qemu"
)

const (
	// glassEvery is how often the display of a machine is looked at: nobody tells when it has changed.
	glassEvery = 40 * time.Millisecond
	// glassLooks bounds how often in a row it is looked at until it stands still.
	glassLooks = 5
	// redrawLimit is how long a key is given to show on the display.
	redrawLimit = 600 * time.Millisecond
	// glassLimit bounds a look.
	glassLimit = 2 * time.Second
)

// glass is the display of a board in QEMU.
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
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.Done():
			return
		case <-tick.C:
			g.look(ctx, m)
		}
	}
}

// look takes the picture as it is now, unless it is half drawn: then one look is not as the next.
func (g *glass) look(ctx context.Context, m *qemu.Machine) {
	ctx, cancel := context.WithTimeout(ctx, glassLimit)
	defer cancel()
	var last *image.RGBA
	for range glassLooks {
		img, err := m.Screenshot(ctx)
		if err != nil || img.Bounds().Size() != displaySize {
			return // no guest has set the display up yet
		}
		if last != nil && bytes.Equal(img.Pix, last.Pix) {
			g.show(img)
			return
		}
		last = img
	}
}

// show takes a picture, if it is a new one.
func (g *glass) show(img *image.RGBA) {
	g.mu.Lock()
	news := !bytes.Equal(img.Pix, g.picture.Pix)
	if news {
		g.picture = img // another one also by its address, see await
	}
	g.mu.Unlock()
	if news {
		g.changed()
	}
}

// await waits until the display shows something else than before: a kernel takes its time to show what was drawn. A
// key may well change nothing, so this is bounded, and what must be on the display is for the caller to wait for.
func (g *glass) await(r *machineRun, before image.Image) {
	limit := time.NewTimer(redrawLimit)
	defer limit.Stop()
	tick := time.NewTicker(glassEvery / 2)
	defer tick.Stop()
	for g.Picture() == before {
		select {
		case <-tick.C:
		case <-limit.C:
			return
		case <-r.life.Done():
			return
		}
	}
}

// Picture is what the display showed at the last look.
func (g *glass) Picture() image.Image {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.picture
}
