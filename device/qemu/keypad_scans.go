package qemu

import "slices"

// scans follows a guest's scanning of a matrix by what it does to its pins, without a clock.
//
// To drive a row, a driver may take several steps, and the wire shows each: what a Linux driver of the PL061 does
// for one scan is
//
//	row 0 ──┌┐┌──────┐────────────────────────────────┌┐┌──    first the level that was last written there,
//	row 1 ────────────────┌┐┌──────┐───────────────────        then low, then high
//	read       columns  rest? columns  rest?   …
//	        └── a scan ──────────────────────────────┘         it ends when the first row is driven again
//
// What counts is what the guest read. A scan is good for a row if each column was last read at its present level
// while that row alone was driven, and if no column was active when last read with no row driven: a guest that
// looks there takes such a column for broken, and rejects what it read from it before or after.
type scans struct {
	rows    [4]rowReading
	active  uint8 // columns that were active with no row driven, and were not read inactive since
	suspect bool  // some were, in the scan under way

	watchers []*watcher
}

// rowReading is what a scan read while a row was driven.
type rowReading struct{ read, active uint8 } // columns, by their bits

// watcher waits for good scans of a row.
type watcher struct {
	row, need, left int
	done            chan struct{}
}

// took notes a reading with that row driven.
func (s *scans) took(row int, columns, active uint8) {
	r := &s.rows[row]
	r.read |= columns
	r.active = r.active&^columns | active&columns
	s.active &^= columns &^ active
}

// rested notes a reading with no row driven.
func (s *scans) rested(columns, active uint8) {
	s.active = s.active&^columns | active&columns
}

// driven notes that a row is driven. If that begins a new scan, it judges the last one by the columns that belong
// to each row, of all that there are.
func (s *scans) driven(row int, all uint8, wanted func(row int) uint8) {
	restless := s.active != 0
	s.suspect = s.suspect || restless
	if row != 0 || s.rows == [4]rowReading{} {
		return
	}
	for _, w := range s.watchers {
		switch {
		case w.left <= 0:
		case s.suspect || s.rows[w.row] != rowReading{all, wanted(w.row)}:
			w.left = w.need
		default:
			if w.left--; w.left == 0 {
				close(w.done)
			}
		}
	}
	// Nobody sees between which two scans the guest rested: it may blame either.
	s.rows, s.suspect = [4]rowReading{}, restless
}

// watch waits for n good scans of a row in succession. The one under way may be the first.
func (s *scans) watch(row, n int) *watcher {
	w := &watcher{row: row, need: n, left: n, done: make(chan struct{})}
	if n <= 0 {
		close(w.done)
	}
	s.watchers = append(s.watchers, w)
	return w
}

// leave ends a watch.
func (s *scans) leave(w *watcher) {
	s.watchers = slices.DeleteFunc(s.watchers, func(x *watcher) bool { return x == w })
}

// giveUp wakes all who wait.
func (s *scans) giveUp() {
	for _, w := range s.watchers {
		if w.left > 0 {
			w.left = 0
			close(w.done)
		}
	}
}
