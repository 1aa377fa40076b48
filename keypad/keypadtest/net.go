package keypadtest

import (
	"time"

	"periph.io/x/conn/v3/gpio"
)

// net returns all pins whose wires are connected with p's through closed switches, p among them.
func (m *Matrix) net(p *pin) []*pin {
	var rows, columns uint64 // sets of wires found
	if p.row >= 0 {
		rows = 1 << p.row
	} else {
		columns = 1 << (p.number - len(m.rows))
	}
	for grown := true; grown; {
		grown = false
		for r := range m.contacts {
			closed := m.closed(r)
			connected := rows>>r&1 != 0 || closed&columns != 0
			if connected && (rows>>r&1 == 0 || closed&^columns != 0) {
				rows, columns, grown = rows|1<<r, columns|closed, true
			}
		}
	}
	m.found = m.found[:0]
	for i, x := range m.rows {
		if rows>>i&1 != 0 {
			m.found = append(m.found, x)
		}
	}
	for i, x := range m.columns {
		if columns>>i&1 != 0 {
			m.found = append(m.found, x)
		}
	}
	return m.found
}

// closed returns the columns that a row is connected with.
func (m *Matrix) closed(row int) (columns uint64) {
	for i := range m.contacts[row] {
		if m.contacts[row][i].closed {
			columns |= 1 << i
		}
	}
	return columns
}

// level resolves the level of p's net, and whether it is only a pull's. A short beats a driver, a driver beats
// a pull. It is not ok if nothing decides: no driver and no pull, or drivers or pulls of both levels.
func (m *Matrix) level(p *pin) (level gpio.Level, pulled, ok bool) {
	net := m.net(p)
	for i, source := range []func(*pin) (gpio.Level, bool){(*pin).shorted, (*pin).driven, (*pin).pulled} {
		var high, low bool
		for _, x := range net {
			if l, has := source(x); has {
				high, low = high || l == gpio.High, low || l == gpio.Low
			}
		}
		if high || low {
			return gpio.Level(high), i == 2, high != low
		}
	}
	return gpio.Low, false, false
}

// read is what a Read of p sees now.
func (m *Matrix) read(p *pin) gpio.Level {
	if _, _, ok := m.level(p); !ok {
		m.problem("%s was read while nothing decides its level", p.name)
		return gpio.Level(m.random.IntN(2) == 0)
	}
	return p.visible()
}

// follow makes the columns follow a change of drivers, pulls or contacts, each in its time, and notes fights.
func (m *Matrix) follow() {
	for _, p := range m.columns {
		level, pulled, ok := m.level(p)
		if !ok || level == p.target {
			continue
		}
		p.origin, p.target, p.since = p.visible(), level, time.Now()
		p.takes = m.settleDriven
		if pulled {
			p.takes = m.settlePulled
		}
	}
	m.checkFights()
}

// visible is the level that a pin's wire has reached.
func (p *pin) visible() gpio.Level {
	if time.Since(p.since) < p.takes {
		return p.origin
	}
	return p.target
}

// checkFights notes nets with two drivers of unequal level, which on a board is a short circuit.
func (m *Matrix) checkFights() {
	for _, p := range m.rows {
		mine, driven := p.driven()
		if !driven {
			continue
		}
		for _, other := range m.net(p) {
			if theirs, has := other.driven(); has && theirs != mine {
				m.problem("%s drives %v against %s", p.name, mine, other.name)
			}
		}
	}
}

// chatter lets the bouncing contacts of a row that is about to be driven take a new random state.
func (m *Matrix) chatter(row int) {
	for i := range m.contacts[row] {
		c := &m.contacts[row][i]
		switch {
		case c.chatter > 0:
			c.chatter--
			c.closed = m.random.IntN(2) == 0
		default:
			c.closed = c.pressed
		}
	}
}

// countScan counts a scan of a row that has ended.
func (m *Matrix) countScan(row int) {
	m.scans[row]++
	close(m.scanned)
	m.scanned = make(chan struct{})
}
