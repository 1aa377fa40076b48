package aggregator

import (
	"context"
	"net/http"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

var _ pay.Biller = (*Client)(nil)

// billRequest is the body of bill.
type billRequest struct {
	MerchantID string `json:"merchant_id"`
	Date       string `json:"date"`
}

// Bill implements [pay.Biller]. The signed answer itself is the bill; a day without trade has one, too.
func (c *Client) Bill(ctx context.Context, day time.Time) (pay.BillAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, pay.BillTimeout)
	defer cancel()
	date := client.BillDate(day)
	r, nonce, err := c.request(ctx, paths[txn.OpBill], billRequest{c.cfg.MerchantID, date}, time.Now())
	if err != nil {
		return client.FailBill(txn.Aggregator, txn.FaultNotSent, "", err)
	}
	x := c.line.Fetch(r, pay.MaxBill)
	if f, err := c.proof(paths[txn.OpBill], nonce, &x); f != txn.FaultNone {
		return client.FailBill(txn.Aggregator, f, "", err)
	}
	m, err := client.Parse(x.Body)
	if err != nil {
		return client.FailBill(txn.Aggregator, txn.FaultUnverified, "", err)
	}
	code, _ := m.Text("code")
	switch {
	case !client.ValidCode(code) || (code == "OK") != (x.Status == http.StatusOK): // they belong together
		return client.FailBill(txn.Aggregator, txn.FaultUnverified, "", client.ErrShape)
	case code != "OK":
		return billCodes.Bill(txn.Aggregator, day, code, x.Troubled())
	}
	same := client.Same{Object: m}
	same.Must("merchant_id", c.cfg.MerchantID)
	same.Must("date", date)
	if same.Err != nil || same.Differ {
		return client.FailBill(txn.Aggregator, txn.FaultUnverified, "", client.ErrShape)
	}
	return pay.BillAnswer{Status: txn.StatusReady, Name: "aggregator-" + date + ".json", Data: x.Body}, nil
}
