package offlineqr_test

import (
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/offlineqr"
)

// FuzzOpen holds that no text panics, and that none but a sealed one opens.
func FuzzOpen(f *testing.F) {
	// The document's vector: each of the fuzzer's processes must know the same one.
	const text = "HTTPS://PAY.EXAMPLE.CN/O/AEAVIMBQGAYDAMBRAAAQEAYEAUDAOCAJBIFQMQSUN7AMRBCAPXXEH2FO726SLTNR3PVDX3F" +
		"EQCYMDNFLEXRAQVK7ZNCCGUTU3O23DPMJYJXME4ELEU6EX2IZYJP57LND"
	k := key(f, 0x11)
	if _, _, err := offlineqr.Open(text, known(k)); err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add("")
	f.Add("/")
	f.Add("AEAVIMBQGAYDAMBR")
	f.Fuzz(func(t *testing.T, s string) {
		_, c, err := offlineqr.Open(s, known(k))
		if err != nil && c != (offlineqr.Challenge{}) {
			t.Errorf("%+v beside %v", c, err)
		}
		if err == nil && !strings.EqualFold(s[strings.LastIndex(s, "/")+1:], text[strings.LastIndex(text, "/")+1:]) {
			t.Errorf("%q opens as %+v", s, c)
		}
	})
}

// FuzzIssue holds that what is sealed is what is opened.
func FuzzIssue(f *testing.F) {
	f.Add("T00000017Q3KZ9XB00000042", int64(1250), "CNY", 6)
	f.Add("00000000", int64(1<<48-1), "USD", 8)
	f.Fuzz(func(t *testing.T, no string, fen int64, currency string, digits int) {
		s := sealer(t, "https://pay.example.cn")
		amount := txn.Money{Fen: fen, Currency: txn.Currency(currency)}
		text, digest, err := s.Issue(txn.OrderNo(no), amount, expires, digits)
		if err != nil {
			return
		}
		_, c, err := offlineqr.Open(text, known(key(t, 0x11)))
		if err != nil || string(c.Order) != no || c.Amount != amount || !s.Matches(c.Order, digest, c.Answer.Reveal()) {
			t.Errorf("%s of %v opens as %+v, %v", no, amount, c, err)
		}
	})
}
