package display_test

import (
	"errors"
	"image"
	"image/color"
	"slices"
	"testing"

	"smartpos/device/display"
)

var (
	black = color.RGBA{0, 0, 0, 255}
	white = color.RGBA{255, 255, 255, 255}
	blue  = color.RGBA{0x10, 0x60, 0xB0, 255}
	red   = color.RGBA{0xD0, 0x20, 0x20, 255}
	plain = display.Style{Ink: black, Paper: white}
)

// A sink is a Backend that remembers what it was given, and fails while err is set.
type sink struct {
	flushes [][]image.Rectangle
	err     error
}

func (s *sink) Flush(_ *display.Canvas, changed []image.Rectangle) error {
	s.flushes = append(s.flushes, slices.Clone(changed))
	return s.err
}

func (*sink) Close() error { return nil }

func (s *sink) last() []image.Rectangle { return s.flushes[len(s.flushes)-1] }

func flushed(t *testing.T, c *display.Canvas) []image.Rectangle {
	t.Helper()
	var s sink
	if err := c.Flush(&s); err != nil {
		t.Fatal(err)
	}
	if len(s.flushes) == 0 {
		return nil
	}
	return s.last()
}

func TestFirstFlushIsEverything(t *testing.T) {
	c := display.NewCanvas(320, 240)
	if got := flushed(t, c); !slices.Equal(got, []image.Rectangle{c.Bounds()}) {
		t.Errorf("first flush: %v", got)
	}
	if got := flushed(t, c); got != nil {
		t.Errorf("second flush without a change: %v", got)
	}
}

// A screen is drawn anew as a whole; only the countdown differs, so only its digits are flushed.
func TestOnlyChangesAreFlushed(t *testing.T) {
	c := display.NewCanvas(320, 240)
	draw := func(seconds string) {
		c.Fill(c.Bounds(), white)
		c.Text(0, 0, "请用微信扫一扫", plain)
		c.Text(0, 208, "剩余 "+seconds+" 秒", plain)
		if err := c.QR(image.Rect(80, 32, 240, 192), "weixin://wxpay/bizpayurl?pr=1"); err != nil {
			t.Fatal(err)
		}
	}
	draw("119")
	flushed(t, c)
	draw("119")
	if got := flushed(t, c); got != nil {
		t.Errorf("the same screen again flushed %v", got)
	}
	draw("118")
	if got, want := flushed(t, c), []image.Rectangle{image.Rect(56, 208, 64, 224)}; !slices.Equal(got, want) {
		t.Errorf("one digit flushed %v, want %v", got, want)
	}
	draw("107")
	if got, want := flushed(t, c), []image.Rectangle{image.Rect(48, 208, 64, 224)}; !slices.Equal(got, want) {
		t.Errorf("two digits flushed %v, want %v", got, want)
	}
}

func TestChangesAreMergedAndBounded(t *testing.T) {
	c := display.NewCanvas(320, 240)
	flushed(t, c)
	c.Fill(image.Rect(16, 16, 64, 64), red)
	if got, want := flushed(t, c), []image.Rectangle{image.Rect(16, 16, 64, 64)}; !slices.Equal(got, want) {
		t.Errorf("one rectangle flushed as %v", got)
	}
	want := image.NewRGBA(c.Bounds())
	for i := range 300 { // a chequered screen: far more spots than rectangles are allowed
		c.Fill(image.Rect(i%20*16, i/20*16, i%20*16+1, i/20*16+1), blue)
		want.Set(i%20*16, i/20*16, blue)
	}
	got := flushed(t, c)
	if len(got) > 16 {
		t.Errorf("%d rectangles", len(got))
	}
	for i, r := range got {
		if !r.In(c.Bounds()) || r.Empty() {
			t.Errorf("%v is not on the canvas", r)
		}
		for _, other := range got[i+1:] {
			if r.Overlaps(other) {
				t.Errorf("%v and %v overlap", r, other)
			}
		}
	}
	for i := range 300 {
		at := image.Pt(i%20*16, i/20*16)
		if !slices.ContainsFunc(got, func(r image.Rectangle) bool { return at.In(r) }) {
			t.Errorf("the change at %v is in no rectangle", at)
		}
	}
}

// A display that failed shows the whole screen when it comes back, and one bad backend does not keep the
// picture from the others.
func TestFlushFails(t *testing.T) {
	c := display.NewCanvas(64, 32)
	broken, fine := &sink{err: errors.New("unplugged")}, &sink{}
	if err := c.Flush(broken, fine); !errors.Is(err, broken.err) {
		t.Errorf("the error is %v", err)
	}
	if len(fine.flushes) != 1 {
		t.Error("the second display was left out")
	}
	c.Fill(image.Rect(0, 0, 8, 16), red)
	broken.err = nil
	if err := c.Flush(broken, fine); err != nil {
		t.Fatal(err)
	}
	if got := broken.last(); !slices.Equal(got, []image.Rectangle{c.Bounds()}) {
		t.Errorf("after the fault: %v, want everything", got)
	}
}

func TestSizesAreClamped(t *testing.T) {
	for _, tt := range []struct{ w, h, wantW, wantH int }{
		{0, 0, 1, 1}, {-5, 10, 1, 10}, {1 << 30, 3, display.MaxSide, 3}, {13, 17, 13, 17},
	} {
		c := display.NewCanvas(tt.w, tt.h)
		if got := c.Bounds().Size(); got != image.Pt(tt.wantW, tt.wantH) {
			t.Errorf("%d×%d gives %v", tt.w, tt.h, got)
		}
		c.Fill(image.Rect(-1000, -1000, 10000, 10000), white)
		c.Text(3, 3, "中a", plain)
		flushed(t, c)
	}
}

func TestImage(t *testing.T) {
	c := display.NewCanvas(20, 20)
	c.Fill(image.Rect(5, 5, 6, 6), blue)
	if c.At(5, 5) != color.Color(blue) || c.At(4, 5) != color.Color(black) || c.At(-1, 99) != color.Color(black) {
		t.Error("the pixels are not what was drawn")
	}
	if c.RGBA().RGBAAt(5, 5) != blue {
		t.Error("the copy differs")
	}
	c.Fill(image.Rect(0, 0, 1, 1), color.RGBA{R: 9}) // transparent colours do not exist here
	if c.RGBAAt(0, 0) != (color.RGBA{9, 0, 0, 255}) {
		t.Error("a pixel is not opaque")
	}
}
