package txn

import "strings"

// causes maps the networks' own codes to what the cashier is told. A code that is not here is shown as it
// is, so that a technician can look it up.
var causes = map[string]text{
	"not-sent":          whyNotSent,
	"not-set-up":        whyNotSetUp,
	"no-code":           whyNoCode,
	"UNSEEN":            whyOfflineNothing,
	"EXPIRED":           whyOfflineNothing,
	"no-answer":         whyNoAnswer,
	"unverified":        whyUnverified,
	"system":            whySystem,
	"not-found":         whyNotFound,
	"closed":            whyClosed,
	"reversed":          whyReversed,
	"refunded":          whyReversed,
	"cancelled":         whyReversed,
	"CLOSED":            whyClosed,
	"REVOKED":           whyReversed,
	"REFUND":            whyReversed,
	"NOTENOUGH":         whyBalance,
	"NOT_ENOUGH":        whyBalance,
	"AUTH_CODE_EXPIRED": whyCode,
	"AUTH_CODE_INVALID": whyCode,
	"AUTHCODEEXPIRE":    whyCode,
	"AUTH_CODE_ERROR":   whyCode,
	"PAYERROR":          whyDeclined,
	"USERPAYING":        whyDeclined,
	"RULE_LIMIT":        whyLimit,
	"RULELIMIT":         whyLimit,
	"TRADE_ERROR":       whyDeclined,
	"NOTSUPORTCARD":     whyCard,
	"ACCOUNT_ERROR":     whyAccount,
	"BUYER_MISMATCH":    whyAccount,

	"USER_ACCOUNT_ABNORMAL": whyAccount,

	"TRADE_CLOSED": whyClosed,

	"ACQ.BUYER_BALANCE_NOT_ENOUGH":               whyBalance,
	"ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH":      whyBalance,
	"ACQ.PAYMENT_AUTH_CODE_INVALID":              whyCode,
	"ACQ.PULL_MOBILE_CASHIER_FAIL":               whyCode,
	"ACQ.PAYMENT_FAIL":                           whyDeclined,
	"ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR":   whyLimit,
	"ACQ.BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR": whyLimit,
	"ACQ.BUYER_ENABLE_STATUS_FORBID":             whyAccount,
	"ACQ.BUYER_SELLER_EQUAL":                     whyAccount,
	"ACQ.ERROR_BALANCE_PAYMENT_DISABLE":          whyAccount,
	"ACQ.ERROR_BUYER_CERTIFY_LEVEL_LIMIT":        whyAccount,
	"ACQ.MOBILE_PAYMENT_SWITCH_OFF":              whyAccount,
	"ACQ.NO_PAYMENT_INSTRUMENTS_AVAILABLE":       whyAccount,
	"ACQ.USER_FACE_PAYMENT_SWITCH_OFF":           whyAccount,

	// UnionPay's response codes.
	"UP01": whyCode, // of a payment code that was used before
	"UP30": whyDeclined,
	"UP33": whyLimit,
	"UP34": whyDeclined,
	"UP38": whyAccount,
	"UP46": whyReversed,
	"UP60": whyCard,
	"UP61": whyCard,
	"UP62": whyCard,
	"UP63": whyCard,
	"UP64": whyBalance,
	"UP69": whyDeclined,
	"UP81": whyLimit,
	"UP86": whyCode,
	"UP87": whyLimit,
	"UP88": whyCode,
	"UP90": whyBalance,
}

// why returns what the cashier is told of an order that brought no money.
func (m *Machine) why(o Order) string { return m.faultText(o, o.Reason) }

// faultText explains why an order brought no money: a fault or a network's code.
func (m *Machine) faultText(o Order, code string) string {
	kind, detail, _ := strings.Cut(o.Reason, ":")
	if s := m.refusal(o.Network, Fault(kind), detail); s != "" {
		return s
	}
	if t, ok := causes[kind]; ok {
		return m.say(t)
	}
	return m.say(whyOther, shorten(orElse(code, kind), 32))
}

func (m *Machine) networkName(n NetworkConfig) string {
	if m.language == English && n.NameEN != "" {
		return n.NameEN
	}
	return n.Name
}

// payers names the apps that can pay a code of the network.
func (m *Machine) payers(n NetworkConfig, in Language) string {
	switch {
	case n.ID == Aggregator:
		return sayAnyWallet.in(in)
	case in == English && n.NameEN != "":
		return n.NameEN
	}
	return n.Name
}

// paidWith names whose app paid, as far as it is known: an aggregator's answer says it.
func (m *Machine) paidWith(o Order) NetworkConfig {
	switch {
	case o.Wallet == "" && o.bySight():
		return NetworkConfig{ID: o.Network, Name: o.Offline.Scheme, NameEN: o.Offline.Scheme}
	case o.Wallet == "":
		n, _ := m.cfg.network(o.Network)
		return n
	}
	w := string(o.Wallet)
	return knownName(NetworkConfig{ID: o.Wallet, Name: w, NameEN: w})
}

func (m *Machine) networkShort(n NetworkConfig) string {
	if m.language == English {
		return orElse(n.NameEN, n.Short)
	}
	return orElse(n.Short, n.Name)
}

// shorten cuts s to at most n characters and makes anything unprintable visible.
func shorten(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
	r := []rune(s)
	if len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
