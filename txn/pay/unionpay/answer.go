package unionpay

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// beijing is the zone of every time in a message.
var beijing = time.FixedZone("CST", 8*60*60)

// timeForm is that of txnTime and payTimeout, YYYYMMDDhhmmss.
const timeForm = "20060102150405"

// txnTime is the time that an order goes by, together with its number: when it was created, as the journal has
// it, and never a clock of now. Query and reversal must name the same.
func txnTime(o txn.Order) string { return o.Created.In(beijing).Format(timeForm) }

var errOther = errors.New("the answer is about something else")

// ours says whether the answer is about order o and us: nil, errOther, or client.ErrShape where it doesn't say. Amount,
// currency and type are compared where the answer carries them.
func (c *Client) ours(o txn.Order, f form, kinds ...string) error {
	for key, want := range map[string]string{"orderId": string(o.No), "txnTime": txnTime(o), "merId": c.cfg.MerchantID} {
		switch f[key] {
		case want:
		case "":
			return client.ErrShape
		default:
			return errOther
		}
	}
	if a, ok := f["txnAmt"]; ok && a != strconv.FormatInt(o.Amount.Fen, 10) {
		return errOther
	}
	if cur := f["currencyCode"]; cur != "" && cur != currency {
		return errOther
	}
	for _, k := range kinds {
		if f["txnType"] == k {
			return nil
		}
	}
	if f["txnType"] == "" {
		return nil
	}
	return errOther
}

// What may go on to screen, paper and journal: the documented characters and no others.
var (
	codeForm   = client.Pattern(`^[0-9A-Z]{2}$`)
	numberForm = client.Pattern(`^[0-9A-Za-z]{1,32}$`)
)

// validCode reports whether s can be shown as it is: printable ASCII, mostly "https://qr.95516.com/…".
func validCode(s string) bool {
	return s != "" && len(s) <= 512 && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) < 0
}

// state reads the answer of a query that found something: origRespCode is the payment's.
func (c *Client) state(o txn.Order, f form) (txn.Answer, txn.Fault, error) {
	code := f["origRespCode"]
	if !codeForm().MatchString(code) {
		return txn.Answer{}, txn.FaultUnverified, client.ErrShape
	}
	if f["txnType"] == typeReverse { // a reversal carries its order's number and time
		if code == "00" {
			return txn.Answer{Status: txn.StatusReversed, Code: codeName(code)}, "", nil
		}
		return txn.Answer{Status: txn.StatusWaiting, Code: codeName(code)}, "", nil
	}
	v, ok := stateOf(code)
	if !ok {
		return txn.Answer{}, txn.FaultSystem, errUnknownCode
	}
	switch {
	case v == txn.StatusPaid:
		return paid(o, f)
	case v == txn.StatusFailed && o.Method == txn.Show:
		// A shown code can be scanned again after a try that failed: nothing is paid so far, and only time ends it.
		v = txn.StatusNotFound
	}
	return txn.Answer{Status: v, Code: codeName(code)}, "", nil
}

// paid reads what a success must carry beside its identity.
func paid(o txn.Order, f form) (txn.Answer, txn.Fault, error) {
	if !numberForm().MatchString(f["queryId"]) || f["txnAmt"] == "" {
		return txn.Answer{}, txn.FaultUnverified, client.ErrShape
	}
	a := txn.Answer{Status: txn.StatusPaid, TransactionID: f["queryId"], Payer: o.Amount, Code: codeName(f["origRespCode"])}
	a.Payer.Fen -= min(discount(f["couponInfo"]), o.Amount.Fen)
	if at, ok := traceTime(o, f["traceTime"]); ok {
		a.PaidAt = at
	}
	return a, "", nil
}

// traceTime reads MMDDhhmmss, the network's time of a payment. The year is that of the order, or the next for one
// that was created just before midnight of New Year's Eve.
func traceTime(o txn.Order, s string) (time.Time, bool) {
	year := o.Created.In(beijing).Year()
	at, err := time.ParseInLocation(timeForm, strconv.Itoa(year)+s, beijing)
	if err != nil {
		return time.Time{}, false
	}
	if o.Created.Sub(at) > 180*24*time.Hour {
		at = at.AddDate(1, 0, 0)
	}
	return at, true
}

// discount sums up what coupons took off, in fen: couponInfo is a JSON list, in base64 or as it is. What can't be
// read counts as none, since it only decides what the slip says the customer paid.
func discount(info string) (fen int64) {
	if raw, err := base64.StdEncoding.DecodeString(info); err == nil {
		info = string(raw)
	}
	var coupons []struct {
		Off string `json:"offstAmt"`
	}
	if json.Unmarshal([]byte(info), &coupons) != nil {
		return 0
	}
	for _, c := range coupons {
		n, err := strconv.ParseInt(c.Off, 10, 64)
		if err != nil || n < 0 || n > 1e10 {
			return 0
		}
		fen += n
	}
	return fen
}
