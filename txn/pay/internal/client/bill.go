package client

import (
	"context"
	"errors"
	"net/http"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// beijing is the zone of every bill's day.
var beijing = time.FixedZone("CST", 8*60*60)

// BillDate writes the day of a bill as most networks do: 2026-11-27.
func BillDate(day time.Time) string { return day.In(beijing).Format(time.DateOnly) }

// billHour is when the day before has its bill at every network: WeChat Pay documents 10:00, Alipay 9:00.
const billHour = 10

// Bill is an answer with that code. Some networks say "no such bill" of one that is not made yet, too: before a bill is
// due that means to wait.
func (v Verdict) Bill(network txn.NetworkID, day, now time.Time, code string) (pay.BillAnswer, error) {
	if v.Fault != txn.FaultNone {
		return FailBill(network, v.Fault, code, nil)
	}
	y, m, d := day.In(beijing).Date()
	if v == NotFound && now.Before(time.Date(y, m, d+1, billHour, 0, 0, 0, beijing)) {
		v = Waiting
	}
	return pay.BillAnswer{Status: v.Status, Code: code}, nil
}

// Bill is [Codes.Answer] for the bill of a day.
func (c Codes) Bill(network txn.NetworkID, day time.Time, code string, troubled bool) (pay.BillAnswer, error) {
	v, ok := c.Of(txn.OpBill, code)
	if !ok && !troubled {
		return FailBill(network, txn.FaultSystem, code, errUnknownCode)
	}
	return v.Bill(network, day, time.Now(), code)
}

// FailBill is no answer and why.
func FailBill(network txn.NetworkID, f txn.Fault, code string, err error) (pay.BillAnswer, error) {
	return pay.BillAnswer{}, &pay.Error{Network: network, Op: txn.OpBill, Fault: f, Code: code, Err: err}
}

var (
	errNoFile = errors.New("the bill's address gives no file; it may have lapsed: ask again")
	errEmpty  = errors.New("the bill's file is empty")
)

// File says what is wrong with the answer that should be a bill's file: a plain download, which no network signs.
// FaultNone: it is whole by what the line shows, and what it holds is to be checked.
func (x *Exchange) File() (txn.Fault, error) {
	f, err := x.Silence()
	switch {
	case f != txn.FaultNone:
		return f, err
	case x.Troubled():
		return txn.FaultSystem, errNoFile
	case x.Cut != nil:
		return txn.FaultUnverified, x.Cut
	case x.Status >= 300 && x.Status < 400:
		return txn.FaultUnverified, ErrRedirect
	case x.Status != http.StatusOK:
		return txn.FaultUnverified, errNoFile
	case len(x.Body) == 0:
		return txn.FaultUnverified, errEmpty
	}
	return txn.FaultNone, nil
}

// Download gets a bill's file from an address that carries its own permission.
func (l *Line) Download(ctx context.Context, address string) Exchange {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Exchange{Err: err}
	}
	return l.Fetch(r, pay.MaxBill)
}
