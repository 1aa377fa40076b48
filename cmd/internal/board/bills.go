package board

import (
	"context"
	"errors"
	"fmt"

	"smartpos/txn/pay/paynet"
)

// ErrBill is returned when a bill can't be changed or brought.
var ErrBill = errors.New("nothing is done to the bill")

// billRequest is the body of POST /bill.
type billRequest struct {
	Do string `json:"do"` // a paynet.BillBend
}

func (b *Board) postBill(_ context.Context, body []byte) (any, error) {
	var req billRequest
	if err := decode(body, &req); err != nil {
		return nil, err
	}
	return req, b.BendBill(req.Do)
}

// BendBill makes the networks' bills say something else about the order that was paid last; "ok" takes everything back.
func (b *Board) BendBill(how string) error {
	if err := b.network.net.BendBill(paynet.BillBend(how)); err != nil {
		return fmt.Errorf("%w: %w", ErrBill, err)
	}
	return nil
}
