package store

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// ages is a journal that grows old: its clock goes on by a minute with every record.
type ages struct {
	*Journal
	dir string
	now time.Time
}

func grow(t testing.TB, dir string) *ages {
	t.Helper()
	a := &ages{dir: dir, now: storetest.Day}
	a.Journal = openWith(t, dir, a.config())
	return a
}

func (a *ages) config() Config {
	return Config{Terminal: "T0000001", Now: func() time.Time { a.now = a.now.Add(time.Minute); return a.now }}
}

// old is a retention that takes whatever else allows.
var old = Retention{Keep: time.Second}

// settle closes the batch that runs.
func (a *ages) settle(t testing.TB) {
	t.Helper()
	till, by := must(a.Start()).Till, ""
	if len(till.Operators) > 0 {
		by = till.Operators[0].ID
	}
	commit(t, a, storetest.BatchClosed(till.Batches.Closed+1, by))
}

// close settles and saves.
func (a *ages) close(t testing.TB) []byte {
	t.Helper()
	a.settle(t)
	return a.save(t)
}

// save writes a backup and reads it back.
func (a *ages) save(t testing.TB) []byte {
	t.Helper()
	b, err := a.BackupTo(t.Context(), t.TempDir(), safe().Recipient())
	if err != nil {
		t.Fatal(err)
	}
	return read(t, b.Path)
}

// prune takes all steps, and holds everything after each.
func (a *ages) prune(t testing.TB, r Retention) (steps int) {
	t.Helper()
	for more := true; more; steps++ {
		var err error
		if more, err = a.Prune(r); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Verify(); err != nil {
			t.Fatalf("after step %d: %v", steps, err)
		}
	}
	return steps
}

// gone sells, prunes and returns how many records went.
func (a *ages) gone(t testing.TB, r Retention) uint64 {
	t.Helper()
	a.prune(t, r)
	return must(a.Info()).Gone
}

func TestPrune(t *testing.T) {
	a := grow(t, t.TempDir())
	commit(t, a, storetest.Enrolled("9001"))
	sell(t, a, 40)
	odd := commit(t, a, storetest.Intent(100, ""))
	listed := storetest.Outcome(odd, txn.Disputed)
	listed.Exception = txn.AlreadyExists
	commit(t, a, listed)
	commit(t, a, &txn.Settled{Order: odd.No, By: "9001", At: storetest.Day})
	code := a.Digest(txn.NewPaymentCode("130000000000000001"))
	commit(t, a, storetest.Outcome(commit(t, a, storetest.Scan(200, code)), txn.Failed))
	sell(t, a, 20)
	a.settle(t)
	before, start := must(a.Info()), must(a.Start())
	orders := must(a.Recent(1000))
	a.save(t)
	if steps := a.prune(t, old); steps < 6 {
		t.Errorf("%d steps for %d records: not bounded", steps, before.Records)
	}

	info := must(a.Info())
	if info.Gone != before.Records-4 || info.GoneOrders != before.Orders-1 || info.Head != before.Head {
		t.Errorf("%+v\nof %+v", info, before)
	}
	got := must(a.Start())
	if len(got.Codes) != 0 || storetest.Text(got.Till) != storetest.Text(start.Till) || got.Last == nil || got.Last.No != orders[0].No {
		t.Errorf("start: %+v", got)
	}
	if recent := must(a.Recent(1000)); storetest.Text(recent) != storetest.Text(orders[:1]) {
		t.Errorf("recent: %s", storetest.Text(recent))
	}
	for _, o := range orders[1:] {
		if _, err := a.Order(o.No); !errors.Is(err, txn.ErrNoOrder) {
			t.Errorf("an order that is gone: %v", err)
		}
	}
	if _, err := a.Commit(storetest.RefundIntent(orders[5], 1)); !errors.Is(err, txn.ErrNoOrder) {
		t.Errorf("a refund of it: %v, want ErrNoOrder", err)
	}
	if _, err := a.Commit(storetest.Intent(1, orders[5].Sale)); !errors.Is(err, txn.ErrNoOrder) {
		t.Errorf("an order of its sale: %v, want ErrNoOrder", err)
	}
	var walked []uint64
	if err := a.Walk(func(e Entry) error { walked = append(walked, e.Sequence); return nil }); err != nil || len(walked) != 4 || walked[0] != info.Gone+1 {
		t.Errorf("walked %d, %v", walked, err)
	}
	for _, w := range []Witness{{info.Gone, Head(held(t, a.Journal).hash).Short()}, {info.Records, Head(info.Head).Short()}} {
		if err := a.Holds(w); err != nil {
			t.Errorf("a slip that shows %s: %v", w, err)
		}
	}
	for _, w := range []Witness{{info.Gone, "0000-0000-0000-0000"}, {info.Gone - 1, "0000-0000-0000-0000"}} {
		if err := a.Holds(w); !errors.Is(err, ErrWitness) {
			t.Errorf("a slip that shows %s: %v, want ErrWitness", w, err)
		}
	}
	listedNow := 0
	if err := a.List(func(txn.Order) error { listedNow++; return nil }); err != nil || listedNow != 1 {
		t.Errorf("listed %d, %v", listedNow, err)
	}
	next := commit(t, a, storetest.Intent(1, ""))
	if want := fmt.Sprintf("%08d", before.Orders+1); string(next.No[len(next.No)-8:]) != want {
		t.Errorf("the next number is %s, want …%s", next.No, want)
	}
	commit(t, a, storetest.Outcome(next, txn.Failed))
	commit(t, a, storetest.Outcome(commit(t, a, storetest.Scan(200, code)), txn.Failed))
	if codes := must(a.Start()).Codes; !slices.Equal(codes, []txn.CodeDigest{code}) {
		t.Errorf("codes %v", codes)
	}

	// And again, from the anchor on.
	sell(t, a, 30)
	a.close(t)
	if again := a.gone(t, old); again <= info.Gone {
		t.Errorf("%d records gone, %d before", again, info.Gone)
	}
}

