package txn_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"

	"smartpos/txn"
)

var offlineLimits = txn.OfflineLimits{Count: 3, Fen: 50_000, Each: 30_000, CodeTries: 3, ModeTries: 10}

func TestOfflineIsOffByDefault(t *testing.T) {
	var none txn.OfflineLimits
	if _, err := (txn.OfflineState{}).Show(none, 1); !errors.Is(err, txn.ErrOfflineOff) {
		t.Errorf("shown: %v", err)
	}
	if _, err := (txn.OfflineState{}).Try(none, 0); !errors.Is(err, txn.ErrOfflineOff) {
		t.Errorf("tried: %v", err)
	}
	for name, change := range map[string]func(*txn.OfflineLimits){
		"no count":         func(l *txn.OfflineLimits) { l.Count = 0 },
		"no sum":           func(l *txn.OfflineLimits) { l.Fen = 0 },
		"sum below one":    func(l *txn.OfflineLimits) { l.Fen = l.Each - 1 },
		"no tries":         func(l *txn.OfflineLimits) { l.CodeTries = 0 },
		"4 tries a code":   func(l *txn.OfflineLimits) { l.CodeTries = 4 },
		"11 tries in all":  func(l *txn.OfflineLimits) { l.ModeTries = 11 },
		"no tries in all":  func(l *txn.OfflineLimits) { l.ModeTries = 0 },
		"negative largest": func(l *txn.OfflineLimits) { l.Each = -1 },
	} {
		l := offlineLimits
		change(&l)
		if err := l.Check(); !errors.Is(err, txn.ErrOfflineOff) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := offlineLimits.Check(); err != nil {
		t.Error(err)
	}
}

// reboot is what a state goes through when the power goes: to the journal and back.
func reboot(t *testing.T, s txn.OfflineState) (after txn.OfflineState) {
	t.Helper()
	b, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(b, &after)
	}
	if err != nil || after != s {
		t.Fatalf("%+v came back as %+v, %v", s, after, err)
	}
	return after
}

func TestOfflineCountAndAmount(t *testing.T) {
	var s txn.OfflineState
	show := func(fen int64, want error) {
		t.Helper()
		before := s
		next, err := s.Show(offlineLimits, fen)
		if !errors.Is(err, want) || err != nil && next != before {
			t.Fatalf("%d fen after %+v: %+v, %v, want %v", fen, before, next, err, want)
		}
		s = reboot(t, next)
	}
	show(0, txn.ErrOfflineLimit)
	show(30_001, txn.ErrOfflineLimit)
	show(30_000, nil)
	show(20_001, txn.ErrOfflineLimit) // 1 fen over the sum
	show(10_000, nil)
	show(10_000, nil)
	show(1, txn.ErrOfflineLimit) // a fourth
	s = s.Settle(10_000)
	show(10_001, txn.ErrOfflineLimit)
	s = s.Settle(30_000)
	show(30_000, nil)
	if s.Count != 2 || s.Fen != 40_000 {
		t.Errorf("after it all %+v", s)
	}
	// Amounts at the end of their range don't wrap around.
	wide := txn.OfflineLimits{Count: 9, Fen: 1<<48 - 1, Each: 1<<48 - 1, CodeTries: 3, ModeTries: 10}
	full, err := txn.OfflineState{}.Show(wide, 1<<48-1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := full.Show(wide, 1<<48-1); !errors.Is(err, txn.ErrOfflineLimit) {
		t.Errorf("twice the largest: %v", err)
	}
}

// Three wrong answers end a code, ten the mode, whatever the power does between counting and comparing.
func TestOfflineTries(t *testing.T) {
	var s txn.OfflineState
	wrong := 0
	for code := 0; ; code++ {
		next, err := s.Show(offlineLimits, 100)
		if err != nil {
			if !errors.Is(err, txn.ErrOfflineTries) || wrong != 10 || code != 4 {
				t.Fatalf("code %d after %d wrong answers: %v", code, wrong, err)
			}
			break
		}
		s = reboot(t, next)
		for n := 0; ; n++ {
			next, err := s.Try(offlineLimits, n)
			if err != nil {
				if !errors.Is(err, txn.ErrOfflineTries) || n != 3 && wrong != 10 {
					t.Fatalf("try %d: %v", n, err)
				}
				break
			}
			s = reboot(t, next) // and the power goes here: the try stays counted
			wrong++
		}
		s = s.Settle(100)
	}
	renewed, err := s.Renew()
	if err != nil || renewed != (txn.OfflineState{Renewed: 1}) {
		t.Errorf("nothing is unconfirmed: %+v, %v", renewed, err)
	}
	held, err := txn.OfflineState{}.Show(offlineLimits, 100)
	if err != nil {
		t.Fatal(err)
	}
	if after, err := held.Renew(); !errors.Is(err, txn.ErrOfflineLimit) || after != held {
		t.Errorf("renewed with a code unconfirmed: %v", err)
	}
}

// A right answer costs nothing and forgives nothing.
func TestOfflineRightAnswer(t *testing.T) {
	s := txn.OfflineState{Tries: 8}
	s, err := s.Show(offlineLimits, 100)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Try(offlineLimits, 0); err != nil || s.Tries != 9 {
		t.Fatalf("%+v, %v", s, err)
	}
	if s = s.Right(); s != (txn.OfflineState{Count: 1, Fen: 100, Tries: 8}) {
		t.Errorf("after a right answer %+v", s)
	}
}

// An answer that nobody paid for ends the mode at once, whatever tries are left.
func TestOfflineUnpaidEndsTheMode(t *testing.T) {
	s := txn.OfflineState{Unpaid: true}
	if _, err := s.Show(offlineLimits, 100); !errors.Is(err, txn.ErrOfflineUnpaid) {
		t.Errorf("shown: %v", err)
	}
	if _, err := s.Try(offlineLimits, 0); !errors.Is(err, txn.ErrOfflineUnpaid) {
		t.Errorf("tried: %v", err)
	}
	if after, err := s.Renew(); err != nil || after.Unpaid || after.Renewed != 1 {
		t.Errorf("renewed: %+v, %v", after, err)
	}
}

// However the calls fall, no more is ever shown than the limits allow, and no more answers are tried.
func TestOfflineLimitsHold(t *testing.T) {
	type code struct {
		fen   int64
		tries int
	}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		var s txn.OfflineState
		var out []code
		tries := 0
		for range 200 {
			switch r.IntN(5) {
			case 0, 1:
				fen := r.Int64N(40_000)
				if next, err := s.Show(offlineLimits, fen); err == nil {
					s, out = next, append(out, code{fen: fen})
				}
			case 2, 3:
				if len(out) == 0 {
					continue
				}
				i := r.IntN(len(out))
				if next, err := s.Try(offlineLimits, out[i].tries); err == nil {
					s = next
					out[i].tries++
					tries++
				}
			case 4:
				if len(out) > 0 && r.IntN(3) == 0 {
					s, out = s.Settle(out[0].fen), out[1:]
				}
			}
			sum := int64(0)
			for _, c := range out {
				sum += c.fen
				if c.tries > 3 {
					t.Fatalf("seed %d: %d tries of one code", seed, c.tries)
				}
			}
			if len(out) > offlineLimits.Count || sum > offlineLimits.Fen || tries > 10 || s != (txn.OfflineState{Count: len(out), Fen: sum, Tries: tries}) {
				t.Fatalf("seed %d: %d codes of %d fen and %d tries in %+v", seed, len(out), sum, tries, s)
			}
		}
	}
}
