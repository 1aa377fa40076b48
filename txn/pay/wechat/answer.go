package wechat

import (
	"encoding/json"
	"strings"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// accepted reads a verified answer of a request that went well.
func (c *Client) accepted(op txn.Op, o txn.Order, body []byte) (txn.Answer, error) {
	switch op {
	case txn.OpClose, txn.OpReverse:
		if _, err := client.Parse(body); err != nil && len(body) > 0 {
			return c.fault(op, o, txn.FaultUnverified, "", client.ErrShape)
		}
		return txn.Answer{Status: txn.StatusAccepted}, nil
	case txn.OpShow:
		m, err := client.Parse(body)
		if err != nil {
			return c.fault(op, o, txn.FaultUnverified, "", client.ErrShape)
		}
		url, _ := m.Text("code_url")
		if !validCodeURL(url) {
			return c.fault(op, o, txn.FaultUnverified, "", client.ErrShape)
		}
		return txn.Answer{Status: txn.StatusReady, CodeURL: url}, nil
	}
	a, err := c.transaction(o, body)
	if err != nil {
		return c.fault(op, o, txn.FaultUnverified, "", err)
	}
	if op == txn.OpScan {
		a = client.OfScan(a)
	}
	return a, nil
}

// validCodeURL reports whether s can be shown as it is: printable ASCII of WeChat's own scheme.
func validCodeURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "weixin://")
	if !ok || rest == "" || len(s) > 512 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) < 0
}

// transaction reads a transaction and checks that it is ours in every fact that it carries. Only one that
// carries all of them is ever paid.
func (c *Client) transaction(o txn.Order, body []byte) (txn.Answer, error) {
	m, err := client.Parse(body)
	if err != nil {
		return txn.Answer{}, client.ErrShape
	}
	state, ok := m.Text("trade_state")
	if !ok || !client.ValidCode(state) {
		return txn.Answer{}, client.ErrShape
	}
	var sum money
	if raw, ok := m["amount"]; ok {
		if sum, err = readMoney(raw); err != nil {
			return txn.Answer{}, client.ErrShape
		}
	}
	same, err := c.ours(o, m, sum)
	if err != nil {
		return txn.Answer{}, err
	}
	if !same {
		return txn.Answer{Status: txn.StatusMismatch, Code: state}, nil
	}
	if state == "SUCCESS" {
		return paid(o, m, sum)
	}
	status, ok := statusOf(state, o.Method)
	if !ok {
		return txn.Answer{}, client.ErrShape
	}
	return txn.Answer{Status: status, Code: state}, nil
}

// statusOf maps trade_state. PAYERROR, USERPAYING and REVOKED are documented for code payments alone: a
// shown order that failed once can still be paid, so there it decides nothing.
func statusOf(state string, method txn.Method) (txn.Status, bool) {
	switch state {
	case "NOTPAY", "USERPAYING", "ACCEPT":
		return txn.StatusWaiting, true
	case "PAYERROR":
		if method == txn.Show {
			return txn.StatusWaiting, true
		}
		return txn.StatusFailed, true
	case "CLOSED":
		return txn.StatusClosed, true
	case "REVOKED":
		return txn.StatusReversed, true
	case "REFUND":
		return txn.StatusRefunded, true
	}
	return "", false
}

// ours reports whether every identity field that the answer carries is ours. The order number and merchant
// must be there: without them it says nothing about any order.
func (c *Client) ours(o txn.Order, m client.Object, sum money) (bool, error) {
	same := client.Same{Object: m}
	kind := "NATIVE"
	if o.Method == txn.Scan {
		kind = "MICROPAY"
	}
	same.Must("out_trade_no", string(o.No))
	same.Must("mchid", c.cfg.MerchantID)
	same.Must("appid", c.cfg.AppID)
	same.May("trade_type", kind)
	if sum.total != nil && *sum.total != o.Amount.Fen || sum.currency != "" && sum.currency != string(o.Amount.Currency) {
		same.Differ = true
	}
	return !same.Differ, same.Err
}

// paid reads what a success must carry beside its identity.
func paid(o txn.Order, m client.Object, sum money) (txn.Answer, error) {
	id, _ := m.Text("transaction_id")
	if !client.ValidTransaction(id) || sum.total == nil {
		return txn.Answer{}, client.ErrShape
	}
	a := txn.Answer{Status: txn.StatusPaid, TransactionID: id, Payer: o.Amount, Code: "SUCCESS"}
	if sum.payer != nil {
		if *sum.payer < 0 || *sum.payer > *sum.total {
			return txn.Answer{}, client.ErrShape
		}
		a.Payer.Fen = *sum.payer
	}
	var err error
	if a.PaidAt, err = readTime(m, "success_time"); err != nil {
		return txn.Answer{}, err
	}
	return a, nil
}

// readTime reads a time, where there is one.
func readTime(m client.Object, key string) (time.Time, error) {
	raw, ok := m.Text(key)
	if !ok {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, raw)
	if err != nil || at.Year() < 2011 || at.Year() > 2100 {
		return time.Time{}, client.ErrShape
	}
	return at, nil
}

// money is the amount of a transaction.
type money struct {
	total, payer *int64
	currency     string
}

func readMoney(raw json.RawMessage) (s money, err error) {
	m, err := client.Parse(raw)
	if err != nil {
		return s, err
	}
	for key, into := range map[string]**int64{"total": &s.total, "payer_total": &s.payer} {
		if v, ok := m[key]; ok && string(v) != "null" {
			var n int64
			if err := json.Unmarshal(v, &n); err != nil {
				return s, err
			}
			*into = &n
		}
	}
	if m["currency"] != nil {
		var ok bool
		if s.currency, ok = m.Text("currency"); !ok || s.currency == "" {
			return s, client.ErrShape
		}
	}
	return s, nil
}

// errorCode returns the code of an error body, which can come under a 2xx status too (202 USERPAYING); empty
// where there is none of the documented form.
func errorCode(body []byte) string {
	m, err := client.Parse(body)
	if err != nil {
		return ""
	}
	code, _ := m.Text("code")
	if !client.ValidCode(code) {
		return ""
	}
	return code
}
