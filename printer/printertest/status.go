package printertest

// statusCommands are the questions that are answered in turn. Real-time ones are answered on arrival; where
// they stand in the buffer all the same, they have no effect.
var statusCommands = map[string]*command{
	"\x10\x04": {args: 1, size: func(a, _ []byte) int {
		if a[0] == 7 || a[0] == 8 || a[0] == 18 {
			return 1
		}
		return 0
	}},
	"\x1Dr": set((*machine).transmitStatus),
	"\x1Bv": short(0, func(m *machine, _ []byte) { m.answer([]byte{m.sensors().paper()}) }),
	"\x1Bu": set(func(m *machine, _ int) { m.answer([]byte{0}) }),
	"\x1Da": set(func(m *machine, n int) {
		if m.asb = byte(n); n != 0 {
			m.answer(m.sensors().asb())
		}
	}),
	"\x1DI":  set((*machine).transmitID),
	"\x1D(H": {args: 2, size: sized, run: func(m *machine, _, p []byte) { m.processID(p) }},
}

// transmitStatus is GS r n: 1 paper, 2 drawer.
func (m *machine) transmitStatus(n int) {
	switch n {
	case 1, 49:
		m.answer([]byte{m.sensors().paper()})
	case 2, 50, 4, 52:
		m.answer([]byte{0})
	default:
		m.report([]byte{0x1D, 'r', byte(n)}, "no such status")
	}
}

// transmitID is GS I n: one byte for 1 to 3, a block 5F … 00 for 65 and up.
func (m *machine) transmitID(n int) {
	blocks := map[int]string{65: "1.00", 66: "SMARTPOS", 67: "PT-58", 68: "0000000001", 69: "CHINA GB18030"}
	switch s, isBlock := blocks[n]; {
	case isBlock:
		m.answer(append(append([]byte{0x5F}, s...), 0))
	case n == 1 || n == 49:
		m.answer([]byte{0x20})
	case n == 2 || n == 50:
		m.answer([]byte{0x03}) // two-byte characters, and a cutter
	case n == 3 || n == 51:
		m.answer([]byte{0x01})
	default:
		m.report([]byte{0x1D, 'I', byte(n)}, "no such identity")
	}
}

// processID is GS ( H function 48: the answer tells that the command was reached.
func (m *machine) processID(p []byte) {
	if len(p) == 6 && p[0] == 48 && p[1] == 48 {
		m.answer([]byte{0x37, 0x22, p[2], p[3], p[4], p[5], 0})
	}
}
