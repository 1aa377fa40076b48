package txn_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"smartpos/txn"
)

func paidOrder(fen int64) txn.Order {
	return txn.Order{
		No: "T0000001A0001", Network: txn.WeChat, Amount: txn.Yuan(fen), State: txn.Paid, TransactionID: "42",
		PaidAt: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
	}
}

func ExampleNewRefund() {
	order := txn.Order{No: "T0000001A0001", Network: txn.WeChat, Amount: txn.Yuan(1250), State: txn.Paid, PaidAt: time.Now()}
	first, err := txn.NewRefund(order, txn.Yuan(1000), time.Now())
	fmt.Println(first.No, first.Amount, err)
	first.State = txn.RefundUnknown // it counts until its network refuses it
	order.Refunds = []txn.Refund{first}
	_, err = txn.NewRefund(order, txn.Yuan(251), time.Now())
	fmt.Println(err)
	// Output:
	// T0000001A0001R01 ¥10.00 <nil>
	// txn: the refund is more than is left of what was paid: ¥2.51 of ¥12.50, ¥10.00 of them in other refunds
}

// TestNewRefund holds why an order gets no refund.
func TestNewRefund(t *testing.T) {
	paid := paidOrder(1000)
	at := paid.PaidAt
	other := func(state txn.RefundState, fen int64) []txn.Refund {
		return []txn.Refund{{No: "T0000001A0001R01", Network: txn.WeChat, Order: paid.No, Amount: txn.Yuan(fen), State: state}}
	}
	open, untimed := paid, paid
	open.State = txn.Unknown
	untimed.PaidAt, untimed.Created = time.Time{}, at
	many := make([]txn.Refund, txn.MaxRefunds)
	for i := range many {
		many[i] = txn.Refund{No: txn.NewRefundNo(paid.No, i+1), Network: txn.WeChat, Order: paid.No, Amount: txn.Yuan(1)}
	}
	for _, tt := range []struct {
		name   string
		order  txn.Order
		others []txn.Refund
		amount txn.Money
		after  time.Duration
		err    error
	}{
		{"all", paid, nil, txn.Yuan(1000), 0, nil},
		{"a fen", paid, nil, txn.Yuan(1), txn.RefundWithin, nil},
		{"a fen more", paid, nil, txn.Yuan(1001), 0, txn.ErrRefundOver},
		{"nothing", paid, nil, txn.Yuan(0), 0, txn.ErrRefundAmount},
		{"less", paid, nil, txn.Yuan(-1), 0, txn.ErrRefundAmount},
		{"dollars", paid, nil, txn.Money{Fen: 1, Currency: "USD"}, 0, txn.ErrRefundAmount},
		{"not paid", open, nil, txn.Yuan(1), 0, txn.ErrRefundOrder},
		{"late", paid, nil, txn.Yuan(1), txn.RefundWithin + time.Second, txn.ErrRefundLate},
		{"late, by our own clock", untimed, nil, txn.Yuan(1), txn.RefundWithin + time.Second, txn.ErrRefundLate},
		{"one too many", paid, many, txn.Yuan(1), 0, txn.ErrRefundMany},
		{"the last that is taken", paid, many[1:], txn.Yuan(951), 0, nil},
		{"beside one that is refused", paid, other(txn.RefundRefused, 1000), txn.Yuan(1000), 0, nil},
		{"beside one that was asked for", paid, other(txn.RefundAsked, 1), txn.Yuan(1000), 0, txn.ErrRefundOver},
		{"beside one that is unknown", paid, other(txn.RefundUnknown, 1), txn.Yuan(1000), 0, txn.ErrRefundOver},
		{"beside one in process", paid, other(txn.RefundProcessing, 1), txn.Yuan(1000), 0, txn.ErrRefundOver},
		{"beside one that was made", paid, other(txn.RefundDone, 1), txn.Yuan(1000), 0, txn.ErrRefundOver},
		{"beside one that is stuck", paid, other(txn.RefundDisputed, 1), txn.Yuan(1000), 0, txn.ErrRefundOver},
	} {
		tt.order.Refunds = tt.others
		r, err := txn.NewRefund(tt.order, tt.amount, at.Add(tt.after))
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v; want %v", tt.name, err, tt.err)
		}
		if err == nil && (r.Check() != nil || r.No != txn.NewRefundNo(paid.No, len(tt.others)+1) || r.TransactionID != "42" || r.State != txn.RefundAsked || r.Total != paid.Amount) {
			t.Errorf("%s: %+v", tt.name, r)
		}
	}
}

// TestRefundsNeverExceed makes refunds at random, whatever becomes of each: those that are not refused never come to
// more than was paid.
func TestRefundsNeverExceed(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	states := []txn.RefundState{txn.RefundAsked, txn.RefundUnknown, txn.RefundProcessing, txn.RefundDone, txn.RefundRefused, txn.RefundDisputed}
	for _, total := range []int64{1, 100, 1234, math.MaxInt64} {
		o := paidOrder(total)
		var sum int64
		for range 200 {
			fen := 1 + rnd.Int64N(total)
			if rnd.IntN(2) == 0 {
				fen = min(fen, 1+total/20)
			}
			r, err := txn.NewRefund(o, txn.Yuan(fen), o.PaidAt)
			if err != nil {
				continue
			}
			if r.State = states[rnd.IntN(len(states))]; r.State != txn.RefundRefused {
				sum += fen
			}
			if sum > total || sum < 0 {
				t.Fatalf("%d of %d", sum, total)
			}
			o.Refunds = append(o.Refunds, r)
		}
		if len(o.Refunds) == 0 {
			t.Errorf("nothing of %d", total)
		}
	}
}

// TestRefundCheck: a refund that says impossible sums of itself is not asked for, whatever they add up to.
func TestRefundCheck(t *testing.T) {
	const huge = math.MaxInt64
	for _, r := range []txn.Refund{
		{Total: txn.Yuan(1), Before: txn.Yuan(huge), Amount: txn.Yuan(huge)},
		{Total: txn.Yuan(huge), Before: txn.Yuan(huge), Amount: txn.Yuan(1)},
		{Total: txn.Yuan(-1), Before: txn.Yuan(-2), Amount: txn.Yuan(1)},
		{Total: txn.Yuan(math.MinInt64), Before: txn.Yuan(1), Amount: txn.Yuan(1)},
		{Total: txn.Yuan(2), Before: txn.Money{Fen: 1, Currency: "USD"}, Amount: txn.Yuan(1)},
	} {
		r.No, r.Order = "T0000001A0002", "T0000001A0001"
		if r.Check() == nil {
			t.Errorf("%+v", r)
		}
	}
}
