package sim

import (
	"fmt"
	"slices"
	"strings"

	"smartpos/txn"
)

// back is what the journal acknowledged about one refund.
type back struct {
	no      txn.RefundNo
	amount  int64
	state   txn.RefundState
	slip    bool // it came out, or was done without
	run     int  // in which it was done
	accused bool // its network contradicted itself
}

func (e *entry) refund(no txn.RefundNo) *back {
	for _, b := range e.refunds {
		if b.no == no {
			return b
		}
	}
	return nil
}

// takeRefund applies a record about an order's refunds or its place on the list.
func (e *entry) takeRefund(rec txn.Record, run int) {
	switch r := rec.(type) {
	case *txn.RefundIntent:
		b := &back{no: r.No, amount: r.Amount.Fen, state: txn.RefundAsked}
		if e.method == txn.Cash {
			b.state, b.run = txn.RefundDone, run
		}
		e.refunds = append(e.refunds, b)
	case *txn.RefundOutcome:
		if b := e.refund(r.No); b != nil {
			b.state, b.run = r.State, run
		}
		if r.State == txn.RefundDisputed {
			e.settled = false
			if e.exception == "" {
				e.exception = txn.RefundStuck
			}
		}
		if (e.exception == txn.LateSuccess || e.exception == txn.OverTotal) && e.given() == e.amount {
			e.settled = true
		}
	case *txn.Settled:
		e.settled = true
	}
}

// given is what is known to have gone back, in fen.
func (e *entry) given() (fen int64) {
	for _, b := range e.refunds {
		if b.state == txn.RefundDone {
			fen += b.amount
		}
	}
	return fen
}

// refunded holds a record about refunds to the rules.
func (o *oracle) refunded(e *entry, rec txn.Record) {
	switch r := rec.(type) {
	case *txn.RefundIntent:
		promised := int64(0)
		for _, b := range e.refunds {
			if b.state != txn.RefundRefused {
				promised += b.amount
			}
		}
		switch {
		case o.lostRefunds[r.No]:
			o.w.fail(5, e.no, "refund number %s is used again after a restore", r.No)
		case e.state != txn.Paid:
			o.w.fail(1, e.no, "a refund of an order that is %s", e.state)
		case promised > e.amount:
			o.w.fail(1, e.no, "refunds of %d fen, of %d", promised, e.amount)
		case !strings.HasPrefix(string(r.No), fmt.Sprintf("%sR%02d", e.no, len(e.refunds))):
			o.w.fail(5, e.no, "refund %s is not number %d", r.No, len(e.refunds))
		case o.pins.wrong > 0 || !o.pins.right:
			o.w.fail(4, e.no, "a refund that no PIN allowed")
		}
		o.pins.right = false // one PIN, one refund
	case *txn.RefundOutcome:
		k, b := o.w.giver.given[r.No], e.refund(r.No)
		switch {
		case b == nil:
			o.w.fail(2, e.no, "an outcome of a refund that is not on disk")
		case r.State == txn.RefundDone && (k == nil || k.back == 0):
			o.w.fail(3, e.no, "%s is written down as done, and nothing went back", r.No)
		case r.State == txn.RefundRefused && k != nil && k.state != "refused":
			o.w.fail(4, e.no, "%s is written down as refused, and the bank says %s", r.No, k.state)
		case r.State == txn.RefundDisputed && !b.accused && (k == nil || k.state != "abnormal"):
			o.w.fail(4, e.no, "%s is disputed, and its network never contradicted itself", r.No)
		}
	}
}

// gave is told by the bank of all that goes back.
func (o *oracle) gave(k *gift) {
	e := o.entries[k.refund.Order]
	b := (*back)(nil)
	if e != nil {
		b = e.refund(k.refund.No)
	}
	switch {
	case o.lost[k.refund.Order] || o.lostRefunds[k.refund.No]:
	case b == nil:
		o.w.fail(2, k.refund.Order, "money goes back, and no intent was acknowledged")
	case k.back > 1:
		o.w.fail(1, k.refund.Order, "%s went back %d times", k.refund.No, k.back)
	case b.state == txn.RefundRefused:
		o.w.fail(4, k.refund.Order, "%s goes back after it was written down as refused", k.refund.No)
	}
}

