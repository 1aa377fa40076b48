package txn_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

func TestAmountEntry(t *testing.T) {
	for _, tt := range []struct{ keys, amount, says string }{
		{"", "¥0.00", "请输入金额"},
		{"0 0 5", "¥5", ""},
		{"1 2 . 3 4", "¥12.34", ""},
		{". 5", "¥0.5", ""},
		{"1 . . 2", "¥1.2", "已有小数点"},
		{"1 . 2 3 4", "¥1.23", "两位小数"},
		{"5 0 0 0 0", "¥50000", ""},
		{"5 0 0 0 1", "¥5000", "超过单笔限额 ¥50000.00"},
		{"1 2 CLEAR", "¥1", ""},
		{". CLEAR", "¥0.00", ""},
		{"1 2 3 CANCEL", "¥0.00", "请输入金额"},
		{"OK", "¥0.00", "请先输入金额"},
		{"0 . 0 0 OK", "¥0.00", "请先输入金额"},
		{"SCAN+", "¥0.00", "请先输入金额"},
	} {
		r := newRig(t)
		r.keys(tt.keys)
		if r.screen.Amount != tt.amount {
			t.Errorf("%s: amount %s, want %s", tt.keys, r.screen.Amount, tt.amount)
		}
		if tt.says != "" {
			r.sees(tt.says)
		}
		if len(r.requests) != 0 {
			t.Errorf("%s: asked a network", tt.keys)
		}
	}
}

func TestChoiceByLongPress(t *testing.T) {
	r := newRig(t)
	r.keys("5 SCAN+")
	r.sees("1 收款码", "2 付款码")
	r.keys("2")
	r.sees("请顾客出示付款码")
	r.pass(31*time.Second, nil)
	r.sees("¥5.00") // every state has an exit, and the amount stays
	r.keys("SCAN+ CANCEL")
	r.sees("¥5.00")
}

func TestMenuAndLanguage(t *testing.T) {
	r := newRig(t)
	r.keys("MENU")
	r.sees("菜单", "1 重打印")
	r.keys("4")
	r.sees("Enter amount")
	r.keys("MENU 2")
	r.sees("Unresolved", "none")
	r.pass(61*time.Second, nil)
	r.sees("Enter amount")
}

func TestHalted(t *testing.T) {
	for _, why := range []error{txn.ErrJournalNewer, txn.ErrJournalDamaged, txn.ErrJournalBusy, errors.New("x")} {
		m := txn.NewHalted(config(), fmt.Errorf("opening: %w", why), txn.Time{})
		for _, ev := range []txn.Event{txn.Tick{}, txn.KeyPressed{Key: "5"}, txn.KeyPressed{Key: txn.KeyOK}} {
			for _, e := range m.Step(txn.Time{}, ev) {
				switch e := e.(type) {
				case txn.Commit, txn.Request, txn.Print:
					t.Errorf("%v: %T", why, e)
				case txn.Draw:
					if len(e.Screen.Lines) == 0 || e.Screen.Title != "停止收款" {
						t.Errorf("%v: %+v", why, e.Screen)
					}
				}
			}
		}
	}
}

func FuzzParseYuan(f *testing.F) {
	for _, s := range []string{"0", "12.34", "1.", ".5", "-1", "1e3", "99999999999999999999", "１２", "1.234", "+1", " 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := txn.ParseYuan(s)
		if err != nil {
			return
		}
		again, err := txn.ParseYuan(m.Decimal())
		if err != nil || again != m || m.Fen < 0 {
			t.Fatalf("%q → %v → %v, %v", s, m, again, err)
		}
	})
}

func TestPaymentCodeHidesItself(t *testing.T) {
	c := txn.NewPaymentCode(wechatCode)
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%v %+v %#v %s %q %x", c, c, c, c, c, c), fmt.Sprintf("%+v", txn.Scanned{Payment: c}), fmt.Sprintf("%+v", txn.Request{Code: c})} {
		for i := 0; i+6 <= len(wechatCode); i++ {
			if frag := wechatCode[i : i+6]; strings.Contains(s, frag) {
				t.Errorf("%q gives %s away", s, frag)
			}
		}
	}
}
