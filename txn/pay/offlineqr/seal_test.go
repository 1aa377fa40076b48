package offlineqr_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/device/display/qr"
	"smartpos/txn"
	"smartpos/txn/pay/offlineqr"
)

const order = txn.OrderNo("T00000017Q3KZ9XB00000042")

var expires = time.Date(2026, 3, 1, 9, 35, 0, 0, time.UTC)

func key(t testing.TB, b byte) offlineqr.Key {
	t.Helper()
	k, err := offlineqr.NewKey(bytes.Repeat([]byte{b}, offlineqr.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sealer(t testing.TB, page string) *offlineqr.Sealer {
	t.Helper()
	s, err := offlineqr.NewSealer("T0000001", 1, key(t, 0x11), page)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// issued returns a code and its digest.
func issued(t testing.TB, digits int) (*offlineqr.Sealer, string, txn.AnswerDigest) {
	t.Helper()
	s := sealer(t, "https://pay.example.cn/O")
	text, digest, err := s.Issue(order, txn.Yuan(1250), expires, digits)
	if err != nil {
		t.Fatal(err)
	}
	return s, text, digest
}

// known is an acquirer that knows one terminal and one key.
func known(k offlineqr.Key) func(string, uint8) (offlineqr.Key, bool) {
	return func(terminal string, number uint8) (offlineqr.Key, bool) {
		return k, terminal == "T0000001" && number == 1
	}
}

func TestIssueAndOpen(t *testing.T) {
	for digits := offlineqr.MinDigits; digits <= offlineqr.MaxDigits; digits++ {
		s, text, digest := issued(t, digits)
		terminal, c, err := offlineqr.Open(text, known(key(t, 0x11)))
		if err != nil || terminal != "T0000001" || c.Order != order || c.Amount != txn.Yuan(1250) || !c.Expires.Equal(expires) {
			t.Fatalf("opened %s %+v, %v", terminal, c, err)
		}
		answer := c.Answer.Reveal()
		if len(answer) != digits || !s.Matches(order, digest, answer) {
			t.Errorf("the answer of %d digits does not match", len(answer))
		}
		wrong := []byte(answer)
		wrong[digits-1] = '0' + (wrong[digits-1]-'0'+1)%10
		for _, typed := range []string{string(wrong), "", answer[1:], answer + "0", " " + answer} {
			if s.Matches(order, digest, typed) {
				t.Errorf("%q matches %q", typed, answer)
			}
		}
		if s.Matches(order+"0", digest, answer) || s.Matches(order, digest[:62], answer) || s.Matches(order, digest[:62]+"zz", answer) {
			t.Error("the answer matches another order or a broken digest")
		}
		// A page opened from a phone's history may have lost its capitals.
		if _, _, err := offlineqr.Open(strings.ToLower(text[strings.LastIndex(text, "/"):]), known(key(t, 0x11))); err != nil {
			t.Errorf("in small letters: %v", err)
		}
	}
}

// Two codes of one order share neither nonce nor answer, so that a picture of the first is worth nothing.
func TestEachCodeIsNew(t *testing.T) {
	seen := map[string]bool{}
	for range 50 {
		_, text, digest := issued(t, 8)
		for _, s := range []string{text[:len(text)-60], string(digest)} {
			if seen[s] {
				t.Fatalf("%q came twice", s)
			}
			seen[s] = true
		}
	}
}

// Not one character may change, be lost or be added, the terminal's name included.
func TestAnyChangeIsRefused(t *testing.T) {
	_, text, _ := issued(t, 6)
	at := strings.LastIndex(text, "/") + 1
	for i := at; i < len(text); i++ {
		for _, c := range "A7" {
			changed := text[:i] + string(c) + text[i+1:]
			if changed == text {
				continue
			}
			if _, c, err := offlineqr.Open(changed, known(key(t, 0x11))); err == nil || c != (offlineqr.Challenge{}) {
				t.Fatalf("character %d changed: %+v, %v", i-at, c, err)
			}
		}
		if _, _, err := offlineqr.Open(text[:i], known(key(t, 0x11))); !errors.Is(err, offlineqr.ErrCode) {
			t.Fatalf("cut at %d: %v", i-at, err)
		}
	}
	for _, more := range []string{"A", "AAAAAAAA", "=", "\n", strings.Repeat("A", 2000)} {
		if _, _, err := offlineqr.Open(text+more, known(key(t, 0x11))); !errors.Is(err, offlineqr.ErrCode) {
			t.Errorf("with %q behind it: %v", more, err)
		}
	}
}

func TestOtherKeys(t *testing.T) {
	_, text, _ := issued(t, 6)
	if _, _, err := offlineqr.Open(text, known(key(t, 0x12))); !errors.Is(err, offlineqr.ErrCode) {
		t.Errorf("under another key: %v", err)
	}
	nobody := func(string, uint8) (offlineqr.Key, bool) { return offlineqr.Key{}, false }
	if terminal, _, err := offlineqr.Open(text, nobody); !errors.Is(err, offlineqr.ErrTerminal) || terminal != "T0000001" {
		t.Errorf("of a terminal that nobody knows: %s, %v", terminal, err)
	}
}

func TestRefused(t *testing.T) {
	s := sealer(t, "https://pay.example.cn/O")
	for _, tt := range []struct {
		name    string
		order   txn.OrderNo
		amount  txn.Money
		expires time.Time
		digits  int
		want    error
	}{
		{"order", "X", txn.Yuan(1), expires, 6, offlineqr.ErrChallenge},
		{"nothing", order, txn.Yuan(0), expires, 6, offlineqr.ErrChallenge},
		{"negative", order, txn.Yuan(-1), expires, 6, offlineqr.ErrChallenge},
		{"too much", order, txn.Yuan(1 << 48), expires, 6, offlineqr.ErrChallenge},
		{"currency", order, txn.Money{Fen: 1, Currency: "元"}, expires, 6, offlineqr.ErrChallenge},
		{"no expiry", order, txn.Yuan(1), time.Time{}, 6, offlineqr.ErrChallenge},
		{"an expiry after 2106", order, txn.Yuan(1), expires.AddDate(100, 0, 0), 6, offlineqr.ErrChallenge},
		{"5 digits", order, txn.Yuan(1), expires, 5, offlineqr.ErrAnswer},
		{"9 digits", order, txn.Yuan(1), expires, 9, offlineqr.ErrAnswer},
	} {
		if text, digest, err := s.Issue(tt.order, tt.amount, tt.expires, tt.digits); !errors.Is(err, tt.want) || text != "" || digest != "" {
			t.Errorf("%s: %q, %v", tt.name, text, err)
		}
	}
	for _, page := range []string{
		"", "pay.example.cn", "http://pay.example.cn/", "https:///O", "https://u@pay.example.cn/", "https://pay.example.cn/o",
		"https://pay.example.cn/O?a", "https://pay.example.cn/O?", "https://pay.example.cn/O#", "https://支付.cn/", "https://pay.example.cn/A B",
	} {
		if _, err := offlineqr.NewSealer("T0000001", 1, key(t, 0x11), page); !errors.Is(err, offlineqr.ErrPage) {
			t.Errorf("page %q: %v", page, err)
		}
	}
	for _, terminal := range []string{"", "T00000001", "t1", "T-1"} {
		if _, err := offlineqr.NewSealer(terminal, 1, key(t, 0x11), "https://pay.example.cn"); !errors.Is(err, offlineqr.ErrTerminal) {
			t.Errorf("terminal %q: %v", terminal, err)
		}
	}
	for _, b := range [][]byte{nil, make([]byte, 31), make([]byte, 32)} {
		if _, err := offlineqr.NewKey(b); !errors.Is(err, offlineqr.ErrKey) {
			t.Errorf("key of %d zero bytes: %v", len(b), err)
		}
	}
	if _, err := offlineqr.NewSealer("T0000001", 1, offlineqr.Key{}, "https://pay.example.cn"); !errors.Is(err, offlineqr.ErrKey) {
		t.Errorf("no key: %v", err)
	}
}

// Every digit stands in every place about as often: 10,000 answers, 1,000 expected, and six standard deviations
// of room either way, so that a fair source fails once in 10 million runs.
func TestAnswersAreUniform(t *testing.T) {
	var count [offlineqr.MaxDigits][10]int
	for range 10_000 {
		a, err := offlineqr.NewAnswer(offlineqr.MaxDigits)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range []byte(a.Reveal()) {
			count[i][c-'0']++
		}
	}
	for i := range count {
		for digit, n := range count[i] {
			if n < 820 || n > 1180 {
				t.Errorf("digit %d stands %d times in place %d", digit, n, i)
			}
		}
	}
}

// Keys and answers show in no way of printing them.
func TestSecretsHide(t *testing.T) {
	_, text, _ := issued(t, 8)
	_, c, err := offlineqr.Open(text, known(key(t, 0x11)))
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, v := range []any{c, c.Answer, key(t, 0x11), struct{ K offlineqr.Key }{key(t, 0x11)}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
			all += fmt.Sprintf(verb, v)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		all += string(b)
	}
	for _, secret := range []string{c.Answer.Reveal(), "1111", "17 17", "0x11"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q shows in %s", secret, all)
		}
	}
}

// What a phone has to read: at level M, in the square of 176 pixels that the sale's screen of a 320 × 240
// display has for it, with a quiet zone of 4 modules.
func TestSizeOnTheDisplay(t *testing.T) {
	for _, tt := range []struct {
		page        string
		version, px int
	}{
		{"https://pay.example.cn/O", 6, 3},
		{"https://offline.acquirer.example.com.cn/PAY", 7, 3},
		{"https://" + strings.Repeat("a", 60) + ".example.com.cn/O", 8, 3},
	} {
		text, _, err := sealer(t, tt.page).Issue(order, txn.Yuan(1250), expires, 6)
		if err != nil {
			t.Fatal(err)
		}
		m, err := qr.Encode(text, qr.M)
		if err != nil {
			t.Fatal(err)
		}
		px := 176 / (m.Size + 2*qr.QuietZone)
		t.Logf("%d characters: version %d, %d modules, %d pixels each", len(text), m.Version(), m.Size, px)
		if m.Version() > tt.version || px < tt.px {
			t.Errorf("%s: version %d with %d pixels a module, want %d with %d", tt.page, m.Version(), px, tt.version, tt.px)
		}
	}
}
