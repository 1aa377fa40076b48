package alipay

import (
	"strings"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// read turns a verified node into an answer.
func (c *Client) read(op txn.Op, o txn.Order, m client.Object) (txn.Answer, error) {
	code, report := codeOf(m)
	switch {
	case code == "":
		return c.fail(op, o, txn.FaultUnverified, "", client.ErrShape)
	case code == "40004": // the business failed, for the reason in sub_code
		return codes.Answer(txn.Alipay, op, o, report, false)
	case code != "10000" && (code != "10003" || op != txn.OpScan):
		v, _ := codes.Of(op, code)
		return v.Answer(txn.Alipay, op, o, report)
	}
	a, err := c.accepted(op, o, code, m)
	if err != nil {
		return c.fail(op, o, txn.FaultUnverified, "", err)
	}
	if a.Status == "" { // retry_flag
		return c.fail(op, o, txn.FaultSystem, "", errRetry)
	}
	return a, nil
}

// accepted reads the answer of a request that went well.
func (c *Client) accepted(op txn.Op, o txn.Order, code string, m client.Object) (txn.Answer, error) {
	switch op {
	case txn.OpShow, txn.OpClose, txn.OpReverse:
		same := client.Same{Object: m}
		same.Must("out_trade_no", string(o.No))
		if same.Err != nil || same.Differ {
			return txn.Answer{}, client.ErrShape
		}
	}
	switch op {
	case txn.OpShow:
		return ready(m)
	case txn.OpClose:
		return txn.Answer{Status: txn.StatusAccepted}, nil
	case txn.OpReverse:
		return cancelled(m)
	}
	status, ok := m.Text("trade_status")
	switch {
	case op == txn.OpScan && code == "10003":
		status = "WAIT_BUYER_PAY"
	case op == txn.OpScan && m["trade_status"] == nil: // pay has none: 10000 is the success
		status = "TRADE_SUCCESS"
	case !ok:
		return txn.Answer{}, client.ErrShape
	}
	a, err := c.trade(o, m, status)
	if err == nil && op == txn.OpScan {
		a = client.OfScan(a)
	}
	return a, err
}

// ready reads the code to show: a text of Alipay's own place, printable ASCII, at most 512 characters.
func ready(m client.Object) (txn.Answer, error) {
	text, _ := m.Text("qr_code")
	rest, ok := strings.CutPrefix(text, "https://qr.alipay.com/")
	if !ok || rest == "" || len(text) > 512 || strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }) >= 0 {
		return txn.Answer{}, client.ErrShape
	}
	return txn.Answer{Status: txn.StatusReady, CodeURL: text}, nil
}

// cancelled reads what a cancel did. Without an action it found no trade; when it has to be tried again the answer is
// empty.
func cancelled(m client.Object) (txn.Answer, error) {
	retry, ok := m.Text("retry_flag")
	action, acted := m.Text("action")
	switch {
	case !ok || retry != "N" && retry != "Y":
		return txn.Answer{}, client.ErrShape
	case retry == "Y":
		return txn.Answer{}, nil
	case m["action"] == nil:
		return txn.Answer{Status: txn.StatusNotFound}, nil
	case !acted || action != "close" && action != "refund":
		return txn.Answer{}, client.ErrShape
	}
	return txn.Answer{Status: txn.StatusAccepted, Code: strings.ToUpper(action)}, nil
}

// trade reads a trade and checks that it is ours in every fact that it carries.
func (c *Client) trade(o txn.Order, m client.Object, status string) (txn.Answer, error) {
	if !client.ValidCode(status) {
		return txn.Answer{}, client.ErrShape
	}
	same := c.identity(m, o.Amount.Currency)
	same.Must("out_trade_no", string(o.No))
	total, err := yuan(m, "total_amount")
	switch {
	case err != nil || same.Err != nil:
		return txn.Answer{}, client.ErrShape
	case same.Differ || total != nil && *total != o.Amount.Fen:
		return txn.Answer{Status: txn.StatusMismatch, Code: status}, nil
	}
	at, err := paidAt(m)
	if err != nil {
		return txn.Answer{}, err
	}
	switch status {
	case "TRADE_SUCCESS", "TRADE_FINISHED":
		return paid(o, m, total, at, status)
	case "WAIT_BUYER_PAY":
		return txn.Answer{Status: txn.StatusWaiting, Code: status}, nil
	case "TRADE_CLOSED":
		return txn.Answer{Status: closed(o.Method, at), Code: status}, nil
	}
	return txn.Answer{}, client.ErrShape
}

// identity compares what an answer may carry of us.
func (c *Client) identity(m client.Object, currency txn.Currency) client.Same {
	same := client.Same{Object: m}
	same.May("app_id", c.cfg.AppID)
	same.May("trans_currency", string(currency))
	if c.cfg.SellerID != "" {
		same.May("seller_id", c.cfg.SellerID)
	}
	return same
}

// closed tells the two kinds of closed trades apart: those that nobody paid, and those that were given back.
func closed(method txn.Method, paidAt time.Time) txn.Status {
	switch {
	case paidAt.IsZero():
		return txn.StatusClosed
	case method == txn.Scan:
		return txn.StatusReversed
	}
	return txn.StatusRefunded
}

// paid reads what a success must carry beside its identity.
func paid(o txn.Order, m client.Object, total *int64, at time.Time, status string) (txn.Answer, error) {
	id, _ := m.Text("trade_no")
	if !client.ValidTransaction(id) || total == nil {
		return txn.Answer{}, client.ErrShape
	}
	payer, err := yuan(m, "buyer_pay_amount")
	if err != nil {
		return txn.Answer{}, err
	}
	receipt, err := yuan(m, "receipt_amount")
	if err != nil || payer != nil && *payer > *total {
		return txn.Answer{}, client.ErrShape
	}
	a := txn.Answer{Status: txn.StatusPaid, TransactionID: id, Payer: o.Amount, PaidAt: at, Code: status}
	// Nothing paid and nothing received is how a query says that it was not told: who pays all with coupons
	// leaves something to receive.
	if payer != nil && (*payer > 0 || receipt != nil && *receipt > 0) {
		a.Payer.Fen = *payer
	}
	return a, nil
}

// paidAt reads when the trade was paid, where the answer says so: gmt_payment of pay, send_pay_date of query.
func paidAt(m client.Object) (at time.Time, err error) {
	for _, key := range []string{"gmt_payment", "send_pay_date"} {
		if m[key] == nil {
			continue
		}
		if at, err = readTime(m, key); err != nil {
			return time.Time{}, err
		}
	}
	return at, nil
}

// readTime reads a time in Beijing's zone.
func readTime(m client.Object, key string) (time.Time, error) {
	text, _ := m.Text(key)
	at, err := time.ParseInLocation(timeForm, text, beijing)
	if err != nil || at.Year() < 2011 || at.Year() > 2100 {
		return time.Time{}, client.ErrShape
	}
	return at, nil
}

// yuan reads an amount in fen; nil where the answer carries none.
func yuan(m client.Object, key string) (*int64, error) {
	if m[key] == nil {
		return nil, nil
	}
	text, ok := m.Text(key)
	if !ok {
		return nil, client.ErrShape
	}
	sum, err := txn.ParseYuan(text)
	if err != nil {
		return nil, client.ErrShape
	}
	return &sum.Fen, nil
}
