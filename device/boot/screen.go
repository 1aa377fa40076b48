package boot

import (
	"context"
	"runtime/debug"
)

// page is a notice on its way to the screen.
type page struct {
	notice Notice
	gone   chan struct{} // closed when it was drawn, or dropped for a later one
}

// startScreen returns a function that has a notice drawn and never waits for it, until ctx ends.
func (b *booter) startScreen(ctx context.Context, draw func(Notice)) func(Notice) <-chan struct{} {
	latest := make(chan page, 1)
	if draw == nil {
		draw = func(Notice) {}
	}
	b.spawn(func() {
		for {
			select {
			case p := <-latest:
				b.draw(draw, p.notice)
				close(p.gone)
			case <-ctx.Done():
				return
			}
		}
	})
	return func(n Notice) <-chan struct{} {
		for _, line := range n.Lines("en") {
			b.log("screen: %s", line)
		}
		select {
		case p := <-latest:
			close(p.gone)
		default:
		}
		p := page{n, make(chan struct{})}
		latest <- p
		return p.gone
	}
}

// draw has a notice drawn. What goes wrong with a display, a panic or a fault in its memory, ends there: the kernel would
// not go on without process 1.
func (b *booter) draw(draw func(Notice), n Notice) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			b.log("screen: %v", p)
		}
	}()
	draw(n)
}
