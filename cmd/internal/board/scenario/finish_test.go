package scenario

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/cmd/internal/board"
	"smartpos/txn"
	"smartpos/txn/pay/paynet"
)

// The check at the end of every scenario must see each way in which books can disagree.
func TestCompareSeesEveryDisagreement(t *testing.T) {
	order := func(no string, s txn.State) txn.Order {
		return txn.Order{No: txn.OrderNo(no), Sale: txn.OrderNo(no), State: s, Amount: txn.Yuan(500), Method: txn.Show}
	}
	account := func(no string, charges int, charged, back int64) paynet.OrderAccount {
		return paynet.OrderAccount{Order: no, Total: 500, Charges: charges, Charged: charged, GivenBack: back}
	}
	second := order("B", txn.Paid)
	second.Sale = "A"
	listed := second
	listed.Exception = txn.OverTotal
	other := account("A", 1, 500, 0)
	other.Total = 499
	for name, c := range map[string]struct {
		orders   []txn.Order
		accounts []paynet.OrderAccount
		says     string // empty: they agree
	}{
		"nothing happened":          {nil, nil, ""},
		"paid and charged":          {[]txn.Order{order("A", txn.Paid)}, []paynet.OrderAccount{account("A", 1, 500, 0)}, ""},
		"paid by a coupon alone":    {[]txn.Order{order("A", txn.Paid)}, []paynet.OrderAccount{account("A", 1, 0, 0)}, ""},
		"reversed and given back":   {[]txn.Order{order("A", txn.Reversed)}, []paynet.OrderAccount{account("A", 1, 500, 500)}, ""},
		"unknown and charged":       {[]txn.Order{order("A", txn.Unknown)}, []paynet.OrderAccount{account("A", 1, 500, 0)}, ""},
		"failed, network never saw": {[]txn.Order{order("A", txn.Failed)}, nil, ""},
		"over the total, listed": {[]txn.Order{order("A", txn.Paid), listed},
			[]paynet.OrderAccount{account("A", 1, 500, 0), account("B", 1, 500, 0)}, ""},

		"paid, not charged":        {[]txn.Order{order("A", txn.Paid)}, []paynet.OrderAccount{account("A", 0, 0, 0)}, "was not charged"},
		"paid, network knows not":  {[]txn.Order{order("A", txn.Paid)}, nil, "was not charged"},
		"paid, given back":         {[]txn.Order{order("A", txn.Paid)}, []paynet.OrderAccount{account("A", 1, 500, 500)}, "was not charged"},
		"closed, charged":          {[]txn.Order{order("A", txn.Closed)}, []paynet.OrderAccount{account("A", 1, 500, 0)}, "was charged 500"},
		"charged twice":            {[]txn.Order{order("A", txn.Paid)}, []paynet.OrderAccount{account("A", 2, 1000, 0)}, "charged 2 times"},
		"another amount":           {[]txn.Order{order("A", txn.Paid)}, []paynet.OrderAccount{other}, "499 fen at the network"},
		"charged, journal lost it": {nil, []paynet.OrderAccount{account("A", 1, 500, 0)}, "the journal does not know"},
		"sale captured twice": {[]txn.Order{order("A", txn.Paid), second},
			[]paynet.OrderAccount{account("A", 1, 500, 0), account("B", 1, 500, 0)}, "captured 2 times"},
	} {
		err := Compare(c.orders, paynet.Ledger{Orders: c.accounts})
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// A refund of the journal and the customer's money agree, or the check says which does not.
func TestCompareSeesRefunds(t *testing.T) {
	order := func(s txn.RefundState, fen int64) txn.Order {
		return txn.Order{
			No: "A", Sale: "A", State: txn.Paid, Amount: txn.Yuan(500), Method: txn.Show,
			Refunds: []txn.Refund{{No: "AR01", Amount: txn.Yuan(fen), State: s}},
		}
	}
	for name, c := range map[string]struct {
		order txn.Order
		back  []paynet.Entry
		says  string // empty: they agree
	}{
		"whole":               {order(txn.RefundDone, 500), []paynet.Entry{{Refund: "AR01", Amount: 500, Total: 500}}, ""},
		"with a coupon":       {order(txn.RefundDone, 250), []paynet.Entry{{Refund: "AR01", Amount: 200, Total: 250}}, ""},
		"refused":             {order(txn.RefundRefused, 500), nil, ""},
		"asked, not yet made": {order(txn.RefundAsked, 500), nil, ""},

		"done, not made":   {order(txn.RefundDone, 500), nil, "the customer got 0 fen"},
		"made twice":       {order(txn.RefundDone, 100), []paynet.Entry{{Refund: "AR01", Amount: 100, Total: 100}, {Refund: "AR01", Amount: 100, Total: 100}}, "got 200 fen"},
		"refused, made":    {order(txn.RefundRefused, 100), []paynet.Entry{{Refund: "AR01", Amount: 100, Total: 100}}, "is refused in the journal"},
		"another number":   {order(txn.RefundDone, 100), []paynet.Entry{{Refund: "AR02", Amount: 100, Total: 100}}, "AR02"},
		"undone by itself": {order(txn.RefundRefused, 100), []paynet.Entry{{Amount: 500, Total: 500}}, "was not charged"},
	} {
		a := paynet.OrderAccount{Order: "A", Total: 500, Charges: 1, Charged: 500}
		for i := range c.back {
			c.back[i].Kind, c.back[i].Order = paynet.EntryGiveBack, "A"
			a.GivenBack += c.back[i].Amount
		}
		err := Compare([]txn.Order{c.order}, paynet.Ledger{Orders: []paynet.OrderAccount{a}, Entries: c.back})
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestUnresolved(t *testing.T) {
	got := unresolved([]txn.Order{{No: "A", State: txn.Paid}, {No: "B", State: txn.Closing}, {No: "C", State: txn.Unknown}})
	if len(got) != 2 || !strings.Contains(got[0], "order B") || !strings.Contains(got[1], "unknown") {
		t.Errorf("%q", got)
	}
}

func TestMissing(t *testing.T) {
	const shown = " 网络不通：请检查\n\n 网线，再试一次\n ￥12.50"
	if m := missing(shown, []string{"请检查网线", "¥12.50", "再试 一次"}); len(m) != 0 {
		t.Errorf("broken lines hide %q", m)
	}
	if m := missing(shown, []string{"网络通", "¥12.5", "¥2.50x"}); !slices.Equal(m, []string{"网络通", "¥2.50x"}) {
		t.Errorf("missing %q", m)
	}
}

func TestWithin(t *testing.T) {
	if d, rest, err := within([]string{"-within", "3s", "x"}); d != 3*time.Second || len(rest) != 1 || err != nil {
		t.Error(d, rest, err)
	}
	if d, rest, err := within([]string{"x"}); d != defaultLimit || len(rest) != 1 || err != nil {
		t.Error(d, rest, err)
	}
	for _, bad := range []string{"soon", "-1s", "0s"} {
		if _, _, err := within([]string{"-within", bad, "x"}); err == nil {
			t.Errorf("took %q", bad)
		}
	}
}

func TestParsePhone(t *testing.T) {
	var req board.PhoneRequest
	if err := parsePhone(&req, []string{"alipay", "code", "balance=10.00", "coupon=0.5", "password=always"}); err != nil ||
		req.Wallet != "alipay" || req.Do != "code" || *req.Balance != 1000 || *req.Coupon != 50 || req.Password != "always" {
		t.Errorf("%+v, %v", req, err)
	}
	for _, bad := range []string{"balance=ten", "balance=-1", "shoe=42"} {
		if err := parsePhone(&req, []string{bad}); err == nil {
			t.Errorf("took %q", bad)
		}
	}
}

func ExampleConfig_Prepare() {
	cfg := Config{Firmware: "/nowhere/pos"}
	_, err := cfg.Prepare()
	fmt.Println(err)
	// Output: the firmware is missing: stat /nowhere/pos: no such file or directory; build it with make build
}
