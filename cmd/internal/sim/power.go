package sim

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"smartpos/store"
	"smartpos/txn"
)

// power is the plug, the disk and the clock: what a cut leaves, and what a start finds.
type power struct {
	w    *world
	rng  *dice
	disk *dice         // of commits
	plug *dice         // between two effects
	rest *dice         // while the journal is pruned
	run  int           // of the firmware, from 1
	skew time.Duration // of the terminal's wall clock: it goes on while the power is off

	torn   bool                      // a meta page is, perhaps
	again  bool                      // the start has put back a record that lay behind it
	backup *backup                   // the latest
	held   map[string]store.Manifest // all that lie on the stick, by name
	boards int                       // that took over from one
}

func newPower(w *world) *power {
	return &power{
		w: w, rng: w.newDice("power"), disk: w.newDice("disk"), plug: w.newDice("plug"), rest: w.newDice("rest"),
		held: map[string]store.Manifest{}, skew: w.opt.broken.ahead,
	}
}

func (p *power) path() string { return filepath.Join(p.w.opt.Dir, store.FileName) }

func (p *power) firstStart() error {
	if err := p.enrol(); err != nil {
		return fmt.Errorf("sim: the supervisor: %w", err)
	}
	if err := p.start(); err != nil {
		return fmt.Errorf("sim: the first start: %w", err)
	}
	if p.skew == 0 {
		p.w.after(time.Minute, p.jump)
	}
	return nil
}

// enrol gives the shop its supervisor before the day begins.
func (p *power) enrol() error {
	j, err := store.Open(p.w.opt.Dir, p.config())
	if err != nil {
		return err
	}
	if err := os.Mkdir(p.stick(), 0o700); err != nil {
		return err
	}
	_, err = j.Commit(&txn.Enrolled{
		Operator: "S01", Role: txn.Supervisor, PIN: plainHash(txn.NewPIN(supervisorPIN)), At: p.w.wall(),
	})
	p.w.oracle.records++
	return errors.Join(err, j.Close())
}

// config is the terminal's, with its board's own key.
func (p *power) config() store.Config {
	return store.Config{
		Terminal: "T01", Key: bytes.Repeat([]byte{byte(p.boards)}, 32),
		Now: p.clock,
	}
}

// clock is the device's, which stamps the records.
func (p *power) clock() time.Time { return p.w.wall().Add(p.skew) }

// start powers the terminal on.
func (p *power) start() error {
	cfg := p.config()
	if s := p.rng.wrong(12); s != nil {
		if info, err := os.Stat(p.path()); err == nil {
			cfg.MaxBytes = info.Size()
			s.is(DiskFull, "", "")
		}
	}
	p.again = false
	j, err := p.open(cfg)
	if err != nil {
		return err
	}
	p.run++
	t := &terminal{w: p.w, store: j, journal: j, boot: p.w.now, skew: p.skew, full: cfg.MaxBytes > 0}
	if p.w.opt.broken.journal != nil {
		t.journal = p.w.opt.broken.journal(j)
	}
	if s := p.rng.wrong(12); s != nil {
		t.crawls = true
		s.is(DiskCrawls, "", "")
	}
	p.w.terminal = t
	p.w.log("", "power on, run %d", p.run)
	start, err := j.Start()
	if err != nil {
		return err
	}
	if p.run > 1 {
		p.w.oracle.recall(j, start)
	}
	t.begin(start)
	return nil
}

// open opens the journal. Where that mends what a cut has torn, the power may go once more in the middle of it.
func (p *power) open(cfg store.Config) (*store.Journal, error) {
	if !p.torn {
		return store.Open(p.w.opt.Dir, cfg)
	}
	before, err := os.ReadFile(p.path())
	if err != nil {
		return nil, err
	}
	j, err := store.Open(p.w.opt.Dir, cfg)
	if err != nil {
		return nil, err
	}
	after, err := os.ReadFile(p.path())
	if err != nil || string(after) == string(before) {
		return j, err
	}
	p.again = true
	s := p.rng.wrong(2)
	if s == nil {
		p.torn = false
		return j, nil
	}
	c := cut(s.IntN(cutKinds))
	s.is(CutMending, "", "%s", c)
	if err := errors.Join(j.Close(), p.leave(c.leave(s.Rand, before, after))); err != nil {
		return nil, err
	}
	return p.open(cfg)
}

func (p *power) leave(image []byte) error { return os.WriteFile(p.path(), image, 0o600) }

// before is the journal's file before a transaction in which the power goes; nil where it does not.
func (p *power) before(cutting *step) []byte {
	if cutting == nil {
		return nil
	}
	image, err := os.ReadFile(p.path())
	if err != nil {
		p.w.fail(8, "", "%v", err)
	}
	return image
}

