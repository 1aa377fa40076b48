package aggregator

import (
	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// offlineStates are those of an order of an offline code that is not paid. The last two are the platform's final word.
var offlineStates = map[string]txn.Status{
	"WAITING": txn.StatusWaiting, "REFUNDED": txn.StatusRefunded, "EXPIRED": txn.StatusClosed, "UNSEEN": txn.StatusClosed,
}

// offline reads what the platform says of an order whose code the terminal made by itself. Only of one that was paid it
// knows what for.
func (c *Client) offline(o txn.Order, m client.Object) (txn.Answer, error) {
	same := client.Same{Object: m}
	same.Must("merchant_id", c.cfg.MerchantID)
	same.Must("order_no", string(o.No))
	same.Must("method", "offline")
	state, _ := m.Text("state")
	switch status, ok := offlineStates[state]; {
	case same.Err != nil || !client.ValidCode(state):
		return txn.Answer{}, client.ErrShape
	case same.Differ:
		return txn.Answer{Status: txn.StatusMismatch, Code: state}, nil
	case ok:
		return txn.Answer{Status: status, Code: state}, nil
	case state != "PAID":
		return txn.Answer{}, client.ErrShape
	}
	total, err := m.Int("amount")
	same.Must("currency", string(o.Amount.Currency))
	switch {
	case err != nil || total == nil || same.Err != nil:
		return txn.Answer{}, client.ErrShape
	case same.Differ || *total != o.Amount.Fen:
		return txn.Answer{Status: txn.StatusMismatch, Code: state}, nil
	}
	return paid(o, m)
}
