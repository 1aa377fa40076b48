package sim

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"smartpos/txn"
)

// dice are the luck of one part of the world. They begin anew with each sale of the plan, so that a sale that is left
// out shifts nobody's luck in another; and whatever goes wrong has luck of its own, so that leaving it out shifts
// nothing but what follows from it.
type dice struct {
	*rand.Rand
	w     *world
	part  string
	asked int // in this sale
	pcg   *rand.PCG
}

func (w *world) newDice(part string) *dice {
	pcg := rand.NewPCG(0, 0)
	d := &dice{Rand: rand.New(pcg), w: w, part: part, pcg: pcg}
	w.dice = append(w.dice, d)
	d.turn()
	return d
}

// turn begins the luck of the sale that the world has come to.
func (d *dice) turn() {
	d.asked = 0
	d.pcg.Seed(d.w.opt.Seed, mix(d.part, d.w.sale, 0))
}

// mix names a stream: a part's nth of a sale.
func mix(part string, sale, n int) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s.%d.%d", part, sale, n)
	return h.Sum64()
}

// step is something that goes wrong: its name among the day's, and luck of its own.
type step struct {
	*rand.Rand
	w    *world
	name string
	at   int // in the day's steps
}

// noHarm is what a step says that found nothing to harm; it may have kept something else from happening.
const noHarm = "nothing came of it"

// Step is a sale, or something that went wrong, as people read it.
type Step struct {
	Name string // "12" is the plan's sale 12; "12.line.3" what could go wrong with the line the third time in it
	Text string
}

// wrong is something that goes wrong once in n times, unless everything works or it is left out; nil if nothing does.
func (d *dice) wrong(n int) *step {
	if d.w.fair {
		return nil
	}
	d.asked++
	if d.IntN(n) != 0 {
		return nil
	}
	return d.step()
}

// wrongs is the same with a chance in a hundred.
func (d *dice) wrongs(percent int) *step {
	if d.w.fair {
		return nil
	}
	d.asked++
	if d.IntN(100) >= percent {
		return nil
	}
	return d.step()
}

func (d *dice) step() *step {
	name := fmt.Sprintf("%d.%s.%d", d.w.sale, d.part, d.asked)
	if !d.w.plays(name) {
		return nil
	}
	d.w.step(name, noHarm)
	return &step{
		Rand: rand.New(rand.NewPCG(d.w.opt.Seed, mix(d.part, d.w.sale, d.asked))), w: d.w, name: name, at: len(d.w.steps) - 1,
	}
}

// is says what it is that goes wrong, and counts it.
func (s *step) is(k Kind, no txn.OrderNo, format string, args ...any) {
	s.w.result.Kinds[k]++
	text := k.String()
	if format != "" {
		text += ": " + fmt.Sprintf(format, args...)
	}
	if no != "" {
		text += " (" + no.Short() + ")"
	}
	if said := &s.w.steps[s.at]; said.Text == noHarm {
		said.Text = text
	} else {
		said.Text += "; " + text
	}
	s.w.log(no, "WRONG %s: %s", s.name, text)
}

// step notes a step of the day.
func (w *world) step(name, text string) { w.steps = append(w.steps, Step{name, text}) }

// plays reports whether a step is not left out.
func (w *world) plays(name string) bool { return w.only == nil || w.only[name] }

// turn comes to a sale of the plan.
func (w *world) turn(sale int) {
	w.sale = sale
	for _, d := range w.dice {
		d.turn()
	}
}

// luck is what the choices below are made by.
type luck interface {
	IntN(n int) int
	Int64N(n int64) int64
}

// chance is true once in n times.
func chance(l luck, n int) bool { return l.IntN(n) == 0 }

// between returns a time from low up to high.
func between(l luck, low, high time.Duration) time.Duration {
	return low + time.Duration(l.Int64N(int64(high-low)))
}

func pick[T any](l luck, from ...T) T { return from[l.IntN(len(from))] }
