package printertest_test

import (
	"bytes"
	"fmt"
	"image"
	"testing"

	"smartpos/printer/printertest"
)

// pattern is a picture of 48×24 dots without symmetry.
func pattern(x, y int) bool { return x < 48 && y < 24 && (x*7+y*y*3+x*y)%5 < 2 }

// byRows packs a picture in rows, byColumns in columns of high bytes.
func byRows(w, h int, at func(x, y int) bool) []byte {
	out := make([]byte, (w+7)/8*h)
	for y := range h {
		for x := range w {
			if at(x, y) {
				out[y*((w+7)/8)+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return out
}

func byColumns(w, high int, at func(x, y int) bool) []byte {
	out := make([]byte, w*high)
	for x := range w {
		for y := range 8 * high {
			if at(x, y) {
				out[x*high+y/8] |= 0x80 >> (y % 8)
			}
		}
	}
	return out
}

// dots reads the picture back from the paper: the first w×h dots of the print area.
func dots(img image.Image, w, h int) string {
	var b bytes.Buffer
	for y := range h {
		for x := range w {
			r, _, _, _ := img.At(40+x, 22+y).RGBA()
			b.WriteByte(" #"[(0xFFFF-r)>>15])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// want is a picture with every dot wide×high.
func want(wide, high int, at func(x, y int) bool) string {
	var b bytes.Buffer
	for y := range 24 * high {
		for x := range 48 * wide {
			if at(x/wide, y/high) {
				b.WriteByte('#')
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// One picture, sent in all the ways there are, is the same on paper.
func TestPictures(t *testing.T) {
	rows, columns := byRows(48, 24, pattern), byColumns(48, 3, pattern)
	stripe := func(from int) []byte {
		return byColumns(48, 1, func(x, y int) bool { return pattern(x, y+from) })
	}
	var narrow bytes.Buffer // ESC * 1: 8 dots of three times the height
	narrow.WriteString("\x1B3\x18")
	for i := range 3 {
		fmt.Fprintf(&narrow, "\x1B*\x01\x30\x00%s\n", stripe(8*i))
	}
	type shape struct{ wide, high int }
	for name, c := range map[string]struct {
		bytes string
		shape shape
	}{
		"GS v 0 normal":        {"\x1Dv0\x00\x06\x00\x18\x00" + string(rows), shape{1, 1}},
		"GS v 0 wide":          {"\x1Dv0\x01\x06\x00\x18\x00" + string(rows), shape{2, 1}},
		"GS v 0 high":          {"\x1Dv0\x02\x06\x00\x18\x00" + string(rows), shape{1, 2}},
		"GS v 0 quadruple":     {"\x1Dv0\x03\x06\x00\x18\x00" + string(rows), shape{2, 2}},
		"GS v 0 '0'":           {"\x1Dv00\x06\x00\x18\x00" + string(rows), shape{1, 1}},
		"GS v 0 in bands":      {"\x1Dv0\x00\x06\x00\x0C\x00" + string(rows[:72]) + "\x1Dv0\x00\x06\x00\x0C\x00" + string(rows[72:]), shape{1, 1}},
		"ESC * 33":             {"\x1B*\x21\x30\x00" + string(columns) + "\n", shape{1, 1}},
		"ESC * 32":             {"\x1B*\x20\x30\x00" + string(columns) + "\n", shape{2, 1}},
		"ESC * 1":              {narrow.String(), shape{1, 3}},
		"GS * GS /":            {"\x1D*\x06\x03" + string(columns) + "\x1D/\x00", shape{1, 1}},
		"GS * GS / quadruple":  {"\x1D*\x06\x03" + string(columns) + "\x1D/\x03", shape{2, 2}},
		"FS q FS p":            {"\x1Cq\x01\x06\x00\x03\x00" + string(columns) + "\x1Cp\x01\x00", shape{1, 1}},
		"GS Q 0":               {"\x1DQ0\x00\x30\x00\x03\x00" + string(columns), shape{1, 1}},
		"GS ( L raster":        {"\x1D(L\x9A\x00\x30\x70\x30\x01\x01\x31\x30\x00\x18\x00" + string(rows) + "\x1D(L\x02\x00\x30\x32", shape{1, 1}},
		"GS ( L columns":       {"\x1D(L\x9A\x00\x30\x71\x30\x01\x01\x31\x30\x00\x18\x00" + string(columns) + "\x1D(L\x02\x00\x30\x32", shape{1, 1}},
		"GS 8 L":               {"\x1D8L\x9A\x00\x00\x00\x30\x70\x30\x01\x01\x31\x30\x00\x18\x00" + string(rows) + "\x1D(L\x02\x00\x30\x02", shape{1, 1}},
		"GS 8 L doubled":       {"\x1D8L\x9A\x00\x00\x00\x30\x70\x30\x02\x02\x31\x30\x00\x18\x00" + string(rows) + "\x1D(L\x02\x00\x30\x02", shape{2, 2}},
		"page mode":            {"\x1BL\x1Dv0\x00\x06\x00\x18\x00" + string(rows) + "\x0C", shape{1, 1}},
		"page mode, ESC W":     {"\x1BL\x1BW\x00\x00\x00\x00\x80\x01\x80\x01\x1Dv0\x03\x06\x00\x18\x00" + string(rows) + "\x0C", shape{2, 2}},
		"after other commands": {"\x1B@\x1C&\x1B7\x07\x50\x02\x12#\x0F\x1D(K\x02\x00\x31\x02\x1Dv0\x00\x06\x00\x18\x00" + string(rows), shape{1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			p := printertest.Draw(printertest.Config{}, []byte(c.bytes))
			if u := p.Unknown(); len(u) > 0 {
				t.Errorf("unknown: %v", u)
			}
			if got, want := dots(p.Image(), 48*c.shape.wide, 24*c.shape.high), want(c.shape.wide, c.shape.high, pattern); got != want {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
		})
	}
}

// Characters are turned and doubled, lines aligned: what stands where is checked by mirrored twins.
func TestStyles(t *testing.T) {
	upright := printertest.Draw(printertest.Config{}, []byte("A\n"))
	for name, c := range map[string]struct {
		bytes    string
		from, at func(x, y int) (int, int)
	}{
		"right":       {"\x1Ba\x02A\n", same, func(x, y int) (int, int) { return 372 + x, y }},
		"absolute":    {"\x1B$\x64\x00A\n", same, func(x, y int) (int, int) { return 100 + x, y }},
		"left margin": {"\x1DL\x32\x00A\n", same, func(x, y int) (int, int) { return 50 + x, y }},
		"tab":         {"\tA\n", same, func(x, y int) (int, int) { return 96 + x, y }},
		"double":      {"\x1D!\x11A\n", same, func(x, y int) (int, int) { return 2*x + 1, 2*y + 1 }},
		"ESC ! wide":  {"\x1B!\x20A\n", same, func(x, y int) (int, int) { return 2 * x, y }},
		"upside down": {"\x1B{\x01A\n", same, func(x, y int) (int, int) { return 11 - x, 23 - y }},
		"turned":      {"\x1BV\x01A\n", same, func(x, y int) (int, int) { return 23 - y, x }},
	} {
		t.Run(name, func(t *testing.T) {
			p := printertest.Draw(printertest.Config{}, []byte(c.bytes)).Image()
			for y := range 24 {
				for x := range 12 {
					px, py := c.at(x, y)
					if black(upright.Image(), x, y) != black(p, px, py) {
						t.Fatalf("dot %d,%d of the letter is not at %d,%d", x, y, px, py)
					}
				}
			}
		})
	}
	inverse := printertest.Draw(printertest.Config{}, []byte("\x1DB\x01A\n")).Image()
	bold := printertest.Draw(printertest.Config{}, []byte("\x1BE\x01A\n")).Image()
	for y := range 24 {
		for x := range 12 {
			ink := black(upright.Image(), x, y)
			if ink == black(inverse, x, y) {
				t.Fatalf("inverse: dot %d,%d", x, y)
			}
			if ink && !black(bold, x, y) {
				t.Fatalf("bold lacks dot %d,%d", x, y)
			}
		}
	}
}

func same(x, y int) (int, int) { return x, y }

func black(img image.Image, x, y int) bool {
	r, _, _, _ := img.At(40+x, 22+y).RGBA()
	return r < 0x8000
}
