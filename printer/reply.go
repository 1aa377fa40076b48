package printer

// A kind is what a byte from the printer answers.
type kind uint8

// The kinds of bytes, told apart by their fixed bits:
//
//	0xx1xx10  DLE EOT n
//	0xx1xx00  ASB, first of four bytes; the other three are 0xx0xxxx and follow at once
//	0xx0xxxx  GS r n, GS I n
//	00010001  XON, 00010011 XOFF
//	others    nothing that a printer says: noise
const (
	noise kind = iota
	answerDLE
	answerASB
	answerGS
	xon
	xoff
)

// A reply is one answer of the printer.
type reply struct {
	kind kind
	b    byte    // the byte; of an ASB its first
	asb  [4]byte // an ASB, whole
}

// A replyParser tells the printer's answers apart. Its zero value is ready; it never holds more than an ASB.
type replyParser struct {
	asb [4]byte
	n   int // bytes of an ASB so far
}

// feed takes one byte and returns an answer when it ends one.
func (p *replyParser) feed(b byte) (reply, bool) {
	if p.n > 0 && b&0x90 == 0 {
		p.asb[p.n] = b
		if p.n++; p.n < 4 {
			return reply{}, false
		}
		p.n = 0
		return reply{kind: answerASB, b: p.asb[0], asb: p.asb}, true
	}
	switch {
	case b == 0x11:
		return reply{kind: xon, b: b}, true // may stand between the bytes of an ASB
	case b == 0x13:
		return reply{kind: xoff, b: b}, true
	}
	p.n = 0 // an ASB that broke off
	switch {
	case b&0x93 == 0x12:
		return reply{kind: answerDLE, b: b}, true
	case b&0x93 == 0x10:
		p.asb[0], p.n = b, 1
		return reply{}, false
	case b&0x90 == 0:
		return reply{kind: answerGS, b: b}, true
	}
	return reply{kind: noise, b: b}, true
}

// Status is what the printer's sensors say.
type Status struct {
	Online    bool // ready to print
	CoverOpen bool
	PaperOut  bool // the end of the roll: nothing can be printed
	NearEnd   bool // little paper is left; false where the model has no such sensor
	Cutter    bool // the cutter is stuck
	Fatal     bool // an error that only switching it off and on may mend
	Error     bool // any error, the two above included
	Feeding   bool // somebody holds the feed button
}

// Fault is why the printer cannot print, the reason to mend first; false when it can.
func (s Status) Fault() (Cause, bool) {
	switch {
	case s.PaperOut:
		return PaperOut, true
	case s.CoverOpen:
		return CoverOpen, true
	case s.Cutter:
		return CutterStuck, true
	case s.Error, s.Fatal:
		return Hardware, true
	case !s.Online:
		return Offline, true
	}
	return 0, false
}

// take adds the answer b to DLE EOT n.
func (s *Status) take(n int, b byte) {
	bit := func(i uint) bool { return b>>i&1 == 1 }
	switch n {
	case 1:
		s.Online = !bit(3)
		s.Feeding = s.Feeding || bit(6)
	case 2:
		s.CoverOpen = bit(2)
		s.Feeding = s.Feeding || bit(3)
		s.PaperOut = s.PaperOut || bit(5)
		s.Error = bit(6)
	case 3:
		s.Cutter = bit(3)
		s.Fatal = bit(5)
		s.Error = s.Error || s.Cutter || s.Fatal || bit(6)
	case 4:
		s.NearEnd = b>>2&3 != 0
		s.PaperOut = s.PaperOut || b>>5&3 != 0
	}
}

// takeASB replaces s by what an ASB says.
func (s *Status) takeASB(a [4]byte) {
	*s = Status{
		Online:    a[0]&0x08 == 0,
		CoverOpen: a[0]&0x20 != 0,
		Feeding:   a[0]&0x40 != 0,
		Cutter:    a[1]&0x08 != 0,
		Fatal:     a[1]&0x20 != 0,
		Error:     a[1]&0x68 != 0,
		NearEnd:   a[2]&0x03 != 0,
		PaperOut:  a[2]&0x0C != 0,
	}
}
