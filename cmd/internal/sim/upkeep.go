package sim

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"smartpos/store"
	"smartpos/txn"
)

// A terminal keeps months and looks for what may go once an hour. A day here has a few hours, so that all goes faster.
const (
	pruneKeep  = 10 * time.Minute
	pruneEvery = 1 * time.Minute
	pruneRest  = 250 * time.Millisecond // between two steps
	stickKeeps = 3                      // backups beside those that hold what was pruned
)

// upkeep prunes the journal while nobody is being served, in small steps.
func (t *terminal) upkeep() {
	if t.dead {
		return
	}
	wait := pruneRest
	if t.m.Idle() && !t.w.power.prune(t) {
		wait = pruneEvery
	}
	t.w.after(wait, t.upkeep)
}

// prune takes a step of pruning, or the power goes in the middle of it.
func (p *power) prune(t *terminal) (more bool) {
	cutting := p.rest.wrong(3)
	before := p.before(cutting)
	more, err := t.store.Prune(store.Retention{Keep: pruneKeep})
	switch {
	case err == nil:
	case t.full && errors.Is(err, txn.ErrJournalFull): // a terminal keeps more free than such a file has in all
		return false
	case (p.w.oracle.failing || t.unwritable) && errors.Is(err, txn.ErrJournalDamaged):
		t.damaged = true
		t.tellRoom()
		return false
	default:
		p.w.fail(10, "", "pruning: %v", err)
		return false
	}
	if cutting != nil && p.cutPruning(cutting, before) {
		return false
	}
	info, err := t.store.Info()
	if err != nil {
		p.w.fail(8, "", "after pruning: %v", err)
	}
	p.w.oracle.prunes(info)
	return more
}

// cutPruning is a power cut in the middle of a step of pruning. One that wrote nothing is not cut.
func (p *power) cutPruning(s *step, before []byte) bool {
	after, err := os.ReadFile(p.path())
	if err != nil {
		p.w.fail(8, "", "%v", err)
		return true
	}
	if bytes.Equal(before, after) {
		return false
	}
	c := cut(s.IntN(cutKinds))
	s.is(CutPruning, "", "%s", c)
	p.cutTo(s, c, "while the journal is pruned", before, after)
	return true
}

// stick is where backups go.
func (p *power) stick() string { return filepath.Join(p.w.opt.Dir, "stick") }

// tidyStick removes from the stick what is no longer needed, as the terminal does.
func (p *power) tidyStick(written store.BackupFile) error {
	entries, err := os.ReadDir(p.stick())
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	for _, name := range written.Spare(names, stickKeeps) {
		if err := os.Remove(filepath.Join(p.stick(), name)); err != nil {
			return err
		}
		delete(p.held, name)
	}
	return nil
}

// prunes holds what the journal has let go of to what may go: it is settled, at rest and in a backup.
func (o *oracle) prunes(info store.Info) {
	switch {
	case info.Gone < o.gone:
		o.w.fail(6, "", "the journal begins behind record %d, and began behind %d", info.Gone, o.gone)
	case info.Gone == o.gone:
		return
	case info.Gone > o.settled:
		o.w.fail(6, "", "record %d is pruned, and settled was up to %d", info.Gone, o.settled)
	case !o.w.power.holds(info.Gone):
		o.w.fail(6, "", "record %d is pruned, and no backup holds all that is", info.Gone)
	}
	o.gone = info.Gone
	o.w.log("", "the journal begins behind record %d", info.Gone)
	o.w.result.Kinds[Pruned]++
	for _, e := range o.all() {
		if !e.pruned && e.seq() <= info.GoneOrders {
			e.pruned = true
			o.mayGo(e)
		}
	}
}

// holds reports whether what lies on the stick holds all records up to one, as far as the latest backup knows of them.
func (p *power) holds(last uint64) bool {
	if p.backup == nil || p.backup.books.records < last {
		return false
	}
	for at, on := uint64(0), true; on && at < last; {
		on = false
		for _, m := range p.held {
			if m.Gone <= at && m.Records > at {
				at, on = m.Records, true
			}
		}
		if at >= last {
			return true
		}
	}
	return last == 0
}

// mayGo holds an order that was pruned to what nobody needs any more.
func (o *oracle) mayGo(e *entry) {
	switch {
	case !e.state.Final():
		o.w.fail(4, e.no, "pruned, and it is %s", e.state)
	case e.code != nil && e.code.counts:
		o.w.fail(9, e.no, "pruned, and its code still counts")
	case (e.exception != "" || e.state == txn.Disputed) && !e.settled:
		o.w.fail(1, e.no, "pruned, and it is on the exception list: %s", e)
	case e.state == txn.Paid && !e.receipt:
		o.w.fail(7, e.no, "pruned, and its receipt is owed")
	}
	for _, b := range e.refunds {
		switch {
		case !b.state.Final():
			o.w.fail(4, e.no, "pruned, and refund %s is %s", b.no, b.state)
		case b.state == txn.RefundDone && !b.slip:
			o.w.fail(7, e.no, "pruned, and the slip of %s is owed", b.no)
		}
	}
}

// seq is an order's place among all.
func (e *entry) seq() uint64 {
	seq, err := strconv.ParseUint(e.digits(), 10, 64)
	if err != nil {
		panic(err) // intent has read it
	}
	return seq
}

// digits are the end of an order's number, which says its place.
func (e *entry) digits() string { return string(e.no[len(e.no)-8:]) }
