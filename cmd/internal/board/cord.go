package board

import (
	"context"
	"sync"
)

// cord is the cable between a device and its socket, and the device at work on it. The device works while there
// is power and the plug is in.
type cord struct {
	backend Backend
	socket  Socket
	serve   func(context.Context, Cable)

	mu      sync.Mutex
	powered bool
	plugged bool
	end     func() // pulls the plug of the running device and waits for it; nil when none runs
}

func newCord(backend Backend, socket Socket, serve func(context.Context, Cable)) *cord {
	return &cord{backend: backend, socket: socket, serve: serve, plugged: true}
}

// power switches the supply, and says whether the plug is in.
func (c *cord) power(on, plugged bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.powered = on
	if on {
		c.plugged = plugged
	}
	return c.apply()
}

// plug pulls the plug or puts it back.
func (c *cord) plug(in bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plugged = in
	return c.apply()
}

func (c *cord) apply() error {
	want := c.powered && c.plugged
	switch {
	case want && c.end == nil:
		cable, err := c.backend.Plug(c.socket)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.serve(ctx, cable)
		}()
		c.end = func() {
			cancel()
			_ = cable.Close()
			<-done
		}
	case !want && c.end != nil:
		c.end()
		c.end = nil
	}
	return nil
}