// held returns where a journal begins.
func held(t *testing.T, j *Journal) (a anchor) {
	t.Helper()
	err := j.read("test", func(v *view) (err error) { _, a, err = v.bounds(); return err })
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// What must stay stays, and everything behind it.
func TestPruneKeeps(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(t *testing.T, a *ages) // behind ten sales, before five
		then func(t *testing.T, a *ages) // at the end
		r    Retention
		open bool // the batch is not closed at the end
		gone uint64
	}{
		{name: "what is not the latest sale", gone: 42},
		{name: "nothing settled", open: true},
		{name: "what is settled", do: func(t *testing.T, a *ages) { a.settle(t) }, open: true, gone: 30},
		{name: "what is old", r: Retention{Keep: 30 * time.Minute}, gone: 15},
		{name: "what is much older", r: Retention{Keep: 30 * time.Minute, Slack: 16 * time.Minute}},
		{name: "what is open", do: func(t *testing.T, a *ages) { commit(t, a, storetest.Intent(1, "")) }, gone: 30},
		{name: "what owes a slip", do: func(t *testing.T, a *ages) {
			commit(t, a, storetest.Outcome(commit(t, a, storetest.Intent(1, "")), txn.Paid))
		}, gone: 30},
		{name: "what is on the exception list", do: func(t *testing.T, a *ages) {
			r := storetest.Outcome(commit(t, a, storetest.Intent(1, "")), txn.Failed)
			r.Exception = txn.Mismatch
			commit(t, a, r)
		}, gone: 30},
		{name: "what was refunded after the settlement", then: func(t *testing.T, a *ages) {
			a.settle(t)
			o := must(a.Recent(1000))[9]
			commit(t, a, storetest.RefundIntent(o, 1))
			commit(t, a, storetest.RefundOutcome(must(a.Order(o.No)), txn.RefundDone))
			commit(t, a, &txn.Printed{Order: o.No, Refund: txn.NewRefundNo(o.No, 1), At: storetest.Day})
			sell(t, a, 1)
		}, open: true, gone: 15},
		{name: "a sale that is tried again after the settlement", do: func(t *testing.T, a *ages) {
			o := commit(t, a, storetest.Intent(1, ""))
			commit(t, a, storetest.Outcome(o, txn.Failed))
			sell(t, a, 1)
			a.settle(t)
			commit(t, a, storetest.Outcome(commit(t, a, storetest.Intent(1, o.Sale)), txn.Failed))
		}, open: true, gone: 30},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := grow(t, t.TempDir())
			sell(t, a, 10)
			if test.do != nil {
				test.do(t, a)
			}
			sell(t, a, 5)
			if test.then != nil {
				test.then(t, a)
			}
			if !test.open {
				a.settle(t)
			}
			r := cmp.Or(test.r, old)
			if gone := a.gone(t, r); gone != 0 {
				t.Errorf("%d records went without a backup", gone)
			}
			a.save(t)
			if gone := a.gone(t, r); gone != test.gone {
				t.Errorf("%d records went, should be %d", gone, test.gone)
			}
		})
	}
}

