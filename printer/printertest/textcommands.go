package printertest

// textCommands change how characters look and where they stand.
var textCommands = map[string]*command{
	"\x1B@":  short(0, func(m *machine, _ []byte) { m.reset() }),
	"\x1B!":  set((*machine).printMode),
	"\x1BE":  set(func(m *machine, n int) { m.bold = n&1 == 1 }),
	"\x1BG":  set(func(m *machine, n int) { m.bold = n&1 == 1 }),
	"\x1B-":  set(func(m *machine, n int) { m.under = n & 3 % 3 }),
	"\x1BM":  set((*machine).selectFont),
	"\x1BV":  set(func(m *machine, n int) { m.turned = n&3 != 0 }),
	"\x1B{":  set(func(m *machine, n int) { m.upside = n&1 == 1 }),
	"\x1B ":  set(func(m *machine, n int) { m.gap = n }),
	"\x1Ba":  set(func(m *machine, n int) { m.align = min(n&3, 2) }),
	"\x1B$":  short(2, func(m *machine, a []byte) { m.x = min(word(a), m.width()) }),
	"\x1B\\": short(2, func(m *machine, a []byte) { m.x = max(0, min(m.x+int(int16(word(a))), m.width())) }),
	"\x1BD":  {size: func([]byte, []byte) int { return untilNUL }, run: func(m *machine, _, p []byte) { m.setTabs(p) }},
	"\x1Bt":  set((*machine).selectPage),
	"\x1D!":  set((*machine).setSize),
	"\x1DB":  set(func(m *machine, n int) { m.invert = n&1 == 1 }),
	"\x1DL":  short(2, func(m *machine, a []byte) { m.left = min(word(a), m.cfg.Dots-1) }),
	"\x1DW":  short(2, func(m *machine, a []byte) { m.area = max(1, word(a)) }),

	"\x1BL":    short(0, func(m *machine, _ []byte) { m.flush(); m.paper = newPage(m.cfg.Dots) }),
	"\x1BS":    short(0, func(m *machine, _ []byte) { m.paper, m.line, m.x = nil, nil, 0 }),
	"\x1BW":    short(8, func(m *machine, a []byte) { m.setArea(a) }),
	"\x1BT":    set(func(m *machine, n int) { m.direction(n & 3) }),
	"\x1B\x0C": short(0, func(m *machine, _ []byte) { m.printNow() }),
	"\x1D$":    short(2, func(m *machine, a []byte) { m.pageRow(word(a)) }),
	"\x1D\\":   short(2, func(m *machine, a []byte) { m.pageMove(int(int16(word(a)))) }),
}

// printMode is ESC !: font, bold, size and underline in one.
func (m *machine) printMode(n int) {
	m.selectFont(n & 1)
	m.bold = n&8 != 0
	m.high, m.wide = 1+n>>4&1, 1+n>>5&1
	m.kHigh, m.kWide = m.high, m.wide
	m.under = n >> 7
}

func (m *machine) selectFont(n int) {
	m.face = fontA
	if n&1 == 1 {
		m.face = fontB
	}
}

// setSize is GS !: width and height, 1 to 8 times.
func (m *machine) setSize(n int) {
	m.wide, m.high = 1+n>>4&7, 1+n&7
	m.kWide, m.kHigh = m.wide, m.high
}

// selectPage is ESC t.
func (m *machine) selectPage(n int) {
	page, known := codePages[byte(n)]
	switch {
	case known:
		m.page = page.DecodeByte
	case n == 1:
		m.page = decodeKatakana
	default:
		m.report([]byte{0x1B, 't', byte(n)}, "no such code page")
		return
	}
	if m.cfg.Chinese == ChineseAuto {
		m.chinese = false
	}
}

// setTabs is ESC D: columns in ascending order, at most 32.
func (m *machine) setTabs(columns []byte) {
	m.tabs = nil
	for _, c := range columns[:min(len(columns), 32)] {
		x := int(c) * m.face.w * m.wide
		if n := len(m.tabs); n > 0 && x <= m.tabs[n-1] {
			break
		}
		m.tabs = append(m.tabs, x)
	}
}

func (m *machine) direction(n int) {
	if m.paper != nil {
		m.flush()
		m.paper.dir, m.paper.row = n, 0
	}
}

func (m *machine) printNow() {
	if m.paper != nil {
		m.printPage()
	}
}

