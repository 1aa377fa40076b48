package printer

import (
	"errors"
	"fmt"
)

// Bytes that begin commands.
const (
	dle = 0x10
	eot = 0x04
	dc2 = 0x12
	esc = 0x1B
	fs  = 0x1C
	gs  = 0x1D
	lf  = 0x0A
)

// maxBytes bounds one receipt: more than a metre of paper of text, or a dozen large QR codes.
const maxBytes = 256 << 10

// The usual line spacing and height of characters, in dots of 1/8 mm.
const (
	lineDots = 30
	charDots = 24
)

// ErrReceipt is returned when a receipt cannot be printed as it is; the error says which element and why, and
// never repeats the content of a QR code.
var ErrReceipt = errors.New("not printable")

// A job is an encoded receipt with what the driver must know to send it in parts.
type job struct {
	data []byte
	ends []end // where a command ends and another may be put between; the last is at len(data)
	ink  int   // offset of the first byte that may leave something on paper; len(data) if none does
	bulk int   // length of the longest command with a payload: what a printer may wait for at worst
}

// An end is a place between two commands.
type end struct {
	at   int // offset in job.data
	dots int // how far the paper has moved by then, about
}

// Encode returns the bytes that print r. It never returns half a receipt: with an error, which wraps
// [ErrModel] or [ErrReceipt], it returns nil.
//
//	ESC @ | density, speed | FS & | lines, rasters, QR codes, feeds, cuts
func (m Model) Encode(r Receipt) ([]byte, error) {
	j, err := m.encode(r)
	if err != nil {
		return nil, err
	}
	return j.data, nil
}

// encode is Encode with the places where commands end.
func (m Model) encode(r Receipt) (*job, error) {
	m, err := m.Check()
	if err != nil {
		return nil, err
	}
	e := &encoder{model: m, set: charset{twoByte: m.Encoding == GB2312}}
	e.put(esc, '@')
	e.put(m.settings()...)
	e.put(fs, '&')
	e.end(0)
	e.job.ink = -1
	for i, el := range r.Elements {
		if err := e.element(el); err != nil {
			return nil, fmt.Errorf("printer: %w: element %d, %T: %w", ErrReceipt, i+1, el, err)
		}
		if len(e.job.data) > maxBytes {
			return nil, fmt.Errorf("printer: %w: longer than %d bytes", ErrReceipt, maxBytes)
		}
	}
	if e.job.ink < 0 {
		e.job.ink = len(e.job.data)
	}
	return &e.job, nil
}

// An encoder writes commands and remembers what the printer is set to, so that only changes are sent.
type encoder struct {
	model Model
	set   charset
	now   style // after ESC @: left, normal
	dots  int
	job   job
}

func (e *encoder) put(b ...byte) { e.job.data = append(e.job.data, b...) }

// end marks the end of a command that moved the paper by dots.
func (e *encoder) end(dots int) {
	e.dots += dots
	e.job.ends = append(e.job.ends, end{len(e.job.data), e.dots})
}

// inks marks that the next byte may leave something on paper.
func (e *encoder) inks() {
	if e.job.ink < 0 {
		e.job.ink = len(e.job.data)
	}
}

func (e *encoder) element(el Element) error {
	switch el := el.(type) {
	case Text, Pair, Columns, Rule:
		for _, l := range e.set.lines(el, e.model.Columns) {
			e.line(l)
		}
		return nil
	case Feed:
		return e.feed(el.Lines)
	case Cut:
		e.cut()
		return nil
	case QR:
		return e.qr(el)
	}
	return errors.New("unknown kind of element")
}

// line prints one line of text.
func (e *encoder) line(l line) {
	if len(l.text) > 0 {
		e.align(l.align)
		e.style(l.style)
		e.inks()
		for _, r := range l.text {
			e.job.data = e.set.encode(e.job.data, r)
		}
	}
	e.inks()
	e.put(lf)
	if l.size&Tall == 0 {
		e.end(lineDots)
		return
	}
	e.end(2 * charDots) // as high as its characters: printers leave no space below
	e.space(lineDots - charDots)
}

func (e *encoder) align(a Align) {
	if a > Right {
		a = Left
	}
	if a != e.now.align {
		e.put(esc, 'a', byte(a))
		e.now.align = a
	}
}

// style sends what differs between two lines' characters.
func (e *encoder) style(s style) {
	if s.size != e.now.size {
		e.put(gs, '!', byte(s.size&Wide)<<4|byte(s.size&Tall)>>1)
	}
	e.toggle(s.bold, e.now.bold, esc, 'E')
	e.toggle(s.invert, e.now.invert, gs, 'B')
	if s.underline != e.now.underline {
		e.toggle(s.underline, e.now.underline, esc, '-')
		e.toggle(s.underline, e.now.underline, fs, '-') // Chinese characters have a switch of their own
	}
	s.align = e.now.align
	e.now = s
}

func (e *encoder) toggle(want, is bool, command ...byte) {
	if want == is {
		return
	}
	e.put(command...)
	if want {
		e.put(1)
	} else {
		e.put(0)
	}
}

// feed moves the paper by lines.
func (e *encoder) feed(lines int) error {
	if lines < 0 || lines > 255 {
		return fmt.Errorf("%d lines: 0 to 255", lines)
	}
	if lines == 0 {
		return nil
	}
	e.inks()
	switch {
	case lines > 2:
		e.put(esc, 'd', byte(lines))
	case lines == 2:
		e.put(lf, lf)
	default:
		e.put(lf)
	}
	e.end(lines * lineDots)
	return nil
}

// space moves the paper by dots, 0–255.
func (e *encoder) space(dots int) {
	if dots <= 0 {
		return
	}
	e.inks()
	e.put(esc, 'J', byte(min(dots, 255)))
	e.end(dots)
}

// tearLines is how far below the head the edge lies at which paper is torn off by hand.
const tearLines = 4

// cut ends the piece of paper. GS V 65 and 66 feed to the cutter first, however far that is, and a little more,
// so that the last line does not stand at the edge.
func (e *encoder) cut() {
	e.inks()
	switch e.model.Cut {
	case CutFull:
		e.put(gs, 'V', 65, charDots)
	case CutPartial:
		e.put(gs, 'V', 66, charDots)
	default:
		e.put(esc, 'd', tearLines)
	}
	e.end(tearLines * lineDots)
}
