package terminal

import (
	"strings"
	"testing"

	"smartpos/printer"
	"smartpos/txn"
)

// A code to be paid from paper is printed however long it is: the longest of a scheme has 236 characters.
func TestLongestCodePrints(t *testing.T) {
	for _, mode := range []printer.QRMode{printer.QRNative, printer.QRRaster} {
		for _, n := range []int{60, 180, 236} {
			slip := txn.Slip{Title: "惠民便利店", QR: strings.Repeat("~", n), QRSize: 1}
			if _, err := (printer.Model{QR: mode}).Encode(Receipt(slip)); err != nil {
				t.Errorf("%s, %d characters: %v", mode, n, err)
			}
		}
	}
}

// A code that lasts longer than ten minutes says how long.
func TestClockOfALongCode(t *testing.T) {
	for seconds, want := range map[int]string{0: "0:00", 65: "1:05", 599: "9:59", 600: "10:00", 1799: "29:59"} {
		if got := clock(seconds); got != want {
			t.Errorf("%d s: %q, want %q", seconds, got, want)
		}
	}
}