// commit makes a record durable, or the power goes in the middle of it.
func (p *power) commit(t *terminal, rec txn.Record) (txn.Order, error) {
	cutting := p.disk.wrong(25)
	before := p.before(cutting)
	if cutting == nil && !t.unwritable {
		if s := p.disk.wrong(300); s != nil {
			t.unwritable = true
			s.is(DiskBroken, rec.OrderNo(), "before %s", recordName(rec))
			if err := breakWrites(p.path()); err != nil {
				p.w.fail(8, "", "%v", err)
			}
		}
	}
	o, err := t.journal.Commit(rec)
	p.w.result.Commits++
	if err != nil {
		p.w.log(rec.OrderNo(), "commit %s: %v", recordName(rec), err)
	} else {
		p.w.log(o.No, "commit %s: %s", recordName(rec), o.State)
	}
	switch {
	case cutting != nil && err == nil:
		p.cutDuring(cutting, rec, before)
	case err == nil:
		p.w.oracle.acknowledged(rec, o.No)
	case errors.Is(err, txn.ErrJournalFull):
		p.w.oracle.failing = true
	case p.w.oracle.failing || t.unwritable && errors.Is(err, txn.ErrJournalDamaged):
		// Nobody knows whether it is on disk; whatever comes after it is refused and is not.
		if !p.w.oracle.failing {
			p.w.oracle.failing = true
			p.w.oracle.doubts(rec)
		}
	case errors.Is(err, txn.ErrTransition) && rec.Type() == txn.TypeIntent: // the sale was paid meanwhile
	case errors.Is(err, txn.ErrTransition) && rec.Type() == txn.TypeRefundIntent: // another refund was in the way
	default:
		p.w.fail(10, rec.OrderNo(), "the journal: %v", err)
	}
	return o, err
}

func recordName(rec txn.Record) string {
	switch r := rec.(type) {
	case *txn.Intent:
		return fmt.Sprintf("intent, %s at %s, %d fen", r.Method, r.Network, r.Amount.Fen)
	case *txn.Move:
		return "move: " + r.Reason
	case *txn.Outcome:
		return "outcome " + string(r.Exception)
	case *txn.RefundIntent:
		return fmt.Sprintf("refund %s, %d fen", r.No.Short(), r.Amount.Fen)
	case *txn.RefundOutcome:
		return "refund " + r.No.Short() + " " + string(r.State)
	case *txn.PINTried:
		return fmt.Sprintf("a PIN, right %t", r.Right)
	case *txn.Settled:
		return "settled"
	case *txn.OfflineMade, *txn.OfflineTried, *txn.OfflineAnswered, *txn.OfflineSeen, *txn.OfflineRenewed:
		return strings.TrimPrefix(fmt.Sprintf("%T", rec), "*txn.")
	}
	return "printed"
}

// cutDuring is a power cut in the middle of a commit that nobody was told of.
func (p *power) cutDuring(s *step, rec txn.Record, before []byte) {
	after, err := os.ReadFile(p.path())
	if err != nil {
		p.w.fail(8, "", "%v", err)
		return
	}
	c := cut(s.IntN(cutKinds))
	s.is(CutBefore+Kind(c), rec.OrderNo(), "%s", recordName(rec))
	p.w.oracle.doubts(rec)
	p.cutTo(s, c, "during a commit", before, after)
}

// cutTo takes the power away in the middle of a transaction, and leaves c of it on the disk.
func (p *power) cutTo(s *step, c cut, when string, before, after []byte) {
	p.torn = c == cutTorn
	image := c.leave(s.Rand, before, after)
	if p.w.opt.broken.image != nil {
		image = p.w.opt.broken.image(before, after)
	}
	p.cut(when + ": " + c.String())
	if err := p.leave(image); err != nil {
		p.w.fail(8, "", "%v", err)
	}
}

// cut takes the power away, and brings it back after a while.
func (p *power) cut(when string) {
	t := p.w.terminal
	p.w.log("", "power cut %s", when)
	t.dead, p.w.terminal = true, nil
	if err := t.store.Close(); err != nil {
		p.w.fail(8, "", "%v", err)
	}
	p.w.result.Restarts++
	p.w.after(between(p.rng, time.Second, 4*time.Minute), func() {
		if err := p.start(); err != nil {
			p.w.fail(8, "", "the start after a power cut: %v", err)
		}
	})
}

// jump sets the wall clock to another time now and then, forwards or backwards, and right again in the end.
func (p *power) jump() {
	if p.w.fair {
		return
	}
	if s := p.rng.wrong(6); s != nil {
		p.skew = s.jump()
	} else if chance(p.rng, 3) {
		p.skew = 0
	}
	p.set()
	p.w.after(between(p.rng, time.Minute, 8*time.Minute), p.jump)
}

// jump is how far from the truth a clock goes.
func (s *step) jump() time.Duration {
	limit, kind := 4*time.Minute, ClockAhead
	if chance(s, 2) {
		limit, kind = 48*time.Hour, ClockFar
	}
	skew := between(s, -limit, limit)
	if kind == ClockAhead && skew < 0 {
		kind = ClockBack
	}
	s.is(kind, "", "%s from the truth", skew.Round(time.Second))
	return skew
}

func (p *power) set() {
	if t := p.w.terminal; t != nil && t.skew != p.skew {
		t.skew = p.skew
		p.w.log("", "the clock jumps to %s", t.wall().Format(time.DateTime))
	}
}

// end closes what is open.
func (p *power) end() {
	if t := p.w.terminal; t != nil {
		_ = t.store.Close()
	}
}
