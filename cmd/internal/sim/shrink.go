package sim

import (
	"errors"
	"time"
)

// Shrink looks for the shortest day that breaks the same rule as f did: steps are left out, many at once and then one
// by one, as long as it is still broken. It stops after limit, with the shortest so far. Dir makes an empty folder for
// each try, and takes it back.
func Shrink(opt Options, f *Failure, limit time.Duration, dir func(func(string))) *Failure {
	until := time.Now().Add(limit)
	try := func(names []string) (g *Failure) {
		dir(func(d string) {
			opt := opt
			opt.Dir, opt.Only = d, append([]string{}, names...)
			if _, err := Run(opt); !errors.As(err, &g) || g.Rule != f.Rule {
				g = nil
			}
		})
		return g
	}
	short := f
	for size := len(f.Steps); size > 0; size = min(size, len(short.Steps)) / 2 {
		for at := 0; at < len(short.Steps) && time.Now().Before(until); {
			names := short.names()
			end := min(at+size, len(names))
			if g := try(append(append([]string{}, names[:at]...), names[end:]...)); g != nil && len(g.Steps) < len(names) {
				short = g // the steps behind have come to this place
			} else {
				at = end
			}
		}
	}
	short = &Failure{short.Seed, short.Sales, short.Rule, short.Order, short.What, short.Steps, short.Events, true}
	return short
}