// accuse notes that a network will contradict itself about a refund.
func (o *oracle) accuse(r txn.Refund) {
	if e := o.entries[r.Order]; e != nil && e.refund(r.No) != nil {
		e.refund(r.No).accused = true
	}
}

// askedRefund holds a request about a refund to the rules before it is sent.
func (o *oracle) askedRefund(q txn.RefundRequest) {
	r := q.Refund
	e := o.entries[r.Order]
	if e == nil || e.refund(r.No) == nil {
		o.w.fail(2, r.Order, "%s of %s, which is not on disk", q.Op, r.No)
		return
	}
	b := e.refund(r.No)
	switch {
	case b.state.Final():
		o.w.fail(4, r.Order, "%s of %s, which is %s", q.Op, r.No, b.state)
	case b.amount != r.Amount.Fen || r.Network != e.network || r.Total.Fen != e.amount || e.method == txn.Cash:
		o.w.fail(4, r.Order, "%s of %d fen at %s; the intent says %d at %s", q.Op, r.Amount.Fen, r.Network, b.amount, e.network)
	}
}

// saysRefunded holds the screen of a refund to the journal.
func (o *oracle) saysRefunded(s txn.Screen, words string) {
	if !slices.ContainsFunc(o.all(), func(e *entry) bool {
		return strings.Contains(words, e.no.Short()) && slices.ContainsFunc(e.refunds, func(b *back) bool {
			return b.state == txn.RefundDone && s.Amount == txn.Yuan(b.amount).String()
		})
	}) {
		o.w.fail(3, "", "the screen says refunded, the journal does not: %q %q", s.Amount, s.Lines)
	}
}

// printsRefund holds the slip of a refund to the rules.
func (o *oracle) printsRefund(s txn.Slip) {
	value := func(label string) string {
		for _, r := range s.Rows {
			if r.Label == label {
				return r.Value
			}
		}
		return ""
	}
	no := txn.OrderNo(value("原商户单号"))
	e := o.entries[no]
	if e == nil || e.refund(txn.RefundNo(value("退款单号"))) == nil {
		o.w.fail(2, no, "a slip of a refund that is not on disk")
		return
	}
	b := e.refund(txn.RefundNo(value("退款单号")))
	switch {
	case b.state != txn.RefundDone:
		o.w.fail(3, no, "a slip of a refund that is %s", b.state)
	case !slices.Contains(s.Total, txn.Row{Label: "退款", Value: txn.Yuan(b.amount).String()}):
		o.w.fail(3, no, "a slip of another amount: %v", s.Total)
	}
	if strings.Contains(s.Mark, "重打印") {
		return
	}
	which := original{txn.OrderNo(b.no), s.Copy}
	if o.printed[which]++; o.printed[which] > 1 {
		o.w.fail(7, no, "a second original of %s", s.Copy)
	}
	if b.run != o.w.power.run {
		o.w.fail(7, no, "an original after a restart")
	}
}

// settledRefunds holds an order's refunds to their end.
func (o *oracle) settledRefunds(e *entry) {
	for _, b := range e.refunds {
		k := o.w.giver.given[b.no]
		went := k != nil && k.back > 0 || e.method == txn.Cash
		switch {
		case !b.state.Final():
			o.w.fail(4, e.no, "refund %s is still %s in the end", b.no, b.state)
		case b.state == txn.RefundDone && !went:
			o.w.fail(4, e.no, "refund %s is done, and nothing went back", b.no)
		case b.state == txn.RefundRefused && went:
			o.w.fail(4, e.no, "refund %s is refused, and it went back", b.no)
		case b.state == txn.RefundDone && !b.slip:
			o.w.fail(7, e.no, "the slip of %s is still owed in the end", b.no)
		}
	}
}
