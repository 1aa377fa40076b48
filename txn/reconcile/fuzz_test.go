package reconcile_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

// sane holds what every bill that was believed must be, whoever wrote it.
func sane(t *testing.T, b *reconcile.Bill, err error) {
	t.Helper()
	var e *reconcile.Error
	switch {
	case err != nil && (b != nil || !errors.As(err, &e) || e.Do() == "" || len(err.Error()) > 1000):
		t.Errorf("%+v, %v", b, err)
	case err != nil:
		return
	}
	var sum reconcile.Totals
	for _, l := range b.Lines {
		if l.Fen <= 0 || l.Order == "" || l.Number < 1 || l.Kind < reconcile.Payment || l.Kind > reconcile.Reversal || l.At.IsZero() {
			t.Errorf("line %+v", l)
		}
		if l.Kind == reconcile.Payment {
			sum.Payments++
			sum.PaidFen += l.Fen
		} else {
			sum.Refunds++
			sum.RefundFen += l.Fen
		}
		sum.Fee += l.Fee
	}
	if sum != b.Totals {
		t.Errorf("lines make %+v, totals are %+v", sum, b.Totals)
	}
	opt := reconcile.Options{Day: day, Cut: time.Minute}
	switch {
	case !b.Day.IsZero():
		opt.Day = b.Day
	default:
		for _, l := range b.Lines {
			if l.Kind == reconcile.Payment {
				opt.Day = l.At
			}
		}
	}
	r, err := reconcile.Match(opt, nil, b)
	if err != nil || r.Total().Bill != b.Totals {
		t.Errorf("%+v, %v", r, err)
	}
}

// FuzzWeChat holds that no file panics, and that a bill that is believed adds up.
func FuzzWeChat(f *testing.F) {
	f.Add(reconciletest.WeChat(trade(bills[0].kinds...)))
	f.Add(reconciletest.WeChat(nil))
	f.Add(replaced("`6,`", "`7,`"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := reconcile.ReadWeChat("wx.csv", data)
		sane(t, b, err)
	})
}

// FuzzAlipay does so with the texts in Alipay's archive, which a fuzzer would rarely get through deflate.
func FuzzAlipay(f *testing.F) {
	var details, summary string
	for name, text := range reconciletest.AlipayFiles(day, trade(bills[1].kinds...)) {
		if strings.Contains(name, "汇总") {
			summary = reconciletest.GBK(text)
		} else {
			details = reconciletest.GBK(text)
		}
	}
	f.Add([]byte(details), []byte(summary))
	f.Add([]byte(strings.ReplaceAll(details, "\t", "")), []byte(nil))
	f.Add([]byte(details[:400]), []byte(summary[:300]))
	f.Fuzz(func(t *testing.T, details, summary []byte) {
		files := map[string][]byte{"a.csv": details}
		if len(summary) > 0 {
			files["b.csv"] = summary
		}
		b, err := reconcile.ReadAlipay("ali.zip", stored(files))
		sane(t, b, err)
	})
}

// stored packs files without deflating them, which under the fuzzer takes most of the time.
func stored(files map[string][]byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			panic(err)
		}
	}
	_ = z.Close()
	return b.Bytes()
}

// FuzzZip does so with the archive itself.
func FuzzZip(f *testing.F) {
	f.Add(reconciletest.Alipay(day, trade(bills[1].kinds...)))
	f.Add(reconciletest.Zip(map[string][]byte{"INN26030188ZM_777290058110048": nil}))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !bytes.HasPrefix(data, []byte("PK")) {
			data = append([]byte("PK"), data...)
		}
		b, err := reconcile.Read("x.zip", data)
		sane(t, b, err)
	})
}

// FuzzUnionPay does so with lines of fixed width.
func FuzzUnionPay(f *testing.F) {
	name, data := reconciletest.UnionPay(day, trade(bills[2].kinds...))
	f.Add(name, data)
	f.Add("INN99999988ZM_777290058110048", data)
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		b, err := reconcile.ReadUnionPay(name, data)
		sane(t, b, err)
	})
}

// FuzzCarry does so with what a day hands on to the next, which lies in a file without a seal.
func FuzzCarry(f *testing.F) {
	lines := trade(bills[0].kinds...)
	bill, err := reconcile.ReadWeChat("wx.csv", reconciletest.WeChat(lines))
	if err != nil {
		f.Fatal(err)
	}
	ours := []reconcile.Entry{{Kind: reconcile.Payment, Order: lines[0].Order, Fen: lines[0].Fen, State: reconcile.Settled, At: lines[0].At}}
	text, err := json.Marshal(reconcile.Carry{Entries: ours, Lines: lines, Done: []reconcile.Key{ours[0].Key()}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"entries":[{"kind":255,"order":"T1","fen":-1,"state":255}],"lines":[{"kind":255,"order":"T1","progress":255},{"kind":2,"order":"T1"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var before reconcile.Carry
		if json.Unmarshal(data, &before) != nil {
			return
		}
		r, err := reconcile.Match(reconcile.Options{Day: day, Cut: time.Minute, Before: before}, ours, bill)
		if err != nil || r.Total().Bill != bill.Totals {
			t.Errorf("%+v, %v", r, err)
			return
		}
		for _, d := range r.Differences {
			_ = d.String() // whatever it is called
			d.Sides()
		}
	})
}
