package board

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"smartpos/txn/pay/paynet"
)

// StickDir is the folder in the board's that stands for a USB stick: the firmware on a host reads bills there when its
// profile says bills = "stick".
const StickDir = "stick"

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

// BringBill puts today's bill of a network onto the stick, or the first half of its file.
func (b *Board) BringBill(network string, half bool) error {
	name, data := b.network.net.Bill(network, time.Now())
	if name == "" {
		return fmt.Errorf("%w: no network %.20q gives bills out", ErrBill, network)
	}
	if half {
		data = data[:len(data)/2]
	}
	dir := filepath.Join(b.dir, StickDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), data, 0o644)
}
