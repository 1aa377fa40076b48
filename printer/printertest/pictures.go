package printertest

import "fmt"

// pictureCommands are bit images, rasters and graphics. Sizes are bounded by maxPayload.
var pictureCommands = map[string]*command{
	"\x1B*": {args: 3, size: bitImageSize, run: (*machine).bitImage},
	"\x1Dv0": {args: 5, size: func(a, _ []byte) int { return word(a[1:]) * word(a[3:]) },
		run: (*machine).raster},
	"\x1D*": {args: 2, size: func(a, _ []byte) int { return int(a[0]) * int(a[1]) * 8 },
		run: func(m *machine, a, p []byte) { m.download = fromColumns(int(a[0])*8, int(a[1]), p) }},
	"\x1D/":  set((*machine).printDownload),
	"\x1Cp":  short(2, func(m *machine, a []byte) { m.logo(int(a[0]), int(a[1])) }),
	"\x1Cq":  {args: 1, chained: true, size: logoSize, run: (*machine).defineLogos},
	"\x1D(L": {args: 2, size: sized, run: func(m *machine, _, p []byte) { m.graphic(p) }},
	"\x1D8L": {args: 4, size: func(a, _ []byte) int { return min(word(a)+word(a[2:])<<16, 1<<31-1) },
		run: func(m *machine, _, p []byte) { m.graphic(p) }},
	"\x1DQ0": {args: 5, size: func(a, _ []byte) int { return word(a[1:]) * word(a[3:]) }, run: (*machine).columnBits},
}

// bitImageSize is the size of ESC * m nL nH: columns of 8 or 24 dots.
func bitImageSize(a, _ []byte) int {
	if a[0] >= 32 {
		return 3 * word(a[1:])
	}
	return word(a[1:])
}

// bitImage is ESC *: a picture in the line. Modes 0 and 32 have half the dots across, 0 and 1 a third of those
// down.
func (m *machine) bitImage(a, p []byte) {
	high, wide := 1, 1
	switch a[0] {
	case 0:
		wide, high = 2, 3
	case 1:
		high = 3
	case 32:
		wide = 2
	case 33:
	default:
		m.report(append([]byte{0x1B, '*'}, a...), "no such bit image mode")
		return
	}
	rows := 1
	if a[0] >= 32 {
		rows = 3
	}
	n := word(a[1:])
	pic := m.clip(fromColumns(n, rows, p)).scale(wide, high)
	m.put(m.clip(pic), "")
}

// clip cuts off what is wider than the paper, as the head does.
func (m *machine) clip(pic *bitmap) *bitmap {
	if pic.w <= m.cfg.Dots {
		return pic
	}
	out := newBitmap(m.cfg.Dots, pic.h)
	out.draw(pic, 0, 0)
	return out
}

// raster is GS v 0 m: bit 0 of m doubles the width, bit 1 the height.
func (m *machine) raster(a, p []byte) {
	if a[0]&^0x30 > 3 {
		m.report(append([]byte{0x1D, 'v', '0'}, a...), "no such raster mode")
		return
	}
	w, h := word(a[1:])*8, word(a[3:])
	if w == 0 || h == 0 {
		m.report(append([]byte{0x1D, 'v', '0'}, a...), "an empty raster")
		return
	}
	m.picture(m.rows(w, h, 1+int(a[0]&1), 1+int(a[0]>>1&1), p))
}

// rows is a raster clipped to the paper and doubled.
func (m *machine) rows(w, h, wide, high int, p []byte) *bitmap {
	h = min(h, maxRows/high)
	if stride := (w + 7) / 8; len(p) < stride*h {
		h = len(p) / stride
	}
	return m.clip(m.clip(fromRows(w, h, p)).scale(wide, high))
}

// printDownload is GS / m: the picture of GS *, in the sizes of a raster.
func (m *machine) printDownload(n int) {
	if m.download == nil {
		m.report([]byte{0x1D, '/', byte(n)}, "no downloaded bit image")
		return
	}
	m.picture(m.clip(m.download.scale(1+n&1, 1+n>>1&1)))
}

