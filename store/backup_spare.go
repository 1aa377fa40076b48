package store

import (
	"cmp"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// span is what a backup's name says of it: the records that it holds.
type span struct {
	name        string
	first, last uint64
}

// Spare returns those of a folder's backups that are no longer needed beside the latest n. Names are all that lie in it;
// whatever does not read as a backup of this incarnation is not spare. A backup that holds what was pruned since stays: no
// later one does. Of those that overlap as few stay as hold everything.
func (m Manifest) Spare(names []string, n int) (spare []string) {
	var all []span
	for _, name := range names {
		if s, ok := m.span(name); ok {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b span) int { return cmp.Or(cmp.Compare(b.last, a.last), cmp.Compare(a.first, b.first)) })
	needed := cover(all)
	for _, s := range all[min(n, len(all)):] {
		if !slices.Contains(needed, s) {
			spare = append(spare, s.name)
		}
	}
	return spare
}

// span reads the name of a backup. Whoever had the stick chose it: numbers that no journal counts to, or that end before
// they begin, are no backup's.
func (m Manifest) span(name string) (s span, ok bool) {
	numbers, begins := strings.CutPrefix(filepath.Base(name), m.stem())
	numbers, ends := strings.CutSuffix(numbers, ".age")
	first, last, pruned := strings.Cut(numbers, "-")
	if !pruned {
		first, last = "1", first
	}
	s.name = name
	var errFirst, errLast error
	s.first, errFirst = strconv.ParseUint(first, 10, 63) // a number more is one still
	s.last, errLast = strconv.ParseUint(last, 10, 63)
	return s, begins && ends && errFirst == nil && errLast == nil && s.first > 0 && s.first <= s.last+1 // an empty journal ends before its first
}

// cover returns a few of the spans that together hold all that any of them holds, each time the one that reaches furthest.
func cover(all []span) (needed []span) {
	for held := uint64(0); ; {
		var best, next span
		for _, s := range all {
			switch {
			case s.first <= held+1 && s.last > max(held, best.last):
				best = s
			case s.first > held+1 && (next.last == 0 || s.first < next.first):
				next = s
			}
		}
		if best.last == 0 && next.last == 0 {
			return needed
		}
		if best.last == 0 { // what lies between is held by none
			held = next.first - 1
			continue
		}
		needed, held = append(needed, best), best.last
	}
}
