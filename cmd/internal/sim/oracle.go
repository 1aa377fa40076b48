package sim

import (
	"slices"
	"strconv"
	"strings"

	"smartpos/txn"
)

// oracle keeps books of its own and holds everything that happens against them.
type oracle struct {
	w *world
	books
	lost        map[txn.OrderNo]bool // in no journal any more
	lostRefunds map[txn.RefundNo]bool
	again       []txn.OrderNo        // whose refunds are lost: their customers may come again
	stems       []string             // that numbers must not begin with any more
	touched     map[txn.OrderNo]bool // since the last start
	every       bool                 // order is to be looked at, at the next one

	doubt   txn.Record // a commit that the power or the disk took: it is on disk or not
	unseen  []unseen   // such commits that no start has found, since the last that was acknowledged
	printed map[original]int
	kicked  map[string]bool // by the number of the order or the refund
	failing bool            // the journal has refused a record in this run
}

// entry is what the journal acknowledged about one order.
type entry struct {
	no, sale  txn.OrderNo
	network   txn.NetworkID
	method    txn.Method
	amount    int64
	state     txn.State
	exception txn.Exception
	number    string // the network's
	receipt   bool   // its receipt came out, or was done without
	born, run int    // the runs in which it was begun, and became paid

	codeSent bool // its customer's code has been sent
	seenPaid bool // a verified "paid" was delivered
	queried  int  // in which run a verified query was delivered
	accused  bool // its network contradicted itself: people must look at it

	code    *offlineCode // made without a network; nil: none
	refunds []*back
	settled bool // taken off the exception list
	pruned  bool // no longer in the journal
}

// original is one copy of a receipt without a mark.
type original struct {
	no   txn.OrderNo
	copy string
}

func newOracle(w *world) *oracle {
	return &oracle{
		w: w, books: books{entries: map[txn.OrderNo]*entry{}, batches: map[string]string{}}, printed: map[original]int{}, kicked: map[string]bool{},
		lost: map[txn.OrderNo]bool{}, lostRefunds: map[txn.RefundNo]bool{},
		touched: map[txn.OrderNo]bool{},
	}
}

func (o *oracle) saleOf(no txn.OrderNo) txn.OrderNo {
	if e := o.entries[no]; e != nil {
		return e.sale
	}
	return ""
}

// acknowledged enters a record that the journal has taken.
func (o *oracle) acknowledged(rec txn.Record, no txn.OrderNo) {
	o.records++
	o.unseen = nil // their place is taken
	o.touched[no] = true
	if in, ok := rec.(*txn.Intent); ok {
		if o.intent(in, no); o.entries[no] != nil {
			o.entries[no].born = o.w.power.run
		}
		return
	}
	if txn.OfTill(rec) {
		o.till(rec)
		return
	}
	e := o.entries[no]
	if e == nil || rec.OrderNo() != no {
		o.w.fail(5, no, "the journal took a record of %q as one of %q", rec.OrderNo(), no)
		return
	}
	e.take(rec, o.w.power.run)
	o.takeOffline(e, rec, o.w.power.run)
	if out, ok := rec.(*txn.Outcome); ok {
		o.outcome(e, out)
	}
	o.refunded(e, rec)
}

// take applies a record, and is all that this package believes about what records do.
func (e *entry) take(rec txn.Record, run int) {
	switch r := rec.(type) {
	case *txn.Move:
		e.state = r.To
	case *txn.Outcome:
		if e.state != txn.Unconfirmed { // which has spent the original
			e.run = run
		}
		e.state, e.exception, e.number = r.State, r.Exception, r.TransactionID
	case *txn.Printed:
		if b := e.refund(r.Refund); b != nil {
			b.slip = true
			break
		}
		e.receipt = true
	}
	e.takeRefund(rec, run)
}

