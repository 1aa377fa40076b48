package printertest

// maxPageRows bounds a page.
const maxPageRows = 4096

// pageMode is a page being composed: text and pictures stand anywhere on it, and it prints as a whole.
type pageMode struct {
	x, y, w, h int // the print area on the page (ESC W)
	dir        int // print direction (ESC T): 0 across, then counter-clockwise by quarters
	row        int // cursor, from the top of the area as it is read
	sheet      *bitmap
	text       []string
}

func newPage(dots int) *pageMode {
	return &pageMode{w: dots, h: 831, sheet: newBitmap(dots, 0)}
}

// size is the area's size as it is read.
func (p *pageMode) size() (w, h int) {
	if p.dir&1 == 1 {
		return p.h, p.w
	}
	return p.w, p.h
}

// line places a line of text at the cursor and moves on.
func (p *pageMode) line(pic *bitmap, feed int) {
	if pic != nil {
		p.picture(pic, 0)
		feed -= pic.h
	}
	p.row = min(p.row+max(0, feed), maxPageRows)
}

// picture places a picture at the cursor, x dots from the left, and moves below it.
func (p *pageMode) picture(pic *bitmap, x int) {
	at := func(sx, sy int) (int, int) { // where a dot of the area is on the sheet
		switch p.dir {
		case 1:
			return p.x + sy, p.y + p.h - 1 - sx
		case 2:
			return p.x + p.w - 1 - sx, p.y + p.h - 1 - sy
		case 3:
			return p.x + p.w - 1 - sy, p.y + sx
		}
		return p.x + sx, p.y + sy
	}
	w, h := p.size()
	for sy := range pic.h {
		for sx := range pic.w {
			if !pic.at(sx, sy) || x+sx >= w || p.row+sy >= h {
				continue
			}
			px, py := at(x+sx, p.row+sy)
			if py >= p.sheet.h && py < maxPageRows {
				p.sheet.grow(py + 1 - p.sheet.h)
			}
			p.sheet.set(px, py)
		}
	}
	p.row = min(p.row+pic.h, maxPageRows)
}

// printPage prints the page; it stays in page mode.
func (m *machine) printPage() {
	m.flush()
	p := m.paper
	if p.sheet.h > 0 {
		m.roll.stamp(p.sheet, 0, 0)
	}
	for _, s := range p.text {
		m.roll.write(s)
	}
	if len(p.text) == 0 && p.sheet.h > 0 {
		m.roll.picture(p.sheet.w, p.sheet.h)
	}
}

// setArea is ESC W: x, y, width and height in dots, two bytes each.
func (m *machine) setArea(a []byte) {
	if m.paper == nil {
		return
	}
	x, y, w, h := word(a), word(a[2:]), word(a[4:]), word(a[6:])
	if x >= m.cfg.Dots || w == 0 || h == 0 {
		m.report(a, "ESC W: the area lies off the page")
		return
	}
	m.flush()
	p := m.paper
	p.x, p.y, p.w, p.h, p.row = x, min(y, maxPageRows), min(w, m.cfg.Dots-x), min(h, maxPageRows), 0
}