// logoSize is the size of FS q n [xL xH yL yH data]…
func logoSize(a, p []byte) int {
	return chain(p, int(a[0]), func(head []byte) (int, int) {
		if len(head) == 0 {
			return 4, 0
		}
		return 4, word(head) * word(head[2:]) * 8
	})
}

// defineLogos is FS q: x and y are in units of 8 dots, the data columns.
func (m *machine) defineLogos(a, p []byte) {
	clear(m.logos)
	for i := range int(a[0]) {
		x, y := word(p), word(p[2:])
		n := 8 * x * y
		if y > 0 && x > 0 {
			m.logos[i+1] = m.clip(fromColumns(8*x, y, p[4:4+n]))
		}
		p = p[4+n:]
	}
}

// logo is FS p n m. A logo that was never stored here is in the memory of somebody's printer: a frame stands
// for it.
func (m *machine) logo(n, mode int) {
	pic := m.logos[n]
	if pic == nil {
		pic = placeholder(fmt.Sprintf("NV LOGO %d", n))
	}
	m.picture(m.clip(pic.scale(1+mode&1, 1+mode>>1&1)))
}

// placeholder is a frame with a name in it.
func placeholder(name string) *bitmap {
	out := newBitmap(16+fontA.w*len(name), 64)
	for x := range out.w {
		out.fill(x, 0, 1, 2)
		out.fill(x, out.h-2, 1, 2)
	}
	out.fill(0, 0, 2, out.h)
	out.fill(out.w-2, 0, 2, out.h)
	for i, r := range name {
		out.draw(glyph(r, fontA, 1), 8+i*fontA.w, 20)
	}
	return out
}

// graphic is GS ( L and GS 8 L: function 112 stores a raster in the print buffer, 113 columns, 50 prints it; 69
// prints a logo by its key.
func (m *machine) graphic(p []byte) {
	bad := func(why string) { m.report(append([]byte{0x1D, '(', 'L'}, p[:min(len(p), 16)]...), why) }
	if len(p) < 2 || p[0] != 48 {
		bad("no such graphics function")
		return
	}
	switch fn := p[1]; fn {
	case 2, 50:
		if m.graphics != nil {
			m.picture(m.graphics)
			m.graphics = nil
		}
	case 112, 113:
		if !m.storeGraphic(fn == 113, p[2:]) {
			bad("graphics whose size and data disagree")
		}
	case 69, 85:
		if len(p) >= 6 {
			m.picture(placeholder("NV LOGO " + string(printable(p[2:4]))))
		}
	case 0, 48, 1, 49, 3, 51, 4, 52, 64, 65, 66, 80, 81, 82: // settings and memory, nothing to draw
	default:
		bad("no such graphics function")
	}
}

// storeGraphic takes a bx by c xL xH yL yH data.
func (m *machine) storeGraphic(columns bool, p []byte) bool {
	if len(p) < 8 || p[0] != 48 || p[1] < 1 || p[1] > 2 || p[2] < 1 || p[2] > 2 {
		return false
	}
	w, h, data := word(p[4:]), word(p[6:]), p[8:]
	need := (w + 7) / 8 * h
	if columns {
		need = w * ((h + 7) / 8)
	}
	if w == 0 || h == 0 || len(data) != need {
		return false
	}
	pic := fromRows(w, h, data)
	if columns {
		pic = fromColumns(w, (h+7)/8, data)
	}
	m.graphics = m.clip(m.clip(pic).scale(int(p[1]), int(p[2])))
	return true
}

// columnBits is GS Q 0: a picture of variable height, its bytes in columns.
func (m *machine) columnBits(a, p []byte) {
	w, high := word(a[1:]), word(a[3:])
	if w == 0 || high == 0 {
		m.report(append([]byte{0x1D, 'Q', '0'}, a...), "an empty picture")
		return
	}
	m.picture(m.clip(fromColumns(w, high, p).scale(1+int(a[0]&1), 1+int(a[0]>>1&1))))
}

// printable replaces what is not ASCII by question marks.
func printable(b []byte) []byte {
	out := append([]byte(nil), b...)
	for i, c := range out {
		if c < 0x20 || c > 0x7E {
			out[i] = '?'
		}
	}
	return out
}
