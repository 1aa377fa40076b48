package txn_test

import (
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// Whatever the scanner reads where a receipt's code is wanted, or stands in the place of an order's digits: the screen
// says something clean, and nothing is written down.
func FuzzReceiptCode(f *testing.F) {
	for _, s := range []string{"", "T01TEST000100000001", "T01TEST000100000001R01", "\x1b[2J\x00", "T02TEST000100000001", strings.Repeat("9", 4000), "退款"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		j := storetest.NewMemory("T01")
		r := startRig(t, config(), j, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
		r.keys("8 " + takeCash)
		records := len(j.Records())
		r.keys("OK MENU 5")
		r.step(txn.Scanned{Text: text})
		all := r.screen.Title + r.screen.Status + strings.Join(r.screen.Lines, "")
		if strings.ContainsFunc(all, func(c rune) bool { return c < ' ' || c >= 0x7f && c < 0xa0 }) || len(all) > 1000 {
			t.Errorf("the screen says %q", all)
		}
		if opened := r.screen.Title == "退款金额"; opened != (text == "T01TEST000100000001") {
			t.Errorf("%q opens an order: %t", text, opened)
		}
		found := txn.Recall{Digits: text}.From(j)
		if found.Err != nil || len(found.Orders) > 1 || len(j.Records()) != records {
			t.Errorf("%q finds %d orders, %v; %d records", text, len(found.Orders), found.Err, len(j.Records()))
		}
	})
}
