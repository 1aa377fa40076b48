package txn_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// Who knows a shop's recovery key, which is public, can make a backup of what he likes. Amounts of two currencies, which
// nobody could reckon with, are in no order that a journal tells of.
func TestOneCurrency(t *testing.T) {
	dollars := txn.Money{Fen: 1, Currency: "USD"}
	cash := storetest.Cash(500, 1000, "")
	cash.No, cash.Tendered = "T01TEST000100000001", dollars
	if o, err := (txn.Order{}).Apply(cash); err == nil {
		t.Errorf("%s for %s: change of %s", dollars, o.Amount, o.Change())
	}
	show := storetest.Intent(500, "")
	show.No = "T01TEST000100000001"
	o, err := txn.Order{}.Apply(show)
	if err != nil {
		t.Fatal(err)
	}
	out := storetest.Outcome(o, txn.Paid)
	out.Payer = dollars
	if _, err := o.Apply(out); err == nil {
		t.Errorf("%s for %s", dollars, o.Amount)
	}
}

// FuzzPast lets a journal that somebody forged tell anything of an order and of the till, a record a line: its type and its
// JSON; type 0 is a till as it stands where a pruned journal begins. On what is taken of it the machine starts, lists it, finds
// it and prints it.
func FuzzPast(f *testing.F) {
	line := func(r txn.Record) string {
		text, err := json.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		return fmt.Sprintf("%d %s\n", r.Type(), text)
	}
	cash, show := storetest.Cash(500, 1000, ""), storetest.Intent(500, "")
	cash.No, show.No = "T01TEST000100000001", "T01TEST000100000001"
	o, err := txn.Order{}.Apply(show)
	if err != nil {
		f.Fatal(err)
	}
	late := storetest.Outcome(o, txn.Paid)
	late.Late, late.Exception = true, txn.LateSuccess
	f.Add(line(cash))
	f.Add(line(show) + line(storetest.Outcome(o, txn.Paid)) + line(storetest.Printed(o)))
	f.Add(line(show) + line(storetest.Move(o, txn.Closing)) + line(late))
	refund := &txn.RefundIntent{Order: cash.No, No: "T01TEST000100000001R01", Amount: txn.Yuan(200), Supervisor: "S01", Created: storetest.Day}
	f.Add(line(cash) + line(refund) + line(&txn.Printed{Order: cash.No, Refund: refund.No}))
	f.Add(line(show) + line(storetest.Outcome(o, txn.Paid)) + line(refund) +
		line(&txn.RefundOutcome{Order: o.No, No: refund.No, State: txn.RefundDisputed}) + line(&txn.Settled{Order: o.No, By: "S01"}))
	code := storetest.Offline(500, "")
	code.No = show.No
	f.Add(line(code) + line(storetest.OfflineMade(o)) + line(storetest.OfflineTried(o)) + line(storetest.OfflineAnswered(o)))
	f.Add(line(show) + line(&txn.Outcome{Order: o.No, State: txn.Disputed, Exception: txn.Mismatch, Reason: "\x1b[2J"}))
	closed := &txn.BatchClosed{No: 1, From: 1, Through: 2, Orders: 1, Rows: []txn.BatchRow{{Method: txn.Cash, Currency: txn.CNY, Sales: txn.Sum{N: 1, Fen: 500}}}}
	f.Add(line(storetest.Enrolled("S01")) + line(storetest.PINTried("S01", false)) + line(closed) + line(cash))
	f.Add(line(&txn.Restored{Terminal: "T01", From: "0123WXYZ", Incarnation: "0123WXY0", By: "S01"}) + line(cash))
	f.Add(`0 {"operators":[{"id":"S01","pin":"$","tries":-9223372036854775808}],"batches":{"closed":9223372036854775807}}` + "\n" + line(cash))
	f.Add(strings.Replace(line(cash), `"cur":"CNY"`, `"cur":"USD"`, 1))
	f.Add(line(show) + strings.Replace(line(late), `"cur":"CNY"`, `"cur":"USD"`, 1))
	f.Add(strings.ReplaceAll(line(cash), "500", "-9223372036854775808"))
	f.Add(strings.ReplaceAll(line(cash), `"qty":1`, `"qty":-9223372036854775808`))
	f.Fuzz(func(t *testing.T, past string) {
		var o txn.Order
		var start txn.Start
		for line := range strings.Lines(past) {
			var kind uint8
			number, text, _ := strings.Cut(line, " ")
			_, _ = fmt.Sscan(number, &kind)
			var till txn.Till
			if kind == 0 && json.Unmarshal([]byte(text), &till) == nil {
				start.Till = till
			}
			rec := txn.NewRecord(txn.RecordType(kind))
			if rec == nil || json.Unmarshal([]byte(text), rec) != nil {
				continue
			}
			if after, err := o.Apply(rec); err == nil {
				o = after
			}
			if after, err := start.Till.Apply(rec); err == nil {
				start.Till = after
				remember(&start, rec)
			}
		}
		if o.State == txn.Paid {
			start.Last = &o
		}
		if o.Listed() {
			start.Exceptions = []txn.Order{o}
		}
		if o.Pending() {
			start.Pending = []txn.Order{o}
		}
		now := txn.Time{Wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
		m := txn.New(config(), start, now)
		step(m, &now, o, txn.Tick{})
		for _, key := range strings.Fields("MENU 1 OK OK CANCEL MENU 2 OK 1 OK CANCEL MENU 3 OK 1 OK CANCEL MENU 4 OK 1 CANCEL MENU 5 OK 1 OK 1 OK CANCEL MENU 9 OK CANCEL OK CANCEL MENU 7 2 0 2 6 0 3 0 1 OK CANCEL") {
			step(m, &now, o, txn.KeyPressed{Key: txn.Key(key)})
		}
	})
}

// remember notes what a start tells of the till's records.
func remember(start *txn.Start, rec txn.Record) {
	switch r := rec.(type) {
	case *txn.BatchClosed:
		start.Settlement = &txn.Settlement{BatchClosed: *r, Head: "0123-4567-89AB-CDEF"}
	case *txn.Restored:
		start.Restored = r
	}
}

// step takes an event and all that comes of it, in a world where whatever is asked for is done.
func step(m *txn.Machine, now *txn.Time, o txn.Order, events ...txn.Event) {
	for n := 0; len(events) > 0 && n < 100; n++ {
		ev := events[0]
		events = events[1:]
		now.Wall, now.Mono = now.Wall.Add(time.Second), now.Mono+time.Second
		for _, eff := range m.Step(*now, ev) {
			switch e := eff.(type) {
			case txn.Commit:
				after, err := o.Apply(e.Record)
				if err == nil {
					o = after
				}
				events = append(events, txn.Committed{Token: e.Token, Order: after, Err: err})
			case txn.Print:
				events = append(events, txn.PrintEnded{Job: e.Job, Done: txn.PrintedWhole})
			case txn.Kick:
				events = append(events, txn.KickEnded{Order: e.Order})
			case txn.Recall:
				found := txn.Recalled{Token: e.Token}
				if o.State == txn.Paid {
					found.Orders = []txn.Order{o}
				}
				events = append(events, found)
			}
		}
	}
}
