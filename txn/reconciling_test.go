package txn_test

import (
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// reconcileOn asks from the keys for the reconciliation of a day, picks it with more keys, and returns it.
func (r *rig) reconcileOn(keys string) time.Time {
	r.t.Helper()
	r.days = nil
	r.keys("MENU 6 " + keys)
	if len(r.days) != 1 {
		r.t.Fatalf("%d days were asked for, want one", len(r.days))
	}
	return r.days[0]
}

// balanced is a day with two differences and a network without a bill.
func balanced(day time.Time) txn.Reconciled {
	r := txn.Reconciled{
		Day: day,
		Books: []txn.Books{
			{Network: txn.WeChat, Bill: txn.Turnover{Payments: 3, Paid: txn.Yuan(600)}, Ours: txn.Turnover{Payments: 3, Paid: txn.Yuan(601)}, Open: 2},
			{Network: txn.Alipay, Trouble: txn.BillUnread, File: "ali.zip", Line: 7},
		},
		Differences: []txn.Difference{
			{Class: txn.ClassShort, Network: txn.WeChat, Order: "T01AAAAAA000001", Ours: txn.Yuan(101), Why: "账单无此笔支付"},
			{Class: txn.ClassAmount, Network: txn.WeChat, Order: "T01AAAAAA000002", Ours: txn.Yuan(100), Bill: txn.Yuan(99), Why: "我方 ¥1.00，账单支付 ¥0.99"},
		},
	}
	r.Counts[txn.ClassAgreed], r.Counts[txn.ClassShort], r.Counts[txn.ClassAmount] = 1, 1, 1
	return r
}

// The cashier picks a day, sees sums and differences, and has them on paper.
func TestReconcile(t *testing.T) {
	r := newRig(t) // 17:00 on the 23rd in China
	if day := r.reconcileOn("1 1 2 OK"); day.In(txn.BusinessZone).Format(time.DateOnly) != "2026-11-21" {
		t.Fatalf("%s was asked for", day)
	}
	r.sees("对账", "2026-11-21", "正在取账单")
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, txn.BusinessZone)
	r.step(balanced(day))
	r.sees("对账 11-21", "微信 3笔 ¥6.00 差异2笔", "支付宝 账单第7行有误", "短款1 长款0 金额不符1", "确认 明细")
	if r.screen.Tone != txn.ToneBad {
		t.Errorf("tone %d", r.screen.Tone)
	}
	r.keys("OK")
	r.sees("短款 000001 微信", "本机 ¥1.01 账单 没有", "金额不符 000002", "本机 ¥1.00 账单 ¥0.99")
	r.keys("MENU")
	if len(r.prints) != 1 {
		t.Fatalf("%d slips", len(r.prints))
	}
	slip := r.prints[0].Slip
	var text strings.Builder
	for _, row := range append(slip.Rows, slip.Total...) {
		text.WriteString(row.Label + "=" + row.Value + "\n")
	}
	for _, want := range []string{"对账日期=2026-11-21", "微信支付=差异 2 笔", "账单收款=3笔 ¥6.00", "本机收款=3笔 ¥6.01", "文件=ali.zip",
		"短款 微信=T01AAAAAA000001", "短款=1 笔", "长款=0 笔", "差异合计=2 笔", "对账=未完成"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the slip does not say %q:\n%s", want, text.String())
		}
	}
	r.keys("CANCEL")
	r.keys("CANCEL")
	r.sees("请输入金额")
}

// While it runs the till sells, a second one is not begun, and the end is told wherever the cashier is.
func TestReconcileBesideSelling(t *testing.T) {
	r := newRig(t)
	day := r.reconcileOn("OK")
	r.keys("CANCEL")
	r.sees("请输入金额")
	r.keys("MENU 6 OK")
	if len(r.days) != 1 {
		t.Fatal("a second one was begun")
	}
	r.sees("正在取账单")
	r.keys("CANCEL")
	r.keys("5")
	r.step(txn.Reconciled{Day: day})
	if r.screen.Amount != "¥5" {
		t.Fatalf("the amount became %s", r.screen.Amount)
	}
	r.sees("对账完成，差异0笔")
	r.keys("CANCEL")
	r.keys("MENU 6 3")
	r.sees("短款0 长款0 金额不符0")
}

// Every screen is left by itself, and a reconciliation that never ends is waited for in vain no longer than its limit.
func TestReconcileLeft(t *testing.T) {
	r := newRig(t)
	late := r.reconcileOn("OK")
	r.pass(6*time.Minute, nil)
	r.sees("请输入金额")
	r.step(balanced(late)) // nobody waits for it any more
	r.sees("请输入金额")
	day := r.reconcileOn("1 OK")
	r.step(balanced(late))
	r.sees("正在取账单")
	r.step(balanced(day))
	r.keys("OK")
	r.pass(6*time.Minute, nil)
	r.sees("请输入金额")
}

// One that never ends is no secret, wherever the cashier is, and the next one can be begun.
func TestReconcileWithoutEnd(t *testing.T) {
	for _, keys := range []string{"OK", "OK CANCEL"} {
		r := newRig(t)
		r.reconcileOn(keys)
		r.pass(5*time.Minute+time.Second, nil)
		r.sees("请输入金额", "对账没有结果：请按 菜单 6 再试")
		r.reconcileOn("OK")
		r.sees("正在取账单")
	}
}

// More differences than a slip takes are counted on it.
func TestReconcileManyDifferences(t *testing.T) {
	r := newRig(t)
	day := r.reconcileOn("OK")
	ev := txn.Reconciled{Day: day, Books: []txn.Books{{Network: txn.WeChat, Open: 500}}}
	ev.Counts[txn.ClassSurplus] = 500
	for range txn.MaxDifferences {
		ev.Differences = append(ev.Differences, txn.Difference{Class: txn.ClassSurplus, Network: txn.WeChat, Order: "\x1b@evil", Bill: txn.Yuan(1)})
	}
	r.step(ev)
	r.keys("MENU")
	rows := r.prints[0].Slip.Rows
	if last := rows[len(rows)-1]; last.Label != "未列出" || last.Value != "470 笔" {
		t.Errorf("the last row is %+v", last)
	}
	for _, row := range rows {
		if strings.ContainsRune(row.Value, 0x1b) {
			t.Errorf("a control byte reaches the paper: %q", row.Value)
		}
	}
}
