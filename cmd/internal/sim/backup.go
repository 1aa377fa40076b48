package sim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"filippo.io/age"

	"smartpos/store"
	"smartpos/txn"
)

// recovery is the shop's recovery key, the same for every day: nothing that happens hangs on it.
var recovery = sync.OnceValues(age.GenerateX25519Identity)

// backup is a copy of the journal on a stick, and of the oracle's books at that moment.
type backup struct {
	path  string
	books books
}

// books are what the journal has acknowledged, in all.
type books struct {
	entries map[txn.OrderNo]*entry
	last    uint64 // the latest order number's sequence
	records uint64
	gone    uint64            // the latest record that was pruned
	settled uint64            // the latest record of a batch that was closed
	batches map[string]string // that were closed: the head on each one's slip, and its number
	stem    string            // what all numbers begin with
	pins    pins
	mode    mode
}

func (b books) clone() books {
	entries := map[txn.OrderNo]*entry{}
	for no, e := range b.entries {
		c := *e
		if e.code != nil {
			code := *e.code
			c.code = &code
		}
		c.refunds = nil
		for _, r := range e.refunds {
			again := *r
			c.refunds = append(c.refunds, &again)
		}
		entries[no] = &c
	}
	b.entries, b.batches = entries, maps.Clone(b.batches)
	return b
}

// backUp copies the journal while everything goes on. The copy must open, and hold every record acknowledged so far.
func (p *power) backUp(s *step) {
	t := p.w.terminal
	if t.unwritable || p.w.oracle.failing {
		return
	}
	key, err := recovery()
	if err != nil {
		p.w.fail(6, "", "%v", err)
		return
	}
	file, err := t.store.BackupTo(context.Background(), p.stick(), key.Recipient())
	if err == nil {
		var held store.Manifest
		if held, err = checkBackup(file.Path, key); err == nil && held != file.Manifest {
			err = fmt.Errorf("it holds %v, written was %v", held, file.Manifest)
		}
	}
	if err != nil || file.Records != p.w.oracle.records || file.Gone != p.w.oracle.gone {
		p.w.fail(6, "", "a backup of records %d to %d, of %d to %d: %v",
			file.Gone+1, file.Records, p.w.oracle.gone+1, p.w.oracle.records, err)
		return
	}
	s.is(BackupTaken, "", "records %d to %d", file.Gone+1, file.Records)
	p.backup = &backup{file.Path, p.w.oracle.books.clone()}
	p.held[filepath.Base(file.Path)] = file.Manifest
	if err := p.tidyStick(file); err != nil {
		p.w.fail(6, "", "the stick: %v", err)
	}
}

func checkBackup(path string, key age.Identity) (store.Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return store.Manifest{}, err
	}
	m, err := store.CheckBackup(f, key)
	return m, errors.Join(err, f.Close())
}

// die is the end of the board: a new one takes over from the backup, and what came after that is lost.
func (p *power) die(s *step) {
	if p.backup == nil {
		return
	}
	s.is(BoardDead, "", "the backup has %d records of %d", p.backup.books.records, p.w.oracle.records)
	t := p.w.terminal
	t.dead, p.w.terminal = true, nil
	p.torn = false
	err := t.store.Close()
	if err == nil || t.unwritable {
		err = os.Remove(p.path())
	}
	if err == nil {
		err = p.restore()
	}
	if err != nil {
		p.w.fail(6, "", "a new board: %v", err)
		return
	}
	p.w.oracle.rollBack(p.backup.books)
	p.w.result.Restarts++
	p.w.after(between(s, time.Minute, 10*time.Minute), func() {
		if err := p.start(); err != nil {
			p.w.fail(6, "", "the start of a new board: %v", err)
		}
	})
}

func (p *power) restore() error {
	key, err := recovery()
	if err != nil {
		return err
	}
	p.boards++
	f, err := os.Open(p.backup.path)
	if err != nil {
		return err
	}
	r, err := store.Restore(p.w.opt.Dir, p.config(), f, store.RestoreOptions{Identities: []age.Identity{key}})
	if err = errors.Join(err, f.Close()); err == nil && r.From == r.Now {
		p.w.fail(5, "", "the new board's journal is of the incarnation of the old one")
	}
	return err
}

// rollBack takes up the books of a backup. What is in no journal any more keeps its numbers for ever.
func (o *oracle) rollBack(to books) {
	to = to.clone()
	for _, e := range o.all() {
		no := e.no
		was := to.entries[no]
		if was == nil {
			o.lost[no] = true
			continue
		}
		for _, b := range e.refunds[min(len(was.refunds), len(e.refunds)):] {
			o.lostRefunds[b.no] = true
			o.again = append(o.again, no)
		}
		was.codeSent, was.accused = e.codeSent, e.accused
		was.seenPaid, was.queried, was.run, was.born = false, 0, 0, 0
	}
	o.stems = append(o.stems, o.stem)
	to.stem = ""
	to.records++ // which says that it was restored
	to.pins.at, to.pins.right = o.w.now, false
	o.books, o.doubt, o.unseen, o.failing, o.every = to, nil, nil, false, true
}

// begins holds a number's beginning to those of before: it is new with each restore, and the same until the next.
func (o *oracle) begins(stem string) bool {
	if o.stem == "" {
		o.stem = stem
	}
	return o.stem == stem && !slices.Contains(o.stems, stem)
}

// all returns the entries in the order of their sequences. What a number begins with is random, and new with each restore.
func (o *oracle) all() []*entry {
	return slices.SortedFunc(maps.Values(o.entries), func(a, b *entry) int { return cmp.Compare(a.digits(), b.digits()) })
}
