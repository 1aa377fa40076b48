package powercut

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smartpos/store"
	"smartpos/store/storetest"
	"smartpos/txn"
	"smartpos/txn/pay/paynet"
)

// day is a journal of three orders: paid with its receipt, paid in cash, open.
func day(t *testing.T, dir string) (paid, cash, open txn.Order, ledger paynet.Ledger) {
	t.Helper()
	j, err := store.Open(dir, store.Config{Terminal: "T0000001"})
	if err != nil {
		t.Fatal(err)
	}
	commit := func(r txn.Record) txn.Order {
		o, err := j.Commit(r)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	paid = commit(storetest.Intent(500, ""))
	commit(storetest.Outcome(paid, txn.Paid))
	paid = commit(storetest.Printed(paid))
	cash = commit(storetest.Cash(700, 1000, ""))
	open = commit(storetest.Intent(900, ""))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	ledger.Orders = []paynet.OrderAccount{
		{Order: string(paid.No), Total: 500, Charges: 1, Charged: 500}, {Order: string(open.No), Total: 900},
	}
	return paid, cash, open, ledger
}

// The books agree with a journal that lost nothing, and see each thing that one could lose.
func TestBooksSeeEveryLoss(t *testing.T) {
	dir := t.TempDir()
	paid, cash, open, ledger := day(t, dir)
	display := func(no txn.OrderNo, amount string) string {
		return fmt.Sprintf(" 收款成功    测试\n   %s\n 微信支付  单号 %s\n 小票已打印，请撕下", amount, no.Short())
	}
	slip := func(no txn.OrderNo, mark string) string {
		return fmt.Sprintf("  %s\n     商户存根 MERCHANT COPY\n商户单号\n        %s\n金额 ￥5.00\n✂------\n", mark, no)
	}
	const gone = txn.OrderNo("T0000001ABCDEFGH00000077")
	for name, c := range map[string]struct {
		told func(*books, *paynet.Ledger)
		says string // empty: they agree
	}{
		"nothing was told": {func(*books, *paynet.Ledger) {}, ""},
		"all of it was told": {func(k *books, _ *paynet.Ledger) {
			k.look(display(paid.No, "¥5.00"))
			k.slips(slip(paid.No, ""))
			k.kicks = 1
		}, ""},
		"a reprint":             {func(k *books, _ *paynet.Ledger) { k.slips(slip(paid.No, "") + slip(paid.No, "** 重打印 **")) }, ""},
		"a slip that was cut":   {func(k *books, _ *paynet.Ledger) { k.slips("商户存根 MERCHANT COPY\n商户单号\n   T0000001AB") }, ""},
		"another screen":        {func(k *books, _ *paynet.Ledger) { k.look("收款码 ¥9.00\n单号 000003") }, ""},
		"shown as paid, is not": {func(k *books, _ *paynet.Ledger) { k.look(display(open.No, "¥9.00")) }, "the display called"},
		"shown as paid, gone":   {func(k *books, _ *paynet.Ledger) { k.look(display(gone, "¥9.00")) }, "the display called"},
		"shown, another amount": {func(k *books, _ *paynet.Ledger) { k.look(display(paid.No, "¥5.01")) }, "the display called"},
		"printed as paid":       {func(k *books, _ *paynet.Ledger) { k.slips(slip(open.No, "")) }, "has a receipt"},
		"two originals":         {func(k *books, _ *paynet.Ledger) { k.slips(slip(paid.No, "") + slip(paid.No, "")) }, "2 originals"},
		"the drawer, too often": {func(k *books, _ *paynet.Ledger) { k.kicks = 2 }, "the drawer opened 2 times"},
		"sent, and lost": {func(_ *books, l *paynet.Ledger) {
			l.Orders = append(l.Orders, paynet.OrderAccount{Order: string(gone), Total: 100})
		}, "is not in the journal"},
		"paid, not charged": {func(_ *books, l *paynet.Ledger) { l.Orders[0].Charges, l.Orders[0].Charged = 0, 0 }, "was not charged"},
		"fewer records":     {func(k *books, _ *paynet.Ledger) { k.records = 6 }, "5 records, and there were 6"},
		"an order is gone":  {func(k *books, _ *paynet.Ledger) { k.orders[gone] = txn.Order{No: gone, State: txn.Open} }, "is gone"},
		"its intent differs": {func(k *books, _ *paynet.Ledger) { o := cash; o.Amount = txn.Yuan(701); k.orders[o.No] = o },
			"its intent has changed"},
		"its payment differs": {func(k *books, _ *paynet.Ledger) { o := paid; o.TransactionID = "4200"; k.orders[o.No] = o },
			"it was paid as"},
		"it was further": {func(k *books, _ *paynet.Ledger) { o := open; o.State = txn.Closing; k.orders[o.No] = o }, "it was closing"},
	} {
		k, l := newBooks(), ledger
		l.Orders = append([]paynet.OrderAccount(nil), ledger.Orders...)
		c.told(k, &l)
		err := k.audit(dir, nil, l)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// A byte that changed in any page of the journal is seen, or is in none of what counts.
func TestBooksSeeDamage(t *testing.T) {
	dir := t.TempDir()
	_, _, _, ledger := day(t, dir)
	name := filepath.Join(dir, store.FileName)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for at := 100; at < len(whole); at += os.Getpagesize() {
		hurt := slices.Clone(whole)
		hurt[at] ^= 1
		if err := os.WriteFile(name, hurt, 0o600); err != nil {
			t.Fatal(err)
		}
		if newBooks().audit(dir, nil, ledger) != nil {
			seen++
		}
	}
	if seen == 0 {
		t.Error("no changed byte was seen")
	}
}

// Rounds are the same for the same seed, and each kind of cut comes in few of them.
func TestPlan(t *testing.T) {
	seen := map[string]int{}
	for n := range 60 {
		r := plan(7, n)
		if again := plan(7, n); again.String() != r.String() || again.luck != r.luck {
			t.Fatalf("round %d is %s, then %s", n, r, again)
		}
		seen[r.point.What]++
	}
	for _, what := range []string{"", "disk-write", "printer-byte", "request"} {
		if seen[what] == 0 {
			t.Errorf("no cut at %q in 60 rounds", what)
		}
	}
}