// Some sales are made while the clock is years ahead, and it is set right again. They stay as long as what was sold after
// them, and not for those years.
func TestPruneAfterClockWasAhead(t *testing.T) {
	a := grow(t, t.TempDir())
	for range 2 {
		sell(t, a, 10)
		right := a.now
		a.now = right.AddDate(10, 0, 0)
		sell(t, a, 5)
		a.now = right.Add(time.Hour)
		sell(t, a, 10)
	}
	a.close(t)
	r := Retention{Keep: 45 * time.Minute, Slack: 5 * time.Minute}
	if gone := a.gone(t, r); gone != 75+30 {
		t.Errorf("%d records went, should be 105: the first day's, and those of the second that only young ones of a false time follow", gone)
	}
	a.now = a.now.Add(20 * time.Minute)
	if gone := a.gone(t, r); gone != 75+30 {
		t.Errorf("%d records went, and nothing has happened since", gone)
	}
	sell(t, a, 1)
	if gone := a.gone(t, r); gone <= 75+30+15 {
		t.Errorf("%d records went, should be more than 120: what follows those of a false time is old now", gone)
	}
}

// behind is a journal of a new board, whose clock was two years behind until a network had set it; all was sold within the hour.
// What was sold before is settled and backed up by the false time or by the right one.
func behind(t *testing.T, settledBefore bool) *ages {
	a := grow(t, t.TempDir())
	right := a.now
	a.now = right.AddDate(-2, 0, 0)
	sell(t, a, 10)
	if settledBefore {
		a.close(t)
		sell(t, a, 30) // more than a step looks at
	}
	a.now = right
	sell(t, a, 3)
	if !settledBefore {
		a.close(t)
	}
	return a
}

// What was sold while the clock was behind looks years old, and stays as long as what was sold after.
func TestPruneAfterClockWasBehind(t *testing.T) {
	for name, settledBefore := range map[string]bool{"settled before the clock was set": true, "settled after": false} {
		t.Run(name, func(t *testing.T) {
			a := behind(t, settledBefore)
			r := Retention{Keep: 45 * time.Minute}
			if gone := a.gone(t, r); gone != 0 {
				t.Errorf("%d records went, all were made within the hour", gone)
			}
			a.now = a.now.Add(time.Hour)
			sell(t, a, 1)
			if gone := a.gone(t, r); gone < 27 {
				t.Errorf("%d records went, should be 27 or more: what was sold after them is old", gone)
			}
		})
	}
}

// Where room is short it goes: a stall that sells on one day of the week would never have any again.
func TestPruneWhereRoomIsShort(t *testing.T) {
	a := behind(t, false)
	if gone := a.gone(t, Retention{Keep: 45 * time.Minute, Slack: 3 * 365 * 24 * time.Hour, Short: true}); gone < 27 {
		t.Errorf("%d records went, should be 27 or more: they look old", gone)
	}
}

// A backup that somebody only wrote, or of a record that came after it, is none.
func TestPruneOnlyWhatABackupHolds(t *testing.T) {
	a := grow(t, t.TempDir())
	sell(t, a, 5)
	a.save(t)
	sell(t, a, 5)
	a.settle(t)
	if gone := a.gone(t, old); gone != 15 {
		t.Errorf("%d records went, 15 are backed up", gone)
	}
	if _, err := a.BackupTo(t.Context(), filepath.Join(t.TempDir(), "no", "folder"), safe().Recipient()); err == nil {
		t.Fatal("a backup into nowhere")
	}
	if gone := a.gone(t, old); gone != 15 {
		t.Errorf("%d records went, 15 are backed up", gone)
	}
}

// What is committed while pruning looks is taken into account: an order that it has seen gets a refund.
func TestPruneMeetsASale(t *testing.T) {
	a := grow(t, t.TempDir())
	sell(t, a, 100)
	orders := must(a.Recent(1000))
	a.close(t)
	for range 2 {
		if more, err := a.Prune(old); err != nil || !more {
			t.Fatal(more, err)
		}
	}
	first := orders[len(orders)-10]
	commit(t, a, storetest.RefundIntent(first, 1))
	if gone := a.gone(t, old); gone != 27 {
		t.Errorf("%d records went, the order of record 28 is being refunded", gone)
	}
	commit(t, a, storetest.RefundOutcome(must(a.Order(first.No)), txn.RefundRefused))
	sell(t, a, 1)
	a.close(t)
	if gone := a.gone(t, old); gone < 200 {
		t.Errorf("%d records went, nothing is in the way", gone)
	}
}

// While a backup copies, what it copies stays.
func TestPruneWaitsForABackup(t *testing.T) {
	a := grow(t, t.TempDir())
	sell(t, a, 10)
	a.close(t)
	release := a.hold()
	if more, err := a.Prune(old); more || err != nil {
		t.Errorf("beside a backup: %t, %v", more, err)
	}
	release()
	if gone := a.gone(t, old); gone == 0 {
		t.Error("nothing went after it")
	}
}
