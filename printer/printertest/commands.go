package printertest

import (
	"encoding/binary"
	"maps"
)

// commands are all that the printer knows, by their first bytes; prefixes are the beginnings of those bytes.
var (
	commands = collect(controls, textCommands, feedCommands, kanjiCommands, pictureCommands, symbolCommands, statusCommands, skippedCommands)
	prefixes = beginnings(commands)
)

func collect(tables ...map[string]*command) map[string]*command {
	all := map[string]*command{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

func beginnings(all map[string]*command) map[string]bool {
	p := map[string]bool{}
	for name := range all {
		for i := 1; i < len(name); i++ {
			p[name[:i]] = true
		}
	}
	return p
}

// word is a number of two bytes, the low one first.
func word(b []byte) int { return int(binary.LittleEndian.Uint16(b)) }

// sized is the size of commands with pL pH as their only fixed parameters.
func sized(args, _ []byte) int { return word(args) }

// short makes a command of n parameters that calls run with them.
func short(n int, run func(m *machine, a []byte)) *command {
	return &command{args: n, run: func(m *machine, a, _ []byte) { run(m, a) }}
}

// set makes a command of one parameter.
func set(run func(m *machine, n int)) *command {
	return short(1, func(m *machine, a []byte) { run(m, int(a[0])) })
}

// controls are commands of one byte.
var controls = map[string]*command{
	"\x00": short(0, nil0),
	"\x09": short(0, func(m *machine, _ []byte) { m.tab() }),
	"\x0A": short(0, func(m *machine, _ []byte) { m.newline(m.spacing) }),
	"\x0C": short(0, func(m *machine, _ []byte) { m.formFeed() }),
	"\x0D": short(0, nil0),
	"\x18": short(0, func(m *machine, _ []byte) { m.cancelPage() }),
}

// nil0 is for what has no effect that shows.
func nil0(*machine, []byte) {}

func (m *machine) tab() {
	for _, x := range m.tabs {
		if x > m.x {
			m.x = x
			return
		}
	}
}

func (m *machine) formFeed() {
	if m.paper == nil {
		m.flush()
		return
	}
	m.printPage()
	m.paper = nil
	m.line, m.x = nil, 0
}

func (m *machine) cancelPage() {
	if m.paper != nil {
		p := m.paper
		p.sheet, p.text, p.row = newBitmap(m.cfg.Dots, 0), nil, 0
		m.line, m.x = nil, 0
	}
}

// skippedCommands have no effect on paper that is drawn, but must be read to their end.
var skippedCommands = map[string]*command{
	"\x10\x05": short(1, nil0), // DLE ENQ: real time
	"\x10\x14": {args: 1, size: func(a, _ []byte) int {
		return map[byte]int{1: 2, 2: 2, 3: 5, 7: 1, 8: 7}[a[0]]
	}},
	"\x12#":  short(1, nil0), // density, as DC2 #
	"\x12T":  short(0, nil0), // self-test
	"\x1B7":  short(3, nil0), // heating
	"\x1B=":  short(1, nil0), // peripheral
	"\x1BU":  short(1, nil0),
	"\x1Bc3": short(1, nil0), "\x1Bc4": short(1, nil0), "\x1Bc5": short(1, nil0),
	"\x1BB": short(2, nil0), // buzzer
	"\x1BR": short(1, nil0), // international characters
	"\x1Br": short(1, nil0), // colour
	"\x1BK": set(func(m *machine, _ int) { m.flush() }),
	"\x1B%": short(1, nil0), "\x1B?": short(1, nil0),
	"\x1B&": {args: 3, chained: true, size: func(a, p []byte) int {
		return chain(p, int(a[2])-int(a[1])+1, func(head []byte) (int, int) {
			if len(head) == 0 {
				return 1, 0
			}
			return 1, int(a[0]) * int(head[0])
		})
	}, run: notDrawn("user-defined characters")},
	"\x1B(A": {args: 2, size: sized},
	"\x1C2":  {args: 2, size: func([]byte, []byte) int { return 72 }, run: notDrawn("user-defined characters")},
	"\x1C?":  short(2, nil0),
	"\x1D:":  short(0, nil0), "\x1D^": short(3, nil0),
	"\x1D(A": {args: 2, size: sized}, "\x1D(C": {args: 2, size: sized}, "\x1D(D": {args: 2, size: sized},
	"\x1D(E": {args: 2, size: sized}, "\x1D(F": {args: 2, size: sized}, "\x1D(K": {args: 2, size: sized},
	"\x1D(M": {args: 2, size: sized}, "\x1D(N": {args: 2, size: sized}, "\x1D(P": {args: 2, size: sized},
	"\x1D(V": {args: 2, size: sized}, "\x1D(z": {args: 2, size: sized},
	"\x1DP":  short(2, nil0), // motion units: dots here
	"\x1Db":  short(1, nil0), // smoothing
	"\x1Dj":  short(1, nil0),
	"\x1Dz0": short(2, nil0),
	"\x1Dc":  short(0, nil0), "\x1DC0": short(2, nil0), "\x1DC1": short(6, nil0), "\x1DC2": short(2, nil0),
	"\x1DC;": {size: func([]byte, []byte) int { return untilNUL }},
	"\x1Dg0": short(3, nil0), "\x1Dg2": short(3, nil0),
}

// notDrawn reports what is read but left out.
func notDrawn(what string) func(m *machine, a, p []byte) {
	return func(m *machine, a, _ []byte) { m.report(a, what+" are not drawn") }
}

// chain is the size of n records, each of a head and a body: lengths says how long they are when asked with
// the head, or with as much of it as is there.
func chain(p []byte, n int, lengths func(head []byte) (headLen, bodyLen int)) int {
	at := 0
	for range n {
		headLen, _ := lengths(nil)
		if len(p) < at+headLen {
			return at + headLen
		}
		_, body := lengths(p[at : at+headLen])
		at += headLen + body
		if len(p) < at {
			return at
		}
	}
	return at
}
