package txn

import "testing"

// A restored journal does not know which refunds were asked for after its backup was taken, so those of older orders get
// numbers that the lost one can't have given.
func TestRefundNumbersAfterARestore(t *testing.T) {
	const no = "T0000001AAAAAAAA00000042"
	o := Order{No: no, Refunds: []Refund{{No: no + "R01"}}}
	for _, tt := range []struct {
		incarnation, want, short string
	}{
		{"", no + "R02", "000042R02"},
		{"AAAAAAAA", no + "R02", "000042R02"},
		{"7Q3KZ9XB", no + "R027Q3KZ", "000042R02"},
		{"RRRRRRRR", no + "R02RRRRR", "000042R02"},
	} {
		m := &Machine{till: Till{Incarnation: tt.incarnation}}
		got := m.nextRefundNo(o)
		if string(got) != tt.want || got.Short() != tt.short || !got.isNext(o) || !got.Valid() {
			t.Errorf("after %q: %s, %s", tt.incarnation, got, got.Short())
		}
	}
	for _, not := range []RefundNo{no + "R01", no + "R03", no + "R02A", no + "R027Q3KZ9", no + "R02-----", "R02"} {
		if not.isNext(o) {
			t.Errorf("%s is next", not)
		}
	}
}
