package sim

import (
	"errors"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// Of a day that breaks a rule little is left, and that little breaks it again.
func TestShrink(t *testing.T) {
	if testing.Short() {
		t.Skip("plays many days")
	}
	for _, c := range []struct {
		name   string
		rule   int
		steps  int // that may be left
		broken faults
	}{
		{"reversed instead of asked", 4, 10, faults{effects: reverseForQuery}},
		{"the slip of a refund prints early", 3, 8, faults{effects: early(refundEarly)}},
		{"the disk orders nothing by a flush", 8, 10, faults{image: half}},
	} {
		t.Run(c.name, func(t *testing.T) {
			opt := Options{Sales: 40, broken: c.broken}
			in := inDir(t)
			f := long(opt, c.rule, in)
			if f == nil {
				t.Fatalf("no long day breaks rule %d", c.rule)
			}
			opt.Seed = f.Seed
			short := Shrink(opt, f, 30*time.Second, in)
			t.Logf("seed %d: %d steps of %d", f.Seed, len(short.Steps), len(f.Steps))
			if len(short.Steps) > c.steps || short.Rule != c.rule {
				t.Errorf("%v", short)
			}
			opt.Only = short.names()
			in(func(dir string) { opt.Dir = dir; _, err := Run(opt); errors.As(err, &f) })
			if f.Rule != short.Rule {
				t.Errorf("played again: rule %d, %s; was %s", f.Rule, f.What, short.What)
			}
			if want := "ONLY=" + strings.Join(opt.Only, ","); !strings.Contains(short.Error(), want) {
				t.Errorf("it does not say %q:\n%v", want, short)
			}
		})
	}
}

// The steps of a day that broke a rule break it again in the same way, all of them: there is nothing to be left out else. A
// refund goes wrong between two sales, too, where the next is yet to come.
func TestStepsAreTheDay(t *testing.T) {
	broken, between := 0, 0
	for seed := uint64(1); seed <= 12; seed++ {
		opt := Options{Seed: seed, Sales: 40, Dir: dir(t), broken: faults{effects: early(refundEarly)}}
		var whole, steps *Failure
		if _, err := Run(opt); !errors.As(err, &whole) {
			continue
		}
		broken++
		if last := whole.Steps[len(whole.Steps)-1]; last.Text == yetToCome {
			between++
		}
		opt.Dir, opt.Only = dir(t), whole.names()
		if _, err := Run(opt); !errors.As(err, &steps) || steps.What != whole.What || len(steps.Steps) != len(whole.Steps) {
			t.Errorf("seed %d: %v, after\n%v", seed, err, whole)
		}
	}
	if broken < 6 || between < 3 {
		t.Errorf("%d days broke, %d of them before the last sale was begun", broken, between)
	}
}

// long plays days until one breaks a rule after many steps.
func long(opt Options, rule int, in func(func(string))) (f *Failure) {
	for opt.Seed = 1; opt.Seed < 200; opt.Seed++ {
		in(func(dir string) { opt.Dir = dir; _, err := Run(opt); errors.As(err, &f) })
		if f != nil && f.Rule == rule && len(f.Steps) >= 30 {
			return f
		}
		f = nil
	}
	return nil
}

// What is left out shifts the luck of no other sale.
func TestLuckStays(t *testing.T) {
	luck := func(only []string) (got []int) {
		w := &world{opt: Options{Seed: 7, Only: only}, only: map[string]bool{}}
		for _, name := range only {
			w.only[name] = true
		}
		d := w.newDice("line")
		for sale := 1; sale <= 3; sale++ {
			w.turn(sale)
			for range 5 {
				if s := d.wrong(2); s != nil {
					got = append(got, s.IntN(1000))
					s.is(Mashed, txn.OrderNo(""), "")
				}
			}
		}
		return got
	}
	var names []string
	for sale := '1'; sale <= '3'; sale++ {
		for n := '1'; n <= '5'; n++ {
			names = append(names, string(sale)+".line."+string(n))
		}
	}
	all, without := luck(names), luck(names[5:])
	if n := len(all) - len(without); n <= 0 || len(without) == 0 {
		t.Fatalf("%v, and %v without the first sale", all, without)
	}
	for i, got := range without {
		if want := all[len(all)-len(without)+i]; got != want {
			t.Errorf("%v, and %v without the first sale", all, without)
		}
	}
}