// intent holds a new order to the rules of numbers, and of what else of its sale can be paid.
func (o *oracle) intent(in *txn.Intent, no txn.OrderNo) {
	if !no.Valid() || len(no) < 9 {
		o.w.fail(5, no, "order number %q", no)
		return
	}
	stem, digits := string(no[:len(no)-8]), string(no[len(no)-8:])
	seq, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || o.entries[no] != nil || o.lost[no] || seq != o.last+1 || !o.begins(stem) {
		o.w.fail(5, no, "order number %s after %s%08d", no, o.stem, o.last)
		return
	}
	o.last = seq
	e := &entry{no: no, sale: in.Sale, network: in.Network, method: in.Method, amount: in.Amount.Fen, state: txn.Open}
	if in.Method == txn.Cash { // the money is on the counter
		e.state, e.run = txn.Paid, o.w.power.run
	}
	if e.sale == "" {
		e.sale = no
	}
	for _, other := range o.all() {
		if other.sale == e.sale && other.state != txn.Closing && (!other.state.Final() || other.state == txn.Paid && other.exception != txn.OverTotal) {
			o.w.fail(1, no, "a new order while %s of the same sale is %s", other.no.Short(), other.state)
		}
		if other.sale == e.sale && other.amount != e.amount {
			o.w.fail(1, no, "%d fen in a sale of %d", e.amount, other.amount)
		}
	}
	o.entries[no] = e
	o.offlineIntent(e, in)
}

// outcome holds a final state to what the bank knows at that moment.
func (o *oracle) outcome(e *entry, out *txn.Outcome) {
	a := o.w.bank.account(e.no)
	switch {
	case out.State == txn.Paid && a.charges == 0:
		o.w.fail(3, e.no, "written down as paid, and nobody was charged")
	case out.State == txn.Paid && out.TransactionID != a.number:
		o.w.fail(3, e.no, "paid as %s, the bank's number is %s", out.TransactionID, a.number)
	case out.State == txn.Disputed && !e.accused:
		o.w.fail(4, e.no, "disputed, though the network never contradicted itself")
	case out.State != txn.Paid && out.State != txn.Disputed && a.net() != 0:
		o.w.fail(4, e.no, "written down as %s, and the customer has been charged", out.State)
	}
}

// charged is told by the bank of every charge.
func (o *oracle) charged(no txn.OrderNo, charges int) {
	e := o.entries[no]
	switch {
	case o.lost[no]: // paid, and in no journal any more: only the network's bill knows
	case e == nil:
		o.w.fail(2, no, "charged, and no intent was acknowledged")
	case charges > 1:
		o.w.fail(1, no, "charged %d times", charges)
	case e.state.Final() && e.state != txn.Paid && e.state != txn.Disputed:
		o.w.fail(4, no, "charged after it was written down as %s", e.state)
	}
}

// asked holds a request to the rules before it is sent.
func (o *oracle) asked(q txn.Request) {
	no := q.Order.No
	e := o.entries[no]
	if e == nil {
		o.w.fail(2, no, "%s of an order that is not on disk", q.Op)
		return
	}
	run := o.w.power.run
	switch {
	case e.state.Final():
		o.w.fail(4, no, "%s of an order that is %s", q.Op, e.state)
	case q.Order.Amount.Fen != e.amount || q.Order.Network != e.network || q.Order.Sale != e.sale:
		o.w.fail(4, no, "%s of %d fen at %s; the intent says %d at %s", q.Op, q.Order.Amount.Fen, q.Order.Network, e.amount, e.network)
	case q.Op == txn.OpScan && (e.codeSent || e.method != txn.Scan):
		o.w.fail(4, no, "a customer's code is sent again")
	case q.Op == txn.OpReverse && e.method != txn.Scan, q.Op == txn.OpClose && e.method != txn.Show:
		o.w.fail(4, no, "%s of a %s order", q.Op, e.method)
	case q.Op == txn.OpReverse && e.seenPaid:
		o.w.fail(4, no, "a reverse after a verified \"paid\"")
	case q.Op == txn.OpReverse && e.born < run && e.queried < run:
		o.w.fail(4, no, "a reverse after a restart, before a verified query has answered")
	}
	e.codeSent = e.codeSent || q.Op == txn.OpScan
	if q.Op != txn.OpScan && q.Code != (txn.PaymentCode{}) {
		o.w.fail(10, no, "%s carries a customer's code", q.Op)
	}
}

// delivered notes what the machine has been told.
func (o *oracle) delivered(ev txn.NetworkAnswered) {
	e := o.entries[ev.Order]
	if e == nil || ev.Fault != txn.FaultNone {
		return
	}
	switch ev.Answer.Status {
	case txn.StatusPaid:
		e.seenPaid = true
	case txn.StatusMismatch, txn.StatusExists:
		e.accused = true
	case txn.StatusClosed, txn.StatusNotFound:
		e.accused = e.accused || e.state == txn.Unconfirmed
	}
	if ev.Op == txn.OpQuery && ev.Answer.Status != txn.StatusMismatch {
		e.queried = o.w.power.run
	}
}

