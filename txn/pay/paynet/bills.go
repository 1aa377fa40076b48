package paynet

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"smartpos/txn/reconcile"
)

// Operations of bills, as faults and OnRequest name them. UnionPay and the aggregator put the file into the answer.
const (
	OpBill     = "bill"      // GET /v3/bill/tradebill; Alipay: …bill.downloadurl.query; UnionPay: 76/01; POST /agg/v1/bill
	OpBillFile = "bill-file" // the download of WeChat Pay and Alipay
)

// BillBend is what the bill says otherwise than the ledger.
type BillBend string

// How bills can be bent.
const (
	BillOK       BillBend = "ok"       // all bills are straight again
	BillMissing  BillBend = "missing"  // without the order (短款 of the merchant's)
	BillStranger BillBend = "stranger" // with one more payment like it, of an order that nobody made (长款)
	BillAmount   BillBend = "amount"   // a fen less, or more where there is but one (金额不符)
	BillReversed BillBend = "reversed" // reversed after the payment, which it was not (状态不符)
	BillTwice    BillBend = "twice"    // booked twice (重复)
)

// BillBends lists them, in the order above.
var BillBends = []BillBend{BillOK, BillMissing, BillStranger, BillAmount, BillReversed, BillTwice}

// bills is what the sandbox knows of bills beside the ledger. It is not kept on disk.
type bills struct {
	atOnce bool
	bent   map[string]BillBend // by orderKey
	files  map[string]billFile // by the token in their address
}

func newBills() bills { return bills{bent: map[string]BillBend{}, files: map[string]billFile{}} }

// billFile is a bill that waits to be downloaded.
type billFile struct {
	data  []byte
	until time.Time
}

// BillsAtOnce has bills given out at any time, also of a day that is not over; normally a day's bill is made at 10:00
// in Beijing on the day after.
func (p *Paynet) BillsAtOnce(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bills.atOnce = on
}

// errNoSale is returned when no order was paid that a bill could be bent about.
var errNoSale = errors.New("paynet: nobody has paid yet: there is no order to bend a bill about")

// BendBill makes all bills from now on say something else about the order that was paid last; about one order the
// latest bend counts. BillOK takes everything back.
func (p *Paynet) BendBill(b BillBend) error {
	if !slices.Contains(BillBends, b) {
		return fmt.Errorf("paynet: bills can't be %.20q: use one of %v", b, BillBends)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if b == BillOK {
		p.bills.bent = map[string]BillBend{}
		return nil
	}
	for _, e := range slices.Backward(p.state.Entries) {
		if e.Kind == EntryCharge {
			p.bills.bent[orderKey(e.Network, e.Order)] = b
			return nil
		}
	}
	return errNoSale
}

// billHour is when the day before has its bill.
const billHour = 10

// billOf returns the lines of a day's bill; made is false while it is not made yet. ahead is how long before midnight the
// network's day ends.
func (p *Paynet) billOf(network string, day, now time.Time, ahead time.Duration) (lines []reconcile.Line, made bool) {
	if !p.bills.atOnce && now.Before(day.AddDate(0, 0, 1).Add(billHour*time.Hour)) {
		return nil, false
	}
	return p.bookedOn(network, day, ahead), true
}

// bookedOn are the lines of a day's bill.
func (p *Paynet) bookedOn(network string, day time.Time, ahead time.Duration) (lines []reconcile.Line) {
	for _, e := range p.state.Entries {
		y, m, d := e.At.Add(ahead).In(beijing).Date()
		if e.Network == network && day.Equal(time.Date(y, m, d, 0, 0, 0, 0, beijing)) {
			lines = append(lines, p.bills.line(e, p.state.order(network, e.Order).Transaction)...)
		}
	}
	return lines
}

// Bill is the bill of a day, given by any time of it, as a person downloads it from the network's own pages, made yet or
// not; an empty name: there is no such network.
func (p *Paynet) Bill(network string, day time.Time) (name string, data []byte) {
	p.view(func(time.Time) {
		w, ahead := p.at(network), time.Duration(0)
		if w == nil {
			return
		}
		if network == UnionPay {
			ahead = settlesAhead
		}
		y, m, d := day.In(beijing).Date()
		start := time.Date(y, m, d, 0, 0, 0, 0, beijing)
		name, data = w.writeBill(start, p.bookedOn(network, start, ahead))
	})
	return name, data
}

// line is what a bill says of a movement of money.
func (b *bills) line(e Entry, transaction string) []reconcile.Line {
	l := reconcile.Line{
		Kind: reconcile.Payment, Order: e.Order, Refund: e.Refund, Transaction: transaction, Fen: e.Total,
		At: e.At.Truncate(time.Second),
	}
	switch {
	case e.Kind == EntryGiveBack && e.Refund == "":
		l.Kind = reconcile.Reversal
	case e.Kind == EntryGiveBack:
		l.Kind = reconcile.Refund
	}
	other := l
	switch bend := b.bent[orderKey(e.Network, e.Order)]; {
	case bend == BillMissing:
		return nil
	case l.Kind != reconcile.Payment:
	case bend == BillStranger:
		other.Order, other.Transaction = "X"+l.Order[1:], "9"+l.Transaction[1:]
		return []reconcile.Line{l, other}
	case bend == BillAmount && l.Fen == 1:
		l.Fen++
	case bend == BillAmount:
		l.Fen--
	case bend == BillReversed:
		other.Kind = reconcile.Reversal
		return []reconcile.Line{l, other}
	case bend == BillTwice:
		return []reconcile.Line{l, l}
	}
	return []reconcile.Line{l}
}

// keep lays a bill out for download and returns the token for its address.
func (b *bills) keep(data []byte, until, now time.Time) (token string) {
	for token, f := range b.files { // what has lapsed
		if !now.Before(f.until) {
			delete(b.files, token)
		}
	}
	token = randomLetters(32)
	b.files[token] = billFile{data, until}
	return token
}

// file returns a bill that lies there, while its address lives.
func (b *bills) file(token string, now time.Time) (data []byte, ok bool) {
	f, ok := b.files[token]
	return f.data, ok && now.Before(f.until)
}

// billDay reads a bill's date.
func billDay(text string) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateOnly, text, beijing)
	return t, err == nil
}
