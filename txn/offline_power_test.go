package txn_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// sell does everything of an offline sale, as far as the power lasts.
func (r *rig) sell() {
	r.keys("5 OK")
	for _, req := range r.requests {
		r.fault(req, txn.FaultNotSent)
	}
	r.requests = nil
	r.keys("8 OK " + rightAnswer + " OK")
	for range 2 {
		if len(r.prints) > 0 && !r.off {
			p := r.prints[0]
			r.prints = r.prints[1:]
			r.step(txn.PrintEnded{Job: p.Job})
		}
	}
	r.keys("OK")
	r.pass(time.Minute, says(txn.StatusPaid, "PAID"))
}

// The power goes at every commit of an offline sale, before it is on disk and after: what the next start finds, and
// where the sale ends when the cashier goes on, is in the table of docs/offline-qr.md.
func TestOfflinePowerCutAtEveryCommit(t *testing.T) {
	whole := offlineRig(t)
	whole.sell()
	var kinds []string
	for _, rec := range whole.journal.Records() {
		kinds = append(kinds, strings.TrimPrefix(fmt.Sprintf("%T", rec), "*txn."))
	}
	want := "Intent Outcome Intent OfflineMade OfflineTried OfflineAnswered Printed Outcome"
	if got := strings.Join(kinds, " "); got != want {
		t.Fatalf("the records of a sale are %s, want %s", got, want)
	}
	for at, kind := range kinds {
		if at < 2 {
			continue // of the order whose network was not there
		}
		for _, unkept := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d %s unkept=%t", at+1, kind, unkept), func(t *testing.T) {
				r := offlineRig(t)
				r.cutAt, r.unkept = at+1, unkept
				r.sell()
				if !r.off {
					t.Fatal("the power did not go")
				}
				last := kinds[at]
				if unkept {
					last = kinds[at-1]
				}
				r = r.restart(10 * time.Second)
				r.afterCut(last)
			})
		}
	}
}

// afterCut holds what a start finds after that record, and goes on.
func (r *rig) afterCut(last string) {
	r.t.Helper()
	tries := 0 // that stay counted when all is over
	switch last {
	case "Outcome": // nothing of the offline sale, or all of it
		if r.mode().Count != 0 {
			r.t.Errorf("the mode is %+v", r.mode())
		}
		return
	case "Intent": // no digest: the code was never on the display
		r.pass(time.Second, silence)
		r.modeIs(txn.OfflineState{})
		if all, err := r.journal.Recent(1); err != nil || all[0].State != txn.Failed || all[0].Reason != "never-shown" {
			r.t.Errorf("%+v, %v", all, err)
		}
		return
	case "OfflineTried":
		tries = 1
		fallthrough
	case "OfflineMade":
		r.modeIs(txn.OfflineState{Count: 1, Fen: 500, Tries: tries})
		r.sees("有离线码待输答案")
		r.pass(time.Second, silence)
		r.keys("MENU 8")
		r.sees("1 输入")
		r.keys("1")
		if r.screen.QR != "" {
			r.t.Error("the code is drawn again")
		}
		r.sees("不再显示", "答案 ______")
		r.keys(rightAnswer + " OK")
		r.sees("离线待确认")
	case "OfflineAnswered":
		r.sees("小票未打完")
		r.keys("OK")
		if slip := r.print(txn.PrintOK, 0); slip.Mark != "** 离线待确认 **" || !strings.Contains(slip.Copy, "重打印") {
			r.t.Errorf("the slip is %+v", slip)
		}
	}
	r.modeIs(txn.OfflineState{Count: 1, Fen: 500, Tries: tries})
	r.order(txn.Unconfirmed)
	r.pass(2*time.Minute, says(txn.StatusPaid, "PAID"))
	if o := r.order(txn.Paid); o.Exception != "" || o.Late {
		r.t.Errorf("%+v", o)
	}
	r.modeIs(txn.OfflineState{Tries: tries})
}

