package wechat

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"smartpos/txn"
)

// accepted reads a verified answer of a request that went well.
func (c *Client) accepted(op txn.Op, o txn.Order, body []byte) (txn.Answer, error) {
	switch op {
	case txn.OpClose, txn.OpReverse:
		if _, err := object(body); err != nil && len(body) > 0 {
			return txn.Answer{}, c.fault(op, o, txn.FaultUnverified, "", errShape)
		}
		return txn.Answer{Status: txn.StatusAccepted}, nil
	case txn.OpShow:
		m, err := object(body)
		if err != nil {
			return txn.Answer{}, c.fault(op, o, txn.FaultUnverified, "", errShape)
		}
		url, _ := m.text("code_url")
		if !validCodeURL(url) {
			return txn.Answer{}, c.fault(op, o, txn.FaultUnverified, "", errShape)
		}
		return txn.Answer{Status: txn.StatusReady, CodeURL: url}, nil
	}
	a, err := c.transaction(o, body)
	if err != nil {
		return txn.Answer{}, c.fault(op, o, txn.FaultUnverified, "", err)
	}
	if op == txn.OpScan {
		a = ofScan(a)
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

// ofScan fits a transaction to what a first request can be answered: states that only a later query can
// prove are left to it.
func ofScan(a txn.Answer) txn.Answer {
	switch a.Status {
	case txn.StatusReversed, txn.StatusRefunded, txn.StatusClosed:
		return txn.Answer{Status: txn.StatusExists, Code: a.Code}
	}
	return a
}

// What may go on to screen, paper and journal: the documented characters and no others. A code is a name; one
// with a long run of digits may be a payment code that is being thrown back at us.
var (
	transactionForm = regexp.MustCompile(`^[0-9A-Za-z]{1,32}$`)
	codeForm        = regexp.MustCompile(`^[A-Z][A-Z0-9_.]{0,63}$`)
	longNumber      = regexp.MustCompile(`[0-9]{6}`)
)

func validCode(s string) bool { return codeForm.MatchString(s) && !longNumber.MatchString(s) }

// transaction reads a transaction and checks that it is ours in every fact that it carries. Only one that
// carries all of them is ever paid.
func (c *Client) transaction(o txn.Order, body []byte) (txn.Answer, error) {
	m, err := object(body)
	if err != nil {
		return txn.Answer{}, errShape
	}
	state, ok := m.text("trade_state")
	if !ok || !validCode(state) {
		return txn.Answer{}, errShape
	}
	var sum money
	if raw, ok := m["amount"]; ok {
		if sum, err = readMoney(raw); err != nil {
			return txn.Answer{}, errShape
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
		return txn.Answer{}, errShape
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
func (c *Client) ours(o txn.Order, m fields, sum money) (bool, error) {
	same := true
	check := func(key, want string, must bool) error {
		got, ok := m.text(key)
		switch {
		case !ok && (must || m[key] != nil):
			return errShape
		case ok && got != want:
			same = false
		}
		return nil
	}
	kind := "NATIVE"
	if o.Method == txn.Scan {
		kind = "MICROPAY"
	}
	if err := errors.Join(
		check("out_trade_no", string(o.No), true), check("mchid", c.cfg.MerchantID, true),
		check("appid", c.cfg.AppID, true), check("trade_type", kind, false),
	); err != nil {
		return false, errShape
	}
	if sum.total != nil && *sum.total != o.Amount.Fen || sum.currency != "" && sum.currency != string(o.Amount.Currency) {
		same = false
	}
	return same, nil
}

// paid reads what a success must carry beside its identity.
func paid(o txn.Order, m fields, sum money) (txn.Answer, error) {
	id, _ := m.text("transaction_id")
	if !transactionForm.MatchString(id) || sum.total == nil {
		return txn.Answer{}, errShape
	}
	a := txn.Answer{Status: txn.StatusPaid, TransactionID: id, Payer: o.Amount, Code: "SUCCESS"}
	if sum.payer != nil {
		if *sum.payer < 0 || *sum.payer > *sum.total {
			return txn.Answer{}, errShape
		}
		a.Payer.Fen = *sum.payer
	}
	if raw, ok := m.text("success_time"); ok {
		at, err := time.Parse(time.RFC3339, raw)
		if err != nil || at.Year() < 2011 || at.Year() > 2100 {
			return txn.Answer{}, errShape
		}
		a.PaidAt = at
	}
	return a, nil
}

// money is the amount of a transaction.
type money struct {
	total, payer *int64
	currency     string
}

func readMoney(raw json.RawMessage) (s money, err error) {
	m, err := object(raw)
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
		if s.currency, ok = m.text("currency"); !ok || s.currency == "" {
			return s, errShape
		}
	}
	return s, nil
}

// fields is a JSON object by its exact keys. encoding/json would take "TOTAL" for "total", and the last of
// two equal keys: one signed text must have one meaning.
type fields map[string]json.RawMessage

func object(body []byte) (fields, error) {
	if !utf8.Valid(body) {
		return nil, errShape
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errShape
	}
	m := fields{}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return nil, errShape
		}
		var v json.RawMessage
		if _, twice := m[key]; twice || d.Decode(&v) != nil {
			return nil, errShape
		}
		m[key] = v
	}
	if _, err := d.Token(); err != nil {
		return nil, errShape
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errShape
	}
	return m, nil
}

// text returns a string field; ok is false when it is missing or not a string.
func (m fields) text(key string) (s string, ok bool) {
	raw := m[key]
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

// errorCode returns the code of an error body, which can come under a 2xx status too (202 USERPAYING); empty
// where there is none of the documented form.
func errorCode(body []byte) string {
	m, err := object(body)
	if err != nil {
		return ""
	}
	code, _ := m.text("code")
	if !validCode(code) {
		return ""
	}
	return code
}
