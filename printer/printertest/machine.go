package printertest

import (
	"fmt"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// maxItems bounds how often one line can be overprinted.
const maxItems = 1024

// Unknown is something in the stream that means nothing to the printer.
type Unknown struct {
	Offset int64  // of its last byte, since the printer was made
	Bytes  []byte // at most 32
	Why    string
}

func (u Unknown) String() string { return fmt.Sprintf("byte %d: % x: %s", u.Offset, u.Bytes, u.Why) }

// A style is how characters look.
type style struct {
	face       face
	wide, high int // 1–8
	kWide      int // of Chinese characters
	kHigh      int
	bold       bool
	under      int // thickness in dots, 0–2
	kUnder     bool
	invert     bool
	turned     bool // by 90° clockwise
}

// A machine carries out commands on a roll. It has no clock, no line and no lock.
type machine struct {
	cfg     Config
	roll    *roll
	frames  framer
	offset  int64
	answer  func([]byte)    // sends to the host
	sensors func() sensors  // what the sensors say
	cutting func() bool     // false when the cutter is stuck
	unknown []Unknown       // since the last tear, at most maxUnknown
	kicks   int             // pulses to the drawer
	logos   map[int]*bitmap // NV bit images, by number: they survive the power

	// What ESC @ resets.
	style
	align    int
	spacing  int // line spacing in dots
	gap      int // right-side space of a character
	left     int // margin
	area     int // print width
	upside   bool
	chinese  bool
	utf8     bool
	page     func(b byte) rune // of ESC t
	pending  []byte            // of a character of several bytes
	tabs     []int
	line     []item
	x        int // in the line
	asb      byte
	qr       symbol
	barcode  barcodeStyle
	download *bitmap // GS *
	graphics *bitmap // GS ( L print buffer
	paper    *pageMode
}

// An item is a character or picture in the line.
type item struct {
	pic  *bitmap
	x    int
	text string
}

func newMachine(cfg Config) *machine {
	m := &machine{
		cfg: cfg, roll: newRoll(cfg.Dots), logos: map[int]*bitmap{},
		answer: func([]byte) {}, sensors: func() sensors { return sensors{} }, cutting: func() bool { return true },
	}
	m.reset()
	return m
}

// reset is ESC @ and power-up: settings go back, the line is forgotten; the paper stays.
func (m *machine) reset() {
	m.style = style{face: fontA, wide: 1, high: 1, kWide: 1, kHigh: 1}
	m.align, m.spacing, m.gap, m.left, m.area = 0, 30, 0, 0, m.cfg.Dots
	m.upside, m.utf8, m.pending = false, false, nil
	m.chinese = m.cfg.Chinese != ChineseOff
	m.page = charmap.CodePage437.DecodeByte
	m.tabs = nil
	for x := 8 * fontA.w; x < m.cfg.Dots; x += 8 * fontA.w {
		m.tabs = append(m.tabs, x)
	}
	m.line, m.x = nil, 0
	m.qr = symbol{module: 3, level: '0'}
	m.barcode = barcodeStyle{module: 3, high: 162}
	m.graphics, m.paper = nil, nil
}

// powerUp is reset and what only power clears.
func (m *machine) powerUp() {
	m.reset()
	m.frames, m.asb, m.download = framer{}, 0, nil
}

// feed takes one byte of the stream.
func (m *machine) feed(b byte) {
	m.offset++
	fr, ok := m.frames.feed(b)
	switch {
	case !ok:
		return
	case fr.name == "":
		m.character(fr.text)
		return
	}
	m.endText()
	switch {
	case fr.def == nil:
		m.report([]byte(fr.name), "no such command")
	case fr.lost > 0:
		m.report([]byte(fr.name), fmt.Sprintf("data of %d bytes: more than a printer holds", len(fr.payload)+fr.lost))
	case fr.def.run != nil:
		fr.def.run(m, fr.args, fr.payload)
	}
}

// report keeps something unknown.
func (m *machine) report(b []byte, why string) {
	if len(m.unknown) < maxUnknown {
		m.unknown = append(m.unknown, Unknown{m.offset, append([]byte(nil), b[:min(len(b), 32)]...), why})
	}
}

// put adds a picture to the line, and breaks the line before it where it does not fit.
func (m *machine) put(pic *bitmap, text string) {
	if m.x > 0 && m.x+pic.w > m.width() || len(m.line) >= maxItems {
		m.newline(m.spacing)
	}
	m.line = append(m.line, item{pic, m.x, text})
	m.x += pic.w
}

// width is how wide a line may be.
func (m *machine) width() int {
	if m.paper != nil {
		w, _ := m.paper.size()
		return w
	}
	return max(1, min(m.area, m.cfg.Dots-m.left))
}

// newline prints the line and feeds the paper: by the line's height or by feed, whichever is more.
func (m *machine) newline(feed int) {
	pic, text := m.compose()
	m.line, m.x = nil, 0
	if m.paper != nil {
		m.paper.line(pic, feed)
		if text != "" {
			m.paper.text = append(m.paper.text, text)
		}
		return
	}
	if pic == nil {
		m.roll.feed(feed)
		if feed > 0 {
			m.roll.write("")
		}
		return
	}
	x := m.place(pic.w)
	m.roll.stamp(pic, x, feed)
	if text != "" {
		m.roll.write(strings.Repeat(" ", x/fontA.w) + text)
	} else {
		m.roll.picture(pic.w, pic.h)
	}
}

// flush prints what is in the line before something that begins a new one.
func (m *machine) flush() {
	if len(m.line) > 0 {
		m.newline(m.spacing)
	}
}

// place is where something of width w begins, by the alignment.
func (m *machine) place(w int) int {
	return m.left + max(0, m.width()-w)*m.align/2
}

// compose draws the line: items stand on one base line. It returns nil for an empty one.
func (m *machine) compose() (*bitmap, string) {
	if len(m.line) == 0 {
		return nil, ""
	}
	w, h := 0, 0
	for _, it := range m.line {
		w, h = max(w, it.x+it.pic.w), max(h, it.pic.h)
	}
	out := newBitmap(min(w, m.width()), h)
	var text strings.Builder
	column := 0
	for _, it := range m.line {
		out.draw(it.pic, it.x, h-it.pic.h)
		if it.text == "" {
			continue
		}
		if gap := (it.x - column) / fontA.w; gap > 0 {
			text.WriteString(strings.Repeat(" ", gap))
		}
		text.WriteString(it.text)
		column = it.x + it.pic.w
	}
	if m.upside {
		out = out.turn(2)
	}
	return out, text.String()
}

// picture prints a picture that stands alone.
func (m *machine) picture(pic *bitmap) {
	m.flush()
	if m.paper != nil {
		m.paper.picture(pic, m.x)
		return
	}
	m.roll.stamp(pic, m.place(pic.w), 0)
	m.roll.picture(pic.w, pic.h)
}