// thief has a terminal without a network, guesses answers, and pulls its plug: at the same commit of every run, or at
// random ones.
type thief struct {
	t        *testing.T
	journal  *storetest.Memory
	wall     time.Time
	compared map[txn.OrderNo]int // answers that were compared, by code
	made     int
}

func (h *thief) run(cutAt int, unkept bool) {
	h.t.Helper()
	before := h.state()
	r := startRig(h.t, offlineConfig(), h.journal, h.wall)
	r.cutAt, r.unkept, r.mute = cutAt, unkept, true
	hands := func() {
		for len(r.left) > 0 && !r.off {
			e := r.left[0]
			r.left = r.left[1:]
			switch e := e.(type) {
			case txn.MakeOffline:
				h.made++
			case txn.CheckAnswer:
				h.compared[e.Order.No]++
			}
			r.step(sealed(e))
		}
	}
	guess := func() {
		for range 4 {
			r.keys(wrongAnswer + " OK")
			hands()
		}
	}
	r.pass(time.Second, silence)
	r.keys("MENU 8 1")
	guess()
	r.keys("CANCEL CANCEL CANCEL CANCEL 1 OK")
	r.pass(time.Second, silence)
	r.keys("8 OK")
	hands()
	guess()
	h.wall = r.now.Wall.Add(time.Second)
	h.holds(before)
}

func (h *thief) state() txn.OfflineState {
	start, err := h.journal.Start()
	if err != nil {
		h.t.Fatal(err)
	}
	return start.Till.Offline
}

// holds checks what no power cut may break.
func (h *thief) holds(before txn.OfflineState) {
	h.t.Helper()
	s := h.state()
	all, err := h.journal.Recent(1000)
	if err != nil {
		h.t.Fatal(err)
	}
	sum, count, tries := int64(0), 0, 0
	for _, o := range all {
		if o.Offline == nil {
			continue
		}
		tries += o.Offline.Tries
		if o.Offline.Counts {
			sum, count = sum+o.Amount.Fen, count+1
		}
		if n := h.compared[o.No]; n > o.Offline.Tries || n > txn.MaxCodeTries {
			h.t.Fatalf("%s: %d answers were compared, %d are on disk", o.No, n, o.Offline.Tries)
		}
	}
	total := 0
	for _, n := range h.compared {
		total += n
	}
	switch {
	case s.Tries < before.Tries:
		h.t.Fatalf("tries came back: %d, then %d", before.Tries, s.Tries)
	case s.Tries != tries || total > s.Tries || s.Tries > txn.MaxModeTries:
		h.t.Fatalf("%d answers were compared, %d are counted, %d of the codes", total, s.Tries, tries)
	case s.Count != count || s.Fen != sum || s.Count > 3:
		h.t.Fatalf("%d codes of %d fen count, the mode says %+v", count, sum, s)
	}
}

// Three answers for a code and ten in all, wherever the power goes: the same commit of every run, kept or not.
func TestOfflineLockOutsOutliveEveryPowerCut(t *testing.T) {
	ended := 0
	for cutAt := range 16 { // 0 is no cut at all
		for _, unkept := range []bool{false, true} {
			h := &thief{t: t, journal: storetest.NewMemory("T01"), wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), compared: map[txn.OrderNo]int{}}
			for range 40 {
				h.run(cutAt, unkept)
			}
			if made := h.made; h.state().Ended(offlineConfig().Offline.Limits) {
				ended++
				if h.run(0, false); h.made != made {
					t.Fatalf("cut at %d: a code was made although the mode has ended", cutAt)
				}
			}
		}
	}
	if ended < 8 {
		t.Errorf("the mode ended in %d of 32 ways: the thief does not try hard enough", ended)
	}
}

// The same with the power going anywhere.
func TestOfflineLockOutsOutliveRandomPowerCuts(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 0))
		h := &thief{t: t, journal: storetest.NewMemory("T01"), wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), compared: map[txn.OrderNo]int{}}
		for range 40 {
			h.run(rng.IntN(16), rng.IntN(2) == 0)
		}
		if s := h.state(); s.Tries != txn.MaxModeTries {
			t.Errorf("seed %d: after 40 runs %+v", seed, s)
		}
	}
}