func (m *machine) pageRow(y int) {
	if m.paper != nil {
		m.flush()
		m.paper.row = max(0, min(y, maxPageRows)-fontA.h)
	}
}

func (m *machine) pageMove(dy int) {
	if m.paper != nil {
		m.flush()
		m.paper.row = max(0, min(m.paper.row+dy, maxPageRows))
	}
}

// feedCommands move or cut the paper.
var feedCommands = map[string]*command{
	"\x1BJ": set(func(m *machine, n int) { m.feedDots(n) }),
	"\x1Bd": set((*machine).feedLines),
	"\x1Be": set(func(m *machine, _ int) { m.flush() }), // backwards: few printers can
	"\x1B2": short(0, func(m *machine, _ []byte) { m.spacing = 30 }),
	"\x1B3": set(func(m *machine, n int) { m.spacing = n }),
	"\x1BA": set(func(m *machine, n int) { m.spacing = n }),
	"\x1Bi": short(0, func(m *machine, _ []byte) { m.cut(0, false, false) }),
	"\x1Bm": short(0, func(m *machine, _ []byte) { m.cut(0, true, false) }),
	"\x1DV": {args: 1, size: func(a, _ []byte) int {
		if a[0] >= 65 {
			return 1
		}
		return 0
	}, run: (*machine).cutCommand},
	"\x1Bp": short(3, func(m *machine, _ []byte) { m.kicks++; m.roll.write("[drawer]") }),
}

// feedDots prints the line and feeds.
func (m *machine) feedDots(n int) {
	if len(m.line) > 0 || m.paper != nil {
		m.newline(n)
		return
	}
	m.roll.feed(n)
}

// feedLines is ESC d.
func (m *machine) feedLines(n int) {
	if n == 0 {
		m.flush()
	}
	for range n {
		m.newline(m.spacing)
	}
}

// cutCommand is GS V. Modes 65 and 66 feed to the cutter first, and so many dots more.
func (m *machine) cutCommand(a, p []byte) {
	switch a[0] {
	case 0, 48:
		m.cut(0, false, false)
	case 1, 49:
		m.cut(0, true, false)
	case 65, 97, 103:
		m.cut(int(p[0]), false, true)
	case 66, 98, 104:
		m.cut(int(p[0]), true, true)
	default:
		m.report(append([]byte{0x1D, 'V'}, a...), "no such cut")
	}
}

// cut cuts what has come as far as the cutter. Without feeding that leaves the last lines on the roll.
func (m *machine) cut(extra int, partial, feed bool) {
	m.flush()
	if feed {
		m.roll.feed(m.cfg.Cutter + extra)
	}
	if !m.cutting() {
		return
	}
	m.roll.cut(m.roll.dots.h-m.cfg.Cutter, partial)
}

// kanjiCommands are those of Chinese mode.
var kanjiCommands = map[string]*command{
	"\x1C&":  short(0, func(m *machine, _ []byte) { m.chinese = true }),
	"\x1C.":  short(0, func(m *machine, _ []byte) { m.chinese = false }),
	"\x1C!":  set((*machine).kanjiMode),
	"\x1C-":  set(func(m *machine, n int) { m.kUnder = n&3 != 0 }),
	"\x1CS":  short(2, nil0),
	"\x1CW":  set(func(m *machine, n int) { m.kWide, m.kHigh = 1+n&1, 1+n&1 }),
	"\x1CC":  set((*machine).kanjiCode),
	"\x1C(A": {args: 2, size: sized},
	"\x1C(C": {args: 2, size: sized, run: func(m *machine, _, p []byte) { m.encoding(p) }},
	"\x1C(E": {args: 2, size: sized}, "\x1C(L": {args: 2, size: sized},
}

// kanjiMode is FS !: size and underline of Chinese characters.
func (m *machine) kanjiMode(n int) {
	m.kWide, m.kHigh, m.kUnder = 1+n>>2&1, 1+n>>3&1, n&0x80 != 0
}

// kanjiCode is FS C: 0 is JIS, 1 Shift JIS on Japanese models; Chinese ones have but one code.
func (m *machine) kanjiCode(n int) {
	if n != 0 && n != 48 {
		m.report([]byte{0x1C, 'C', byte(n)}, "no such code system")
	}
}

// encoding is FS ( C: function 48 chooses UTF-8 (2) or the code page (1).
func (m *machine) encoding(p []byte) {
	if len(p) == 2 && p[0] == 48 {
		m.utf8 = p[1] == 2 || p[1] == 50
	}
}
