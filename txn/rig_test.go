package txn_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// rig runs a machine with a journal in memory and a clock of its own. Commits are carried out at once, in
// order; requests and prints wait for the test to answer them.
type rig struct {
	t       *testing.T
	m       *txn.Machine
	cfg     txn.Config
	journal *storetest.Memory
	now     txn.Time

	screen   txn.Screen
	requests []txn.Request
	prints   []txn.Print
	printed  []txn.Slip
	kicks    []txn.OrderNo       // pulses to the drawer
	days     []time.Time         // asked to be reconciled
	backups  int                 // asked for
	refunds  []txn.RefundRequest // that wait to be answered
	trigger  bool
	notes    []string

	mute bool         // codes that are to be made and answers to be checked wait
	left []txn.Effect // those that do

	cutAt   int  // the power goes at this commit, counted from 1; 0: it does not
	unkept  bool // … before its record is on disk, and not after
	commits int
	off     bool // it has gone

	unread bool // the journal can't say how its batches stand

	hold bool         // commits wait for release
	held []txn.Commit // those that do
}

func config() txn.Config {
	return txn.Config{
		Terminal: "T01", Operator: "01", Language: txn.Chinese, Printer: true, Scanner: true,
		Merchant: txn.Merchant{Name: "惠民便利店", Number: "M1"},
		Networks: []txn.NetworkConfig{
			{ID: txn.WeChat, Name: "微信支付", NameEN: "WeChat Pay", Short: "微信"},
			{ID: txn.Alipay, Name: "支付宝", NameEN: "Alipay", Short: "支付宝", Timing: txn.Timing{
				PollShow: 3 * time.Second, PollFirst: 5 * time.Second, PollScan: 3 * time.Second,
				ScanLimit: 45 * time.Second, AskFirst: true,
			}},
		},
		Default:   txn.WeChat,
		Items:     map[string]txn.Item{"6901234567892": {Name: "可乐", Barcode: "6901234567892", Price: txn.Yuan(350)}},
		MaxAmount: txn.Yuan(5000000), Copies: 2, ReceiptQR: true,
		ShowExpiry: 120 * time.Second, Margin: 60 * time.Second, ScanWindow: 30 * time.Second,
		Timing: txn.Timing{
			PollShow: 3 * time.Second, PollScan: 5 * time.Second, ScanLimit: 45 * time.Second, Reverse: 15 * time.Second,
		},
		MaxBackoff: time.Minute, Linger: 20 * time.Second,
		EnrolCode: txn.NewPIN("20260301"), RefundSettle: 10 * time.Second, AskLimit: 24 * time.Hour, Backups: true,
	}
}

