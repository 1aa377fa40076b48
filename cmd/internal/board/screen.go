package board

import (
	"bytes"
	"image"
	"os"
	"sync"
	"time"

	"smartpos/device/display"
	"smartpos/device/display/displaytest"
)

// screen is the glass of a host board: it takes a picture of the framebuffer file each time the firmware says
// that it has drawn, while the firmware waits, so that no picture is half old and half new.
type screen struct {
	cfg      display.FramebufferConfig
	changed  func()
	listener *displaytest.FlushListener
	done     chan struct{}
	polling  sync.WaitGroup

	mu      sync.Mutex
	picture *image.RGBA
	lit     bool // there is power
	run     int  // counts changes of the power: a picture of one run is never shown in the next
}

// lookEvery is how often the glass is looked at without being told. The firmware does not wait for a listener
// that is slow to answer, as on a busy machine, and then says nothing for a while.
const lookEvery = 250 * time.Millisecond

// newScreen listens on cfg.Notify and calls changed whenever the glass looks different.
func newScreen(cfg display.FramebufferConfig, changed func()) (*screen, error) {
	s := &screen{cfg: cfg, changed: changed, picture: dark(cfg.Width, cfg.Height), done: make(chan struct{})}
	var err error
	if s.listener, err = displaytest.ListenFlush(cfg.Notify, s.told); err != nil {
		return nil, err
	}
	s.polling.Go(s.poll)
	return s, nil
}

// dark is a display without power.
func dark(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 0xff
	}
	return img
}

// told takes the picture while the firmware waits. A framebuffer that can't be read leaves the last one.
func (s *screen) told() {
	run := s.current()
	if img, err := display.ReadFramebuffer(s.cfg); err == nil {
		s.take(img, run)
	}
}

// poll takes the picture when it has changed unannounced and then stood still from one look to the next, so
// that it is not caught half drawn.
func (s *screen) poll() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var last *image.RGBA
	for {
		select {
		case <-s.done:
			return
		case <-tick.C:
		}
		run := s.current()
		img, err := display.ReadFramebuffer(s.cfg)
		if err != nil {
			last = nil
			continue
		}
		if last != nil && bytes.Equal(img.Pix, last.Pix) {
			s.take(img, run)
		}
		last = img
	}
}

func (s *screen) current() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run
}

// take shows img, which was read in that run, if there is power and it is not what is shown.
func (s *screen) take(img *image.RGBA, run int) {
	s.mu.Lock()
	news := s.lit && run == s.run && !bytes.Equal(img.Pix, s.picture.Pix)
	if news {
		s.picture = img
	}
	s.mu.Unlock()
	if news {
		s.changed()
	}
}

// light turns the display on or off with the power; it stays dark until something is drawn. The file that
// stands for its memory forgets as memory does.
func (s *screen) light(on bool) {
	if info, err := os.Lstat(s.cfg.Path); err == nil && info.Mode().IsRegular() {
		_ = os.Remove(s.cfg.Path) // the firmware makes it anew, and draws over what is left in it
	}
	s.mu.Lock()
	s.lit = on
	s.run++
	s.picture = dark(s.cfg.Width, s.cfg.Height)
	s.mu.Unlock()
	s.changed()
}

func (s *screen) Picture() image.Image {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.picture
}

func (s *screen) Close() error {
	close(s.done)
	s.polling.Wait()
	return s.listener.Close()
}
