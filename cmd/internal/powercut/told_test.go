package powercut

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smartpos/store"
	"smartpos/store/storetest"
	"smartpos/txn"
	"smartpos/txn/pay/paynet"
)

// evening is a journal with what a supervisor and a shop without a network do: cash given back, a wrong PIN, a code that
// was answered at the second try, another one that was not.
func evening(t *testing.T, dir string) (back, answered, tried txn.Order, ledger paynet.Ledger) {
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
	commit(storetest.Enrolled(supervisor))
	commit(storetest.PINTried(supervisor, false))
	back = commit(storetest.Cash(500, 500, ""))
	back = commit(storetest.RefundIntent(back, 300))
	answered = commit(storetest.Offline(700, ""))
	answered = commit(storetest.OfflineMade(answered))
	answered = commit(storetest.OfflineTried(answered))
	answered = commit(storetest.OfflineTried(answered))
	answered = commit(storetest.OfflineAnswered(answered))
	tried = commit(storetest.Offline(900, ""))
	tried = commit(storetest.OfflineMade(tried))
	tried = commit(storetest.OfflineTried(tried))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	ledger.Orders = []paynet.OrderAccount{{Order: string(answered.No), Total: 700, Charges: 1, Charged: 700}}
	return back, answered, tried, ledger
}

// The books see it too when a refund, a try, an answer or a supervisor is lost.
func TestBooksSeeEveryOtherLoss(t *testing.T) {
	dir := t.TempDir()
	back, answered, tried, ledger := evening(t, dir)
	display := func(title, amount string, no txn.OrderNo) string {
		return fmt.Sprintf(" %s    测试\n   %s\n 单号 %s\n", title, amount, no.Short())
	}
	refundSlip := func(order txn.OrderNo, no, mark string) string {
		return fmt.Sprintf("%s\n 退款\n 商户存根 MERCHANT COPY\n原商户单号\n  %s\n退款单号\n   %s\n平台退款单号 X1\n✂---\n", mark, order, no)
	}
	offlineSlip := func(no txn.OrderNo) string {
		return fmt.Sprintf("** 离线待确认 **\n 商户存根 MERCHANT COPY\n商户单号\n  %s\n✂---\n", no)
	}
	refund := string(back.Refunds[0].No)
	for name, c := range map[string]struct {
		told func(*books)
		says string // empty: they agree
	}{
		"nothing was told": {func(*books) {}, ""},
		"all of it was told": {func(k *books) {
			k.look(display("退款成功", "¥3.00", back.No))
			k.look(display("离线待确认", "¥7.00", answered.No))
			k.look("主管PIN已设好")
			k.slips(refundSlip(back.No, refund, "") + refundSlip(back.No, refund, "** 重打印 **") + offlineSlip(answered.No))
			k.wrongPINs, k.wrongAnswers, k.kicks = 1, 2, 2
		}, ""},
		"shown as refunded, is not":   {func(k *books) { k.look(display("退款成功", "¥3.01", back.No)) }, "given back; the journal says"},
		"printed as refunded, is not": {func(k *books) { k.slips(refundSlip(back.No, string(txn.NewRefundNo(back.No, 2)), "")) }, "has a slip"},
		"two originals of a refund":   {func(k *books) { k.slips(refundSlip(back.No, refund, "") + refundSlip(back.No, refund, "")) }, "2 originals"},
		"a refund slip that was cut":  {func(k *books) { k.slips("商户存根\n原商户单号\n " + string(back.No) + "\n退款单") }, ""},
		"the drawer, too often":       {func(k *books) { k.kicks = 3 }, "the drawer opened 3 times"},
		"shown unconfirmed, is not":   {func(k *books) { k.look(display("离线待确认", "¥9.00", tried.No)) }, "unconfirmed with"},
		"printed unconfirmed, is not": {func(k *books) { k.slips(offlineSlip(tried.No)) }, "calls it unconfirmed"},
		"a wrong PIN is forgotten":    {func(k *books) { k.wrongPINs = 2 }, "2 wrong PINs were called counted; the journal says 1"},
		"a try is given back": {func(k *books) {
			k.till.Operators = []txn.Operator{{ID: supervisor, Tries: 2}}
		}, "2 PINs were counted"},
		"a try is given back by the right PIN": {func(k *books) {
			k.till.Operators = []txn.Operator{{ID: supervisor, Tries: 2}}
			k.rightPIN = true
		}, ""},
		"an answer is forgotten": {func(k *books) { k.wrongAnswers = 3 }, "3 answers were called wrong"},
		"a refund differs": {func(k *books) {
			o := back
			o.Refunds = []txn.Refund{back.Refunds[0]}
			o.Refunds[0].Amount = txn.Yuan(5)
			k.orders[o.No] = o
		}, "its refund was"},
		"a code's try is gone": {func(k *books) {
			o, code := tried, *tried.Offline
			code.Tries++
			o.Offline = &code
			k.orders[o.No] = o
		}, "its offline code was"},
	} {
		k := newBooks()
		c.told(k)
		err := k.audit(dir, nil, ledger)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	empty := newBooks()
	empty.enrolled = true
	if err := empty.audit(t.TempDir(), nil, paynet.Ledger{}); err == nil || !strings.Contains(err.Error(), "is gone") {
		t.Errorf("a supervisor is gone: %v", err)
	}
}

// A backup that is not whole, or is gone, is a loss; what a write that was cut short left under another name is none.
func TestBooksSeeBackups(t *testing.T) {
	dir := t.TempDir()
	_, _, _, ledger := evening(t, dir)
	k := newBooks()
	var err error
	if k.safe, err = newSafe(); err != nil {
		t.Fatal(err)
	}
	j, err := store.Open(dir, store.Config{Terminal: "T0000001"})
	if err != nil {
		t.Fatal(err)
	}
	file, err := j.BackupTo(t.Context(), dir, k.safe.Recipient())
	if err := errors.Join(err, j.Close(), os.WriteFile(filepath.Join(dir, "smartpos-T0000001.new"), []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := k.audit(dir, nil, ledger); err != nil || k.backups != 1 {
		t.Fatalf("%d backups, %v", k.backups, err)
	}
	whole, err := os.ReadFile(file.Path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file.Path, whole[:len(whole)-10], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.audit(dir, nil, ledger); err == nil || !strings.Contains(err.Error(), "backup smartpos-") {
		t.Errorf("a torn one: %v", err)
	}
	if err := os.Remove(file.Path); err != nil {
		t.Fatal(err)
	}
	if err := k.audit(dir, nil, ledger); err == nil || !strings.Contains(err.Error(), "0 backups, and 1 were written") {
		t.Errorf("none: %v", err)
	}
}

// A display that is read in the middle of being drawn says nothing of the order that its standing line tells of.
func TestHalfDrawnDisplay(t *testing.T) {
	for text, want := range map[string]map[string]int64{
		" 离线待确认    测试\n\n\n 后台到账 ¥6.00 (单号 000002)\n":                      {},
		" 离线待确认    测试\n  ¥3.00\n\n 后台到账 ¥6.00 (单号 000002)\n":               {},
		" 离线待确认    测试\n  ¥3.00\n 聚合码 单号 000005\n 后台到账 ¥6.00 (单号 000002)\n": {"000005": 300},
	} {
		k := newBooks()
		if k.look(text); !maps.Equal(k.unconfirmed, want) {
			t.Errorf("%q: %v", text, k.unconfirmed)
		}
	}
}