func newRig(t *testing.T) *rig {
	return startRig(t, config(), storetest.NewMemory("T01"), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
}

func startRig(t *testing.T, cfg txn.Config, j *storetest.Memory, wall time.Time) *rig {
	t.Helper()
	r := &rig{t: t, cfg: cfg, journal: j, now: txn.Time{Wall: wall}}
	start, err := j.Start()
	if err != nil {
		t.Fatal(err)
	}
	r.m = txn.New(cfg, start, r.now)
	r.step(txn.Tick{})
	return r
}

// restart cuts the power and starts again after a while, with what the journal kept.
func (r *rig) restart(off time.Duration) *rig {
	r.t.Helper()
	return startRig(r.t, r.cfg, r.journal, r.now.Wall.Add(off))
}

func (r *rig) step(events ...txn.Event) {
	r.t.Helper()
	for len(events) > 0 && !r.off {
		ev := events[0]
		events = events[1:]
		for _, eff := range r.m.Step(r.now, ev) {
			switch e := eff.(type) {
			case txn.Draw:
				r.screen = e.Screen
			case txn.Commit:
				if r.cut(e.Record) {
					return
				}
				if r.hold {
					r.held = append(r.held, e)
					continue
				}
				o, err := r.journal.Commit(e.Record)
				events = append(events, txn.Committed{Token: e.Token, Order: o, Err: err})
			case txn.MakeOffline, txn.CheckAnswer:
				if r.mute {
					r.left = append(r.left, e)
				} else {
					events = append(events, sealed(e))
				}
			case txn.Request:
				r.requests = append(r.requests, e)
			case txn.Print:
				r.prints = append(r.prints, e)
			case txn.Kick:
				r.kicks = append(r.kicks, e.Order)
			case txn.Reconcile:
				r.days = append(r.days, e.Day)
			case txn.Backup:
				r.backups++
			case txn.RefundRequest:
				r.refunds = append(r.refunds, e)
			case txn.Recall:
				events = append(events, e.From(r.journal))
			case txn.RecallBatch:
				ev := e.From(r.journal)
				if r.unread {
					ev = txn.BatchRecalled{Token: e.Token, Err: txn.ErrJournalDamaged}
				}
				events = append(events, ev)
			case txn.CheckPIN:
				if r.mute {
					r.left = append(r.left, e)
					continue
				}
				events = append(events, txn.PINChecked{Token: e.Token, Right: e.Hash == plainHash(e.PIN)})
			case txn.HashPIN:
				events = append(events, txn.PINHashed{Token: e.Token, Hash: plainHash(e.PIN)})
			case txn.Trigger:
				r.trigger = e.On
			case txn.Note:
				r.notes = append(r.notes, e.Text)
			}
		}
	}
}

// plainHash stands for a hash: it hides nothing, and costs nothing.
func plainHash(p txn.PIN) txn.PINHash { return txn.PINHash("plain " + p.Reveal()) }

// cut reports whether the power goes at this commit: then nothing else happens.
func (r *rig) cut(rec txn.Record) bool {
	r.t.Helper()
	if r.commits++; r.commits != r.cutAt {
		return false
	}
	r.off = true
	if !r.unkept {
		if _, err := r.journal.Commit(rec); err != nil {
			r.t.Fatal(err)
		}
	}
	return true
}

// release carries out the first n commits that wait, or all for n < 0.
func (r *rig) release(n int) {
	r.t.Helper()
	for ; n != 0 && len(r.held) > 0; n-- {
		c := r.held[0]
		r.held = r.held[1:]
		o, err := r.journal.Commit(c.Record)
		r.step(txn.Committed{Token: c.Token, Order: o, Err: err})
	}
}

// keys presses keys by name; "SCAN+" is a long press.
func (r *rig) keys(names string) {
	r.t.Helper()
	for _, k := range strings.Fields(names) {
		name, long := strings.CutSuffix(k, "+")
		r.step(txn.KeyPressed{Key: txn.Key(name), Long: long})
	}
}

// pass lets time pass in ticks of 100 ms; auto answers what is asked meanwhile, if it is not nil.
func (r *rig) pass(d time.Duration, auto func(txn.Request) (txn.Answer, txn.Fault)) {
	r.t.Helper()
	for end := r.now.Mono + d; r.now.Mono < end; {
		r.now.Mono += 100 * time.Millisecond
		r.now.Wall = r.now.Wall.Add(100 * time.Millisecond)
		r.step(txn.Tick{})
		for auto != nil && len(r.requests) > 0 {
			req := r.requests[0]
			r.requests = r.requests[1:]
			a, f := auto(req)
			r.step(txn.NetworkAnswered{Order: req.Order.No, Op: req.Op, Answer: a, Fault: f})
		}
	}
}

// asked takes the one request that must be waiting, and checks its kind.
func (r *rig) asked(op txn.Op) txn.Request {
	r.t.Helper()
	if len(r.requests) != 1 || r.requests[0].Op != op {
		r.t.Fatalf("requests waiting: %v, want one %s", ops(r.requests), op)
	}
	req := r.requests[0]
	r.requests = nil
	return req
}

// askedNow is asked, after a moment in which a request may be due.
func (r *rig) askedNow(op txn.Op) txn.Request {
	r.t.Helper()
	r.pass(100*time.Millisecond, nil)
	return r.asked(op)
}

func ops(rs []txn.Request) (names []string) {
	for _, r := range rs {
		names = append(names, fmt.Sprint(r.Op, " ", r.Order.No.Short()))
	}
	return names
}

func (r *rig) answer(req txn.Request, a txn.Answer) {
	r.t.Helper()
	r.step(txn.NetworkAnswered{Order: req.Order.No, Op: req.Op, Answer: a})
}

func (r *rig) fault(req txn.Request, f txn.Fault) {
	r.t.Helper()
	r.step(txn.NetworkAnswered{Order: req.Order.No, Op: req.Op, Fault: f})
}

// print ends the print that must be waiting.
func (r *rig) print(f txn.PrintFault, done txn.PrintExtent) txn.Slip {
	r.t.Helper()
	if len(r.prints) != 1 {
		r.t.Fatalf("%d prints waiting, want one", len(r.prints))
	}
	p := r.prints[0]
	r.prints = nil
	if f == txn.PrintOK {
		r.printed = append(r.printed, p.Slip)
	}
	r.step(txn.PrintEnded{Job: p.Job, Fault: f, Done: done})
	return p.Slip
}

// sees checks that the screen says all of want.
func (r *rig) sees(want ...string) {
	r.t.Helper()
	s := r.screen
	all := strings.Join(append(append([]string{s.Title, s.Amount, s.Status, s.Wallet, s.QR}, s.Lines...), append(s.Keys, s.Choice...)...), "\n")
	for _, w := range want {
		if !strings.Contains(all, w) {
			r.t.Fatalf("the screen does not say %q:\n%s", w, all)
		}
	}
}

// order returns the journal's only order in a state, or fails.
func (r *rig) order(states ...txn.State) txn.Order {
	r.t.Helper()
	all, err := r.journal.Recent(100)
	if err != nil {
		r.t.Fatal(err)
	}
	var found []txn.Order
	for _, o := range all {
		if slices.Contains(states, o.State) {
			found = append(found, o)
		}
	}
	if len(found) != 1 {
		r.t.Fatalf("%d orders are %v, want one; all: %+v", len(found), states, all)
	}
	return found[0]
}

func ready(url string) txn.Answer { return txn.Answer{Status: txn.StatusReady, CodeURL: url} }

func paid(fen int64) txn.Answer {
	return txn.Answer{Status: txn.StatusPaid, TransactionID: "4200001", Payer: txn.Yuan(fen)}
}

func is(s txn.Status) txn.Answer { return txn.Answer{Status: s} }

// scanned is what the loop makes of a payment code.
func (r *rig) scanned(network txn.NetworkID, code string) {
	c := txn.NewPaymentCode(code)
	r.step(txn.Scanned{Payment: c, Network: network, Digest: r.journal.Digest(c)})
}
