package display

import (
	"errors"
	"image"
	"image/color"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"
)

var (
	white = color.RGBA{255, 255, 255, 255}
	red   = color.RGBA{255, 0, 0, 255}
)

func config(t *testing.T, format Format, stride int) FramebufferConfig {
	return FramebufferConfig{
		Path: filepath.Join(t.TempDir(), "fb0"), Width: 32, Height: 16, Format: format, Stride: stride,
	}
}

func open(t *testing.T, cfg FramebufferConfig) *Framebuffer {
	t.Helper()
	b, err := OpenFramebuffer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// What is drawn comes back out of the file, in both formats and with rows that have a gap.
func TestFramebufferRoundTrip(t *testing.T) {
	for _, tt := range []struct {
		format Format
		stride int
		size   int64
	}{{"", 0, 2048}, {XRGB8888, 0, 2048}, {XRGB8888, 160, 2560}, {RGB565, 0, 1024}, {RGB565, 80, 1280}} {
		cfg := config(t, tt.format, tt.stride)
		f := open(t, cfg)
		c := NewCanvas(32, 16)
		c.Fill(c.Bounds(), white)
		c.Text(0, 0, "中", Style{Ink: red, Paper: color.RGBA{0, 255, 0, 255}})
		c.Text(16, 0, "a", Style{Ink: color.RGBA{0, 0, 255, 255}})
		if err := c.Flush(f); err != nil {
			t.Fatal(err)
		}
		img, err := ReadFramebuffer(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for y := range 16 {
			for x := range 32 {
				if img.RGBAAt(x, y) != c.RGBAAt(x, y) {
					t.Fatalf("%s, stride %d: pixel %d,%d is %v", tt.format, tt.stride, x, y, img.RGBAAt(x, y))
				}
			}
		}
		if info, err := os.Stat(cfg.Path); err != nil || info.Size() != tt.size {
			t.Errorf("%s, stride %d: %v bytes, want %d", tt.format, tt.stride, info.Size(), tt.size)
		}
	}
}

// The bytes are those that a panel's driver documents.
func TestPixelBytes(t *testing.T) {
	for format, want := range map[Format]string{
		XRGB8888: "\xBC\x5A\x12\xFF",
		RGB565:   "\xD7\x12", // 00010 010110 10111
	} {
		cfg := config(t, format, 0)
		c := NewCanvas(32, 16)
		c.Fill(c.Bounds(), color.RGBA{0x12, 0x5A, 0xBC, 255})
		if err := c.Flush(open(t, cfg)); err != nil {
			t.Fatal(err)
		}
		mem, err := os.ReadFile(cfg.Path)
		if err != nil || string(mem[:len(want)]) != want {
			t.Errorf("%s: % X, want % X (%v)", format, mem[:len(want)], want, err)
		}
	}
}

// Nothing outside of the changed rectangles is written: what somebody else put there stays.
func TestFramebufferWritesOnlyChanges(t *testing.T) {
	cfg := config(t, XRGB8888, 0)
	f := open(t, cfg)
	c := NewCanvas(32, 16)
	if err := c.Flush(f); err != nil {
		t.Fatal(err)
	}
	for i := range f.mem {
		f.mem[i] = 0x77
	}
	c.Fill(image.Rect(9, 3, 10, 4), red)
	if err := c.Flush(f); err != nil {
		t.Fatal(err)
	}
	changed := image.Rect(8, 0, 16, 16)
	for y := range 16 {
		for x := range 32 {
			stays := f.mem[4*(y*32+x)] == 0x77
			if stays == (image.Point{X: x, Y: y}).In(changed) {
				t.Fatalf("pixel %d,%d: written %v", x, y, !stays)
			}
		}
	}
}

func TestCanvasLargerThanTheScreen(t *testing.T) {
	f := open(t, config(t, RGB565, 0))
	c := NewCanvas(100, 100)
	if err := c.Flush(f); err != nil {
		t.Fatal(err)
	}
	small := NewCanvas(3, 3)
	if err := small.Flush(f); err != nil {
		t.Fatal(err)
	}
}

func TestFramebufferRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		cfg  FramebufferConfig
		want error
	}{
		"format":         {FramebufferConfig{Path: dir + "/a", Width: 8, Height: 8, Format: "bgr24"}, ErrFormat},
		"no size":        {FramebufferConfig{Path: dir + "/a"}, nil},
		"huge":           {FramebufferConfig{Path: dir + "/a", Width: 1 << 30, Height: 8}, nil},
		"short stride":   {FramebufferConfig{Path: dir + "/a", Width: 8, Height: 8, Stride: 31}, nil},
		"absurd stride":  {FramebufferConfig{Path: dir + "/a", Width: 8, Height: 8, Stride: 1 << 30}, nil},
		"missing driver": {FramebufferConfig{Path: "/dev/fb99", Width: 8, Height: 8}, fs.ErrNotExist},
		"no folder":      {FramebufferConfig{Path: dir + "/none/a", Width: 8, Height: 8}, fs.ErrNotExist},
		"a folder":       {FramebufferConfig{Path: dir, Width: 8, Height: 8}, nil},
		"other device":   {FramebufferConfig{Path: "/dev/null", Width: 8, Height: 8}, nil},
		"empty path":     {FramebufferConfig{Width: 8, Height: 8}, nil},
	} {
		b, err := OpenFramebuffer(tt.cfg)
		if err == nil {
			b.Close()
			t.Errorf("%s: accepted", name)
		} else if tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if _, err := os.Stat("/dev/fb99"); err == nil {
		t.Error("a plain file was left where a device node belongs")
	}
}

// The file is cut short by somebody else: an error each time, no crash, and the picture again once the file
// has its size back.
func TestFramebufferCutShort(t *testing.T) {
	cfg := config(t, XRGB8888, 0)
	f := open(t, cfg)
	c := NewCanvas(32, 16)
	if err := c.Flush(f); err != nil {
		t.Fatal(err)
	}
	// Inside its last page a cut file does not fault: what is written beyond its end is just lost.
	if err := os.Truncate(cfg.Path, 32*16*4-1); err != nil {
		t.Fatal(err)
	}
	c.Fill(c.Bounds(), white)
	if err := c.Flush(f); !errors.Is(err, ErrShort) {
		t.Errorf("flush into a file one byte short: %v", err)
	}
	if err := os.Truncate(cfg.Path, 0); err != nil {
		t.Fatal(err)
	}
	c.Fill(c.Bounds(), red)
	for range 2 {
		if err := c.Flush(f); !errors.Is(err, ErrShort) || !strings.Contains(err.Error(), cfg.Path) {
			t.Errorf("flush into a cut file: %v", err)
		}
	}
	// Cut after the check, in the middle of the copy: the fault itself must become the error.
	if err := f.write(c, []image.Rectangle{c.Bounds()}); !errors.Is(err, ErrShort) {
		t.Errorf("copy into a cut file: %v", err)
	}
	if _, err := ReadFramebuffer(cfg); !errors.Is(err, ErrShort) {
		t.Errorf("reading a cut file: %v", err)
	}
	if err := os.Truncate(cfg.Path, 32*16*4); err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(f); err != nil {
		t.Errorf("flush into the mended file: %v", err)
	}
	if img, err := ReadFramebuffer(cfg); err != nil || img.RGBAAt(31, 15) != red {
		t.Errorf("the mended file shows something else (%v)", err)
	}
}

func TestFramebufferClosed(t *testing.T) {
	b, err := OpenFramebuffer(config(t, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := NewCanvas(32, 16).Flush(b); !errors.Is(err, os.ErrClosed) {
		t.Errorf("flush after close: %v", err)
	}
}

// The kernel fills these structs in: their sizes are part of its interface.
func TestKernelStructs(t *testing.T) {
	if n := unsafe.Sizeof(fbVar{}); n != 160 {
		t.Errorf("fb_var_screeninfo has %d bytes, want 160", n)
	}
	want := uintptr(68)
	if unsafe.Sizeof(uintptr(0)) == 8 {
		want = 80
	}
	if n := unsafe.Sizeof(fbFix{}); n != want {
		t.Errorf("fb_fix_screeninfo has %d bytes, want %d", n, want)
	}
}

// What devices answer, and what becomes of it.
func TestDescribe(t *testing.T) {
	xrgb := fbVar{xres: 320, yres: 240, bitsPerPixel: 32, red: fbBitfield{16, 8, 0}, green: fbBitfield{8, 8, 0}, blue: fbBitfield{0, 8, 0}}
	rgb := fbVar{xres: 320, yres: 240, bitsPerPixel: 16, red: fbBitfield{11, 5, 0}, green: fbBitfield{5, 6, 0}, blue: fbBitfield{0, 5, 0}}
	panned := rgb
	panned.xoffset, panned.yoffset = 2, 240
	bgr := xrgb
	bgr.red, bgr.blue = bgr.blue, bgr.red
	mono := fbVar{xres: 128, yres: 64, bitsPerPixel: 1}
	for name, tt := range map[string]struct {
		v    fbVar
		fix  fbFix
		want geometry
		err  error
	}{
		"32 bits":   {xrgb, fbFix{lineLength: 1280, smemLen: 307200}, geometry{320, 240, 1280, 0, XRGB8888}, nil},
		"wide rows": {xrgb, fbFix{lineLength: 2048, smemLen: 1 << 20}, geometry{320, 240, 2048, 0, XRGB8888}, nil},
		"16 bits":   {rgb, fbFix{lineLength: 640, smemLen: 153600}, geometry{320, 240, 640, 0, RGB565}, nil},
		"panned":    {panned, fbFix{lineLength: 640, smemLen: 400000}, geometry{320, 240, 640, 240*640 + 4, RGB565}, nil},
		"too short": {xrgb, fbFix{lineLength: 1280, smemLen: 307199}, geometry{}, ErrShort},
		"bgr":       {bgr, fbFix{lineLength: 1280, smemLen: 307200}, geometry{}, ErrFormat},
		"mono":      {mono, fbFix{lineLength: 16, smemLen: 1024}, geometry{}, ErrFormat},
	} {
		got, err := describe(&tt.v, &tt.fix)
		if !errors.Is(err, tt.err) || err == nil && got != tt.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
