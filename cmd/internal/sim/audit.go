package sim

import (
	"fmt"
	"slices"
	"time"

	"smartpos/store"
	"smartpos/txn"
)

// recall holds the journal against the books after a restart: everything acknowledged is there, and nothing else but
// perhaps the one record that was being written.
//
// It looks at what the run that ended has changed; the last time, and when a backup was restored, at everything.
func (o *oracle) recall(j *store.Journal, start txn.Start) {
	info, err := j.Info()
	if err != nil {
		o.w.fail(8, "", "after a restart: %v", err)
		return
	}
	doubt := o.inDoubt(j)
	o.doubt, o.failing = nil, false
	if in, ok := doubt.(*txn.Intent); ok && info.Orders == o.last+1 {
		o.adopt(j, in)
	}
	if info.Orders != o.last {
		o.w.fail(6, "", "the journal has %d orders, acknowledged were %d", info.Orders, o.last)
		return
	}
	o.prunes(info)
	for _, e := range o.all() {
		if e.pruned || !o.every && !o.touched[e.no] && (doubt == nil || doubt.OrderNo() != e.no) {
			continue
		}
		got, err := j.Order(e.no)
		if err != nil {
			o.w.fail(6, e.no, "acknowledged, and after the restart: %v", err)
			return
		}
		if doubt != nil && doubt.OrderNo() == e.no && !e.is(got) {
			e.take(doubt, 0) // printed by a run that is over: whatever prints now is a reprint
			o.takeOffline(e, doubt, 0)
			o.w.log(e.no, "the disk has the record that was being written")
			if out, ok := doubt.(*txn.Outcome); ok {
				o.outcome(e, out)
			}
			o.refunded(e, doubt)
		}
		if !e.is(got) {
			o.w.fail(6, e.no, "acknowledged as %s, after the restart %s", e, (&entry{
				state: got.State, exception: got.Exception, number: got.TransactionID, receipt: got.Printed,
			}))
		}
	}
	o.every = false
	clear(o.touched)
	if r, ok := doubt.(*txn.BatchClosed); ok && info.Records == o.records+1 {
		o.closed(r, info)
	}
	o.recallTill(start.Till, doubt)
	if info.Records != o.records && (doubt == nil || info.Records != o.records+1) {
		o.w.fail(6, "", "the journal has %d records, acknowledged were %d", info.Records, o.records)
	}
	if info.Records != o.records {
		o.unseen = nil
	}
	o.records = info.Records
}

// unseen is a commit that a start has not found. What it wrote still lies in the file, and may come back as long as no
// other record has taken its place: where a meta page is lost, opening cannot tell it from one that was acknowledged.
type unseen struct {
	rec txn.Record
	at  time.Time // by the device's clock
}

// doubts enters a commit of which nobody knows whether it is on disk.
func (o *oracle) doubts(rec txn.Record) {
	o.doubt = rec
	o.unseen = append(o.unseen, unseen{rec, o.w.power.clock().Truncate(time.Millisecond)})
}

// inDoubt returns the record that may be there besides what was acknowledged: the one that was being written, or one
// of before that the start has put back.
func (o *oracle) inDoubt(j *store.Journal) txn.Record {
	if !o.w.power.again {
		return o.doubt
	}
	var last store.Entry
	if err := j.Walk(func(e store.Entry) error { last = e; return nil }); err != nil {
		o.w.fail(8, "", "after a restart: %v", err)
	}
	for _, u := range o.unseen {
		if u.at.Equal(last.At) {
			return u.rec
		}
	}
	return o.doubt
}

// adopt enters an intent that the power cut left on disk: it has used up its number.
func (o *oracle) adopt(j *store.Journal, in *txn.Intent) {
	orders, err := j.Recent(1)
	if err != nil || len(orders) != 1 {
		o.w.fail(8, "", "the latest order: %v", err)
		return
	}
	o.intent(in, orders[0].No)
	o.w.log(orders[0].No, "the disk has the intent that was being written")
}

func (e *entry) is(got txn.Order) bool {
	return e.sale == got.Sale && e.network == got.Network && e.method == got.Method && e.amount == got.Amount.Fen &&
		e.state == got.State && e.exception == got.Exception && e.number == got.TransactionID && e.receipt == got.Printed &&
		e.settled == (got.Settled != "") && e.isRefunds(got.Refunds) && e.code.is(got.Offline)
}

// isRefunds reports whether the journal has the same refunds.
func (e *entry) isRefunds(got []txn.Refund) bool {
	return slices.EqualFunc(e.refunds, got, func(b *back, r txn.Refund) bool {
		return b.no == r.No && b.amount == r.Amount.Fen && b.state == r.State && b.slip == r.Printed
	})
}

func (e *entry) String() string {
	return fmt.Sprintf("%s (exception %q, number %q, receipt %t)", e.state, e.exception, e.number, e.receipt)
}

// audit holds everything against everything when the day has settled.
func (o *oracle) audit(j *store.Journal) {
	start, err := j.Start()
	if err != nil {
		o.w.fail(8, "", "start: %v", err)
	}
	o.every = true
	o.recall(j, start)
	if _, err := j.Verify(); err != nil {
		o.w.fail(8, "", "verify: %v", err)
	}
	listed := map[txn.OrderNo]bool{}
	for _, x := range start.Exceptions {
		listed[x.No] = true
	}
	captured := map[txn.OrderNo]int{}
	for _, e := range o.all() {
		o.ended(e, listed)
		o.settledRefunds(e)
		if e.state == txn.Paid && e.exception != txn.OverTotal {
			captured[e.sale]++
		}
	}
	for _, e := range o.all() {
		if e.state == txn.Paid && captured[e.sale] != 1 {
			o.w.fail(1, e.no, "its sale was captured %d times without an exception", captured[e.sale])
		}
	}
	for no := range o.w.bank.accounts {
		if o.entries[no] == nil && !o.lost[no] {
			o.w.fail(2, no, "the bank knows it, the books do not")
		}
	}
}

// ended holds one order to its end.
func (o *oracle) ended(e *entry, listed map[txn.OrderNo]bool) {
	a := o.w.bank.account(e.no)
	switch {
	case e.code != nil && !e.state.Final() && o.w.wall().Before(e.code.expires.Add(acquirerGrace+config().MaxBackoff+requestTimeout)):
		// its acquirer has not had its last word, or was not asked since: the clock was far ahead when the code was made
	case !e.state.Final():
		o.w.fail(4, e.no, "still %s in the end; the bank says %q", e.state, a.state)
	case e.method == txn.Cash && a.charges > 0:
		o.w.fail(1, e.no, "paid in cash, and the bank charged it too")
	case e.method != txn.Cash && e.state == txn.Paid && a.net() != 1:
		o.w.fail(4, e.no, "paid, and the customer is charged %d times", a.net())
	case e.state != txn.Paid && e.state != txn.Disputed && a.net() != 0:
		o.w.fail(4, e.no, "%s, and the customer is charged", e.state)
	case (e.exception != "" || e.state == txn.Disputed) && !e.settled && !listed[e.no]:
		o.w.fail(1, e.no, "%s with exception %q, and not on the list", e.state, e.exception)
	case e.state == txn.Paid && !e.receipt:
		o.w.fail(7, e.no, "its receipt is still owed in the end")
	}
}
