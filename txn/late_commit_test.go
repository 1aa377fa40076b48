package txn_test

import (
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// a failed commit stops selling, even when one behind it succeeds
func TestStaysHalted(t *testing.T) {
	r, _ := shown(t)
	r.pass(3*time.Second, nil)
	q := r.asked(txn.OpQuery)
	r.hold = true
	r.keys("2") // Move, Intent
	r.answer(q, paid(1250))
	if len(r.held) != 3 {
		t.Fatal(len(r.held))
	}
	r.journal.FailNext(nil, txn.ErrJournalFull)
	r.release(-1)
	r.sees("停止收款")
}

// given up while "paid" was on its way to the disk
func TestCancelWhilePaidIsWritten(t *testing.T) {
	for _, keys := range []string{"CANCEL", "CANCEL CANCEL"} {
		for _, scan := range []bool{false, true} {
			var r *rig
			var q txn.Request
			if scan {
				r, q = charged(t)
			} else {
				r, _ = shown(t)
				r.pass(3*time.Second, nil)
				q = r.asked(txn.OpQuery)
			}
			r.hold = true
			r.answer(q, paid(800))
			r.keys(keys)
			r.release(-1)
			r.hold = false
			o := r.order(txn.Paid)
			if r.screen.Title != "收款成功" && o.Exception == "" {
				t.Errorf("scan %v: given up by the cashier and paid, yet no exception: title %q status %q", scan, r.screen.Title, r.screen.Status)
			}
		}
	}
}

// as above, from the screen of an expired code
func TestDropWhilePaidIsWritten(t *testing.T) {
	r, _ := shown(t)
	for r.screen.Title == "收款码" {
		r.pass(time.Second, func(q txn.Request) (txn.Answer, txn.Fault) {
			return is(txn.StatusWaiting), ""
		})
	}
	for len(r.requests) == 0 {
		r.pass(100*time.Millisecond, nil)
	}
	q := r.requests[0]
	r.requests = nil
	r.hold = true
	r.answer(q, paid(1250))
	r.keys("CANCEL")
	r.release(-1)
	o := r.order(txn.Paid)
	if r.screen.Title != "收款成功" && o.Exception == "" {
		t.Errorf("given up by the cashier and paid, yet no exception: title %q status %q", r.screen.Title, r.screen.Status)
	}
}

// The journal does not come back: what does the cashier see, and can he leave?
func TestStuckDisk(t *testing.T) {
	r := newRig(t)
	r.hold = true
	r.keys("5 OK")
	r.pass(10*time.Minute, nil)
	t.Logf("%q %q %q %q", r.screen.Title, r.screen.Lines, r.screen.Keys, r.screen.Status)
	r.keys("CANCEL")
	if len(r.screen.Lines)+len(r.screen.Keys) == 0 && r.screen.Status == "" {
		t.Error("ten minutes of nothing to read")
	}
}

// every key in every state: it does something, or beeps, and nothing panics; hints name keys that work
func TestEveryKeyEverywhere(t *testing.T) {
	states := map[string]func() *rig{
		"entry":     func() *rig { return newRig(t) },
		"keyed":     func() *rig { r := newRig(t); r.keys("5"); return r },
		"basket":    func() *rig { r := newRig(t); r.step(txn.Scanned{Text: "6901234567892"}); return r },
		"items":     func() *rig { r := newRig(t); r.keys("SCAN"); return r },
		"choice":    func() *rig { r := newRig(t); r.keys("5 SCAN+"); return r },
		"scanning":  func() *rig { r := newRig(t); r.keys("5 SCAN"); return r },
		"starting":  func() *rig { r := newRig(t); r.hold = true; r.keys("5 OK"); return r },
		"fetching":  func() *rig { r := newRig(t); r.keys("5 OK"); return r },
		"shown":     func() *rig { r, _ := shown(t); return r },
		"charging":  func() *rig { r, _ := charged(t); return r },
		"password":  func() *rig { r, q := charged(t); r.answer(q, is(txn.StatusWaiting)); return r },
		"unknown":   func() *rig { r, q := charged(t); r.fault(q, txn.FaultNoAnswer); return r },
		"undoing":   func() *rig { r, q := charged(t); r.fault(q, txn.FaultNoAnswer); r.keys("CANCEL"); return r },
		"failed":    func() *rig { r, q := charged(t); r.fault(q, txn.FaultNotSent); return r },
		"disputed":  func() *rig { r, q := charged(t); r.answer(q, is(txn.StatusExists)); return r },
		"done":      func() *rig { r, q := charged(t); r.answer(q, paid(800)); return r },
		"unprinted": func() *rig { r, q := charged(t); r.answer(q, paid(800)); r.print(txn.PrintGone, 0); return r },
		"menu":      func() *rig { r := newRig(t); r.keys("MENU"); return r },
		"list":      func() *rig { r := newRig(t); r.keys("MENU 2"); return r },
		"halted":    func() *rig { r := newRig(t); r.journal.FailNext(txn.ErrJournalFull); r.keys("5 OK"); return r },
	}
	names := map[string]string{"取消": "CANCEL", "清除": "CLEAR", "菜单": "MENU", "扫码": "SCAN", "确认": "OK"}
	for name, start := range states {
		for _, k := range strings.Fields("0 1 2 3 4 5 9 . CANCEL CLEAR MENU SCAN OK SCAN+ CANCEL+ OK+ MENU+ CLEAR+") {
			r := start()
			before, reqs, prints := r.screen, len(r.requests), len(r.prints)
			beep := false
			key, long := strings.CutSuffix(k, "+")
			for _, e := range r.m.Step(r.now, txn.KeyPressed{Key: txn.Key(key), Long: long}) {
				switch e := e.(type) {
				case txn.Draw:
					r.screen = e.Screen
				case txn.Beep:
					beep = true
				case txn.Commit, txn.Request, txn.Print:
					reqs--
				}
			}
			changed := !r.screen.Equal(before) || reqs != len(r.requests) || prints != len(r.prints)
			hinted := false
			for _, h := range before.Keys {
				cap, _, _ := strings.Cut(h, " ")
				hinted = hinted || names[cap] == k
			}
			if hinted && !changed {
				t.Errorf("%s: hint names %s, which does nothing", name, k)
			}
			if !changed && !beep {
				t.Logf("%s: %s is silent", name, k)
			}
			if changed && !hinted && !strings.Contains("0123459.", k) && !strings.HasSuffix(k, "+") && !beep {
				t.Logf("%s: %s works (→ %q) but is not hinted; hints %q", name, k, r.screen.Title, before.Keys)
			}
		}
	}
}
