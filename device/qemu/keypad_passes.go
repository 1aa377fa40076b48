package qemu

import "slices"

// passes tells a guest's scans of rows from mere pulses on their wires, without a clock.
//
// To drive a row, a driver may take several steps, and the wire shows each: what a Linux driver of the PL061 does
// for one scan of row 1 is
//
//	row 0 ──┐
//	row 1 ──────┌┐┌────────┐─────────   first the level that was last written there, then low, then high
//	row 2 ───────────────────────┌┐┌─
//	            pulses       ↑
//	            └── a pass ──┴───┘      it ends when another row is driven
//
// A guest reads the columns late in the last pulse. A pass counts if the columns reached QEMU before the end of
// that one, which QEMU tells by the order of its words: the answer to set_irq_in comes before the row's "IRQ
// lower". On a loaded machine some passes are too short for us; they end a succession, as they do in the guest's
// debouncing.
type passes struct {
	alone bool // there is only one row: a pulse is a pass

	row    int  // whose pass is under way; -1 before the first
	pulse  int  // the number of the latest pulse
	high   bool // it is under way
	counts bool // the columns were in time for it

	watchers []*watcher
}

// watcher waits for scans.
type watcher struct {
	row, need, left int
	late            bool // the pass under way had begun before: it may have read its columns already
	done            chan struct{}
}

// driven notes that a row is driven, and returns the pulse's number.
func (p *passes) driven(row int) (pulse int) {
	if row != p.row || p.alone {
		p.end()
		p.row = row
	}
	p.pulse++
	p.high, p.counts = true, false
	return p.pulse
}

// reached notes that the columns have their levels for a pulse.
func (p *passes) reached(pulse int) {
	if pulse == p.pulse && p.high {
		p.counts = true
	}
}

// released notes that a row is not driven any more.
func (p *passes) released(row int) {
	if row == p.row {
		p.high = false
	}
}

// end ends the pass under way.
func (p *passes) end() {
	for _, w := range p.watchers {
		switch {
		case w.row != p.row || w.left <= 0:
		case w.late:
			w.late = false
		case !p.counts:
			w.left = w.need
		default:
			if w.left--; w.left == 0 {
				close(w.done)
			}
		}
	}
	p.counts = false
}

// watch waits for n scans of a row in succession.
func (p *passes) watch(row, n int) *watcher {
	w := &watcher{row: row, need: n, left: n, late: row == p.row, done: make(chan struct{})}
	if n <= 0 {
		close(w.done)
	}
	p.watchers = append(p.watchers, w)
	return w
}

// leave ends a watch.
func (p *passes) leave(w *watcher) {
	p.watchers = slices.DeleteFunc(p.watchers, func(x *watcher) bool { return x == w })
}

func (p *passes) watched() bool { return len(p.watchers) > 0 }

// giveUp wakes all who wait.
func (p *passes) giveUp() {
	for _, w := range p.watchers {
		if w.left > 0 {
			w.left = 0
			close(w.done)
		}
	}
}
