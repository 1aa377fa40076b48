package aggregator

import (
	"net/url"
	"strings"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// methods are the kinds of orders as the platform calls them.
var methods = map[txn.Method]string{txn.Show: "show", txn.Scan: "scan"}

// accepted reads the answer of a request that went well. Every one names merchant, order and kind.
func (c *Client) accepted(op txn.Op, o txn.Order, m client.Object) (txn.Answer, error) {
	if op == txn.OpQuery && o.Offline != nil {
		return c.offline(o, m)
	}
	same := client.Same{Object: m}
	same.Must("merchant_id", c.cfg.MerchantID)
	same.Must("order_no", string(o.No))
	same.Must("method", methods[o.Method])
	if same.Err != nil {
		return txn.Answer{}, client.ErrShape
	}
	switch op {
	case txn.OpScan, txn.OpQuery:
		a, err := c.stands(o, m, same)
		if err == nil && op == txn.OpScan {
			a = client.OfScan(a)
		}
		return a, err
	}
	switch {
	case same.Differ:
		return txn.Answer{}, client.ErrShape
	case op == txn.OpShow:
		return ready(m)
	}
	return txn.Answer{Status: txn.StatusAccepted}, nil
}

// ready reads the code to show: an https address of printable ASCII, at most 512 characters. Whose it is the signature
// has proved, so it may be on another host than the API.
func ready(m client.Object) (txn.Answer, error) {
	text, _ := m.Text("qr_url")
	u, err := url.Parse(text)
	if err != nil || !strings.HasPrefix(text, "https://") || u.Hostname() == "" || u.User != nil || len(text) > 512 ||
		strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }) >= 0 {
		return txn.Answer{}, client.ErrShape
	}
	return txn.Answer{Status: txn.StatusReady, CodeURL: text}, nil
}

// stands reads where an order stands and checks that it is ours in every fact.
func (c *Client) stands(o txn.Order, m client.Object, same client.Same) (txn.Answer, error) {
	state, _ := m.Text("state")
	total, err := m.Int("amount")
	same.Must("currency", string(o.Amount.Currency))
	switch {
	case err != nil || total == nil || same.Err != nil || !client.ValidCode(state):
		return txn.Answer{}, client.ErrShape
	case same.Differ || *total != o.Amount.Fen:
		return txn.Answer{Status: txn.StatusMismatch, Code: state}, nil
	case state == "PAID":
		return paid(o, m)
	}
	status, ok := states[o.Method][state]
	if !ok {
		return txn.Answer{}, client.ErrShape
	}
	return txn.Answer{Status: status, Code: state}, nil
}

// states are those of an order that is not paid. Any other, and one of the other kind of order, has no meaning.
var states = map[txn.Method]map[string]txn.Status{
	txn.Show: {"NOT_PAID": txn.StatusWaiting, "CLOSED": txn.StatusClosed, "REFUNDED": txn.StatusRefunded},
	txn.Scan: {
		"PAYING": txn.StatusWaiting, "FAILED": txn.StatusFailed, "REVERSED": txn.StatusReversed, "REFUNDED": txn.StatusRefunded,
	},
}

// plausible reports whether somebody can have paid at that time.
func plausible(at time.Time) bool { return at.UTC().Year() >= 2011 && at.UTC().Year() <= 2100 }

// walletForm is that of a wallet's name: one that this program does not know may have paid, too.
var walletForm = client.Pattern(`^[a-z][a-z0-9]{0,15}$`)

// paid reads what a success must carry beside its identity: who paid, how much of it, when, and both numbers.
func paid(o txn.Order, m client.Object) (txn.Answer, error) {
	id, _ := m.Text("platform_id")
	wallet, _ := m.Text("wallet")
	walletID, _ := m.Text("wallet_id")
	payer, err := m.Int("payer_paid")
	if err != nil || payer == nil || *payer < 0 || *payer > o.Amount.Fen {
		return txn.Answer{}, client.ErrShape
	}
	seconds, err := m.Int("paid_at")
	if err != nil || seconds == nil {
		return txn.Answer{}, client.ErrShape
	}
	at := time.Unix(*seconds, 0)
	if !client.ValidTransaction(id) || !client.ValidTransaction(walletID) || !walletForm().MatchString(wallet) ||
		!plausible(at) {
		return txn.Answer{}, client.ErrShape
	}
	return txn.Answer{
		Status: txn.StatusPaid, TransactionID: id, Wallet: txn.NetworkID(wallet), WalletID: walletID,
		Payer: txn.Money{Fen: *payer, Currency: o.Amount.Currency}, PaidAt: at, Code: "PAID",
	}, nil
}
