package sim

import (
	"errors"
	"strings"
	"time"
)

// Shrink looks for the shortest day that breaks the same rule as f did: first sales are left out with all that goes wrong
// in them, then single steps, many at once before one by one, as long as it is still broken. It stops after limit, with
// the shortest so far. In calls a function with an empty folder for each try, and takes it back.
func Shrink(opt Options, f *Failure, limit time.Duration, in func(func(string))) *Failure {
	s := &shrinker{opt: opt, short: f, until: time.Now().Add(limit), in: in}
	s.pass(bySale)
	for before := len(s.short.Steps) + 1; len(s.short.Steps) < before; {
		before = len(s.short.Steps)
		s.pass(byStep)
	}
	short := *s.short
	short.Short = true
	return &short
}

type shrinker struct {
	opt   Options
	short *Failure // the shortest so far
	until time.Time
	in    func(func(string))
}

// bySale and byStep divide steps into what is left out together.
func bySale(names []string) (groups [][]string) {
	last := ""
	for _, name := range names {
		sale, _, _ := strings.Cut(name, ".")
		if sale != last {
			groups = append(groups, nil)
		}
		last = sale
		groups[len(groups)-1] = append(groups[len(groups)-1], name)
	}
	return groups
}

func byStep(names []string) (groups [][]string) {
	for _, name := range names {
		groups = append(groups, []string{name})
	}
	return groups
}

// pass leaves out half of the groups, then quarters, down to single ones.
func (s *shrinker) pass(divide func([]string) [][]string) {
	for size := len(divide(s.short.names())); size > 0; size /= 2 {
		for at := 0; time.Now().Before(s.until); {
			groups := divide(s.short.names())
			if at >= len(groups) {
				break
			}
			end := min(at+size, len(groups))
			left := []string{}
			for i, g := range groups {
				if i < at || i >= end {
					left = append(left, g...)
				}
			}
			if g := s.try(left); g != nil && len(g.Steps) < len(s.short.Steps) {
				s.short = g // what stood behind has come to this place
			} else {
				at = end
			}
		}
	}
}

// try plays a day of these steps alone; nil if it breaks another rule, or none.
func (s *shrinker) try(names []string) (f *Failure) {
	s.in(func(dir string) {
		opt := s.opt
		opt.Dir, opt.Only = dir, names
		if _, err := Run(opt); !errors.As(err, &f) || f.Rule != s.short.Rule {
			f = nil
		}
	})
	return f
}