// shown holds a screen to the rules.
func (o *oracle) shown(s txn.Screen) {
	words := strings.Join(slices.Concat([]string{s.Title, s.Amount, s.Status, s.Wallet, s.QR}, s.Lines, s.Choice, s.Keys), "\n")
	o.clean("the screen", words)
	kind, known := screens[s.Title]
	switch {
	case !known:
		o.w.fail(10, "", "no cashier knows the screen %q", s.Title)
	case kind == atHalt && !o.failing:
		o.w.fail(10, "", "it stopped selling, and the journal works: %q", s.Lines)
	case (kind == atPaid || kind == atChange) && !slices.ContainsFunc(o.all(), func(e *entry) bool {
		amount := kind == atChange && e.method == txn.Cash || s.Amount == txn.Yuan(e.amount).String()
		return e.state == txn.Paid && amount && strings.Contains(words, e.no.Short())
	}):
		o.w.fail(3, "", "the screen says paid, the journal does not: %q %q", s.Amount, s.Lines)
	case kind == atUnconfirmed && !slices.ContainsFunc(o.all(), func(e *entry) bool {
		return e.code != nil && e.code.answered && s.Amount == txn.Yuan(e.amount).String() && strings.Contains(words, e.no.Short())
	}):
		o.w.fail(3, "", "the screen says unconfirmed, the journal does not: %q %q", s.Amount, s.Lines)
	case kind == atRefunded:
		o.saysRefunded(s, words)
	case s.QR != "" && o.entries[o.w.bank.byURL[s.QR]] == nil:
		o.w.fail(2, o.w.bank.byURL[s.QR], "a code is shown of an order that is not on disk")
	}
}

// prints holds a slip to the rules when the first of it comes out of the printer.
func (o *oracle) prints(s txn.Slip) {
	words := []string{s.Title, s.Sub, s.Copy, s.Mark, s.QR, s.Footer}
	number := ""
	for _, r := range slices.Concat(s.Rows, s.Total) {
		words = append(words, r.Label, r.Value)
		if r.Label == "商户单号" {
			number = r.Value
		}
	}
	o.clean("the paper", strings.Join(append(words, s.Notes...), "\n"))
	if slices.Contains(s.Rows, txn.Row{Label: "交易类型", Value: "退款 REFUND"}) {
		o.printsRefund(s)
		return
	}
	if ofBatch(s) {
		o.printsBatch(s)
		return
	}
	no := txn.OrderNo(number)
	e := o.entries[no]
	if e == nil {
		o.w.fail(2, no, "a slip of an order that is not on disk")
		return
	}
	if s.Copy == "" {
		return // a code to be paid
	}
	label := "金额"
	switch unconfirmed := strings.Contains(s.Mark, "离线待确认"); {
	case unconfirmed && e.code != nil && e.code.answered:
		label = "待确认"
	case unconfirmed || e.state != txn.Paid:
		o.w.fail(3, no, "a receipt of an order that is %s", e.state)
	}
	if !slices.Contains(s.Total, txn.Row{Label: label, Value: txn.Yuan(e.amount).String()}) {
		o.w.fail(3, no, "a receipt of another amount: %v", s.Total)
	}
	if strings.Contains(s.Mark+s.Copy, "重打印") {
		return
	}
	which := original{no, s.Copy}
	if o.printed[which]++; o.printed[which] > 1 {
		o.w.fail(7, no, "a second original of %s", s.Copy)
	}
	if e.run != o.w.power.run {
		o.w.fail(7, no, "an original after a restart")
	}
}

// kicks holds the opening of the drawer to the rules.
func (o *oracle) kicks(k txn.Kick) {
	e := o.entries[k.Order]
	which := string(k.Order)
	switch {
	case e == nil || e.method != txn.Cash, k.Refund != "" && e.refund(k.Refund) == nil:
		o.w.fail(2, k.Order, "the drawer opens for no cash on disk")
	case k.Refund != "":
		which = string(k.Refund)
	}
	if o.kicked[which] {
		o.w.fail(7, k.Order, "the drawer opens a second time")
	}
	o.kicked[which] = true
}

// clean holds words for people to what may come out of the terminal.
func (o *oracle) clean(where, words string) {
	if i := strings.IndexFunc(words, func(r rune) bool { return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 }); i >= 0 {
		o.w.fail(10, "", "%s has control bytes: %q", where, words)
	}
	if o.w.customers.tells(words) {
		o.w.fail(10, "", "%s tells a payment code: %q", where, words)
	}
}
