package printertest

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Config is what kind of printer it is. The zero value is a 58 mm one without pacing.
type Config struct {
	Dots    int     // dots a line: 384 (the default) or 576
	Baud    int     // paces what arrives, at ten bits a byte; 0 does not
	Buffer  int     // bytes of receive buffer; default 4096
	Flow    Flow    // what it does when the buffer is full; by default bytes are lost
	Speed   int     // paces printing, in dots a second; 0 does not
	Cutter  int     // dots from the head to the cutter; default 100
	Chinese Chinese // whether Chinese mode is on at power-up

	// Sleep waits where the printer paces itself, until d has passed or the context ends; default by time.Timer.
	// With Now, default time.Now, it is the printer's clock.
	Sleep func(ctx context.Context, d time.Duration)
	Now   func() time.Time

	// OnByte is called for every byte that reaches the printer, counted from 1 since New, before it has any
	// effect. The printer holds no lock then: OnByte may call its methods, PowerCycle among them.
	OnByte func(n int64)

	// OnChange is called, without a lock, when the paper or the state has changed.
	OnChange func()
}

// Flow is what the printer does when its buffer fills up.
type Flow string

// The kinds of flow control. FlowWait stands for RTS/CTS on a line that has no such wires: the printer stops
// reading, and the line holds what is sent.
const (
	FlowNone    Flow = ""
	FlowXonXoff Flow = "xonxoff"
	FlowWait    Flow = "wait"
)

// Chinese is whether bytes above 0x7F are GB 18030 at power-up and after ESC @.
type Chinese uint8

// The ways to begin. ChineseAuto begins in Chinese mode and leaves it when a code page is selected by ESC t, as
// libraries for Western printers do; real printers leave it by FS . only.
const (
	ChineseOn Chinese = iota
	ChineseOff
	ChineseAuto
)

func (c Config) defaults() Config {
	if c.Dots <= 0 {
		c.Dots = 384
	}
	if c.Buffer <= 0 {
		c.Buffer = 4096
	}
	if c.Cutter <= 0 {
		c.Cutter = 100
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = func(ctx context.Context, d time.Duration) {
			t := time.NewTimer(d)
			defer t.Stop()
			select {
			case <-t.C:
			case <-ctx.Done():
			}
		}
	}
	return c
}

// A Fault is a set of things that are wrong with a printer, joined by |.
type Fault uint16

// The faults. While one of the first four lasts, printing stops and the buffer keeps what it has.
const (
	OK       Fault = 0
	PaperOut Fault = 1 << iota >> 1
	CoverOpen
	FeedButton // somebody holds it: offline for no other reason
	Broken     // an error that no one at the till can mend
	NearEnd    // little paper left; it prints
	CutterJam  // the next cut gets stuck
	Unplugged  // the cable is out: nothing arrives, nothing is answered; the buffer is printed
	Dead       // no power: as Unplugged, and what was in the buffer is gone
)

// stopping are the faults that stop printing.
const stopping = PaperOut | CoverOpen | FeedButton | Broken

var faultNames = map[string]Fault{
	"ok": OK, "paper-out": PaperOut, "cover-open": CoverOpen, "feed-button": FeedButton, "broken": Broken,
	"near-end": NearEnd, "cutter-jam": CutterJam, "unplugged": Unplugged, "dead": Dead,
}

// ParseFault reads "paper-out", "cover-open", "feed-button", "broken", "near-end", "cutter-jam", "unplugged",
// "dead", "ok", or several joined by "+".
func ParseFault(s string) (Fault, error) {
	var all Fault
	for name := range strings.SplitSeq(s, "+") {
		f, ok := faultNames[name]
		if !ok {
			return 0, fmt.Errorf("printertest: no such fault: %q", name)
		}
		all |= f
	}
	return all, nil
}

// sensors is what status answers tell.
type sensors struct {
	faults Fault
	jammed bool // the cutter got stuck
}

func (s sensors) has(f Fault) bool { return s.faults&f != 0 }
func (s sensors) offline() bool    { return s.faults&stopping != 0 || s.jammed }

// dle is the answer to DLE EOT n.
func (s sensors) dle(n byte) (byte, bool) {
	b := byte(0x12)
	flag := func(on bool, bits byte) {
		if on {
			b |= bits
		}
	}
	switch n {
	case 1:
		flag(s.offline(), 0x08)
		flag(s.has(FeedButton), 0x40)
	case 2:
		flag(s.has(CoverOpen), 0x04)
		flag(s.has(FeedButton), 0x08)
		flag(s.has(PaperOut), 0x20)
		flag(s.jammed || s.has(Broken), 0x40)
	case 3:
		flag(s.jammed, 0x08)
		flag(s.has(Broken), 0x20)
	case 4:
		flag(s.has(NearEnd) && !s.has(PaperOut), 0x0C)
		flag(s.has(PaperOut), 0x60)
	default:
		return 0, false
	}
	return b, true
}

// paper is the answer to GS r 1 and ESC v.
func (s sensors) paper() byte {
	switch {
	case s.has(PaperOut):
		return 0x0F
	case s.has(NearEnd):
		return 0x03
	}
	return 0
}

// asb is the automatic status.
func (s sensors) asb() []byte {
	a := []byte{0x10, 0, s.paper(), 0}
	flag := func(i int, on bool, bits byte) {
		if on {
			a[i] |= bits
		}
	}
	flag(0, s.offline(), 0x08)
	flag(0, s.has(CoverOpen), 0x20)
	flag(0, s.has(FeedButton), 0x40)
	flag(1, s.jammed, 0x08)
	flag(1, s.has(Broken), 0x20)
	return a
}
