package offlineqr_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"

	"smartpos/txn/pay/offlineqr"
)

var limits = offlineqr.Limits{Count: 3, Fen: 50_000, Each: 30_000, CodeTries: 3, ModeTries: 10}

func TestOffByDefault(t *testing.T) {
	var none offlineqr.Limits
	if _, _, err := (offlineqr.State{}).Show(none, 1); !errors.Is(err, offlineqr.ErrOff) {
		t.Errorf("shown: %v", err)
	}
	if _, _, err := (offlineqr.State{}).Try(none, offlineqr.Code{Fen: 1}); !errors.Is(err, offlineqr.ErrOff) {
		t.Errorf("tried: %v", err)
	}
	for name, change := range map[string]func(*offlineqr.Limits){
		"no count":         func(l *offlineqr.Limits) { l.Count = 0 },
		"no sum":           func(l *offlineqr.Limits) { l.Fen = 0 },
		"sum below one":    func(l *offlineqr.Limits) { l.Fen = l.Each - 1 },
		"no tries":         func(l *offlineqr.Limits) { l.CodeTries = 0 },
		"4 tries a code":   func(l *offlineqr.Limits) { l.CodeTries = 4 },
		"11 tries in all":  func(l *offlineqr.Limits) { l.ModeTries = 11 },
		"no tries in all":  func(l *offlineqr.Limits) { l.ModeTries = 0 },
		"negative largest": func(l *offlineqr.Limits) { l.Each = -1 },
	} {
		l := limits
		change(&l)
		if err := l.Check(); !errors.Is(err, offlineqr.ErrOff) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := limits.Check(); err != nil {
		t.Error(err)
	}
}

// reboot is what a state goes through when the power goes: to the journal and back.
func reboot(t *testing.T, s offlineqr.State) (after offlineqr.State) {
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

func TestCountAndAmount(t *testing.T) {
	var s offlineqr.State
	show := func(fen int64, want error) (c offlineqr.Code) {
		t.Helper()
		before := s
		next, c, err := s.Show(limits, fen)
		if !errors.Is(err, want) || err != nil && next != before {
			t.Fatalf("%d fen after %+v: %+v, %v, want %v", fen, before, next, err, want)
		}
		s = reboot(t, next)
		return c
	}
	show(0, offlineqr.ErrLimit)
	show(30_001, offlineqr.ErrLimit)
	first := show(30_000, nil)
	show(20_001, offlineqr.ErrLimit) // 1 fen over the sum
	show(10_000, nil)
	third := show(10_000, nil)
	show(1, offlineqr.ErrLimit) // a fourth
	s = s.Settle(third)
	show(10_001, offlineqr.ErrLimit)
	s = s.Settle(first)
	show(30_000, nil)
	if s.Count != 2 || s.Fen != 40_000 {
		t.Errorf("after it all %+v", s)
	}
	// Amounts at the end of their range don't wrap around.
	wide := offlineqr.Limits{Count: 9, Fen: 1<<48 - 1, Each: 1<<48 - 1, CodeTries: 3, ModeTries: 10}
	full, _, err := offlineqr.State{}.Show(wide, 1<<48-1)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := full.Show(wide, 1<<48-1); !errors.Is(err, offlineqr.ErrLimit) {
		t.Errorf("twice the largest: %v", err)
	}
}

// Three wrong answers end a code, ten the mode, whatever the power does between counting and comparing.
func TestTries(t *testing.T) {
	var s offlineqr.State
	wrong := 0
	for code := 0; ; code++ {
		next, c, err := s.Show(limits, 100)
		if err != nil {
			if !errors.Is(err, offlineqr.ErrTries) || wrong != 10 || code != 4 {
				t.Fatalf("code %d after %d wrong answers: %v", code, wrong, err)
			}
			break
		}
		s = reboot(t, next)
		for n := 0; ; n++ {
			next, nextCode, err := s.Try(limits, c)
			if err != nil {
				if !errors.Is(err, offlineqr.ErrTries) || n != 3 && wrong != 10 {
					t.Fatalf("try %d: %v", n, err)
				}
				break
			}
			s, c = reboot(t, next), nextCode // and the power goes here: the try stays counted
			wrong++
		}
		s = s.Settle(c)
	}
	if _, err := s.Renew(); err != nil {
		t.Errorf("nothing is unconfirmed: %v", err)
	}
	held, _, err := offlineqr.State{}.Show(limits, 100)
	if err != nil {
		t.Fatal(err)
	}
	if after, err := held.Renew(); !errors.Is(err, offlineqr.ErrLimit) || after != held {
		t.Errorf("renewed with a code unconfirmed: %v", err)
	}
}

// A right answer costs nothing and forgives nothing.
func TestRightAnswer(t *testing.T) {
	s := offlineqr.State{Tries: 8}
	s, c, err := s.Show(limits, 100)
	if err != nil {
		t.Fatal(err)
	}
	if s, _, err = s.Try(limits, c); err != nil || s.Tries != 9 {
		t.Fatalf("%+v, %v", s, err)
	}
	if s = s.Right(); s != (offlineqr.State{Count: 1, Fen: 100, Tries: 8}) {
		t.Errorf("after a right answer %+v", s)
	}
}

// However the calls fall, no more is ever shown than the limits allow, and no more answers are tried.
func TestLimitsHold(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		var s offlineqr.State
		var out []offlineqr.Code
		tries := 0
		for range 200 {
			switch r.IntN(5) {
			case 0, 1:
				if next, c, err := s.Show(limits, r.Int64N(40_000)); err == nil {
					s, out = next, append(out, c)
				}
			case 2, 3:
				if len(out) == 0 {
					continue
				}
				i := r.IntN(len(out))
				if next, c, err := s.Try(limits, out[i]); err == nil {
					s, out[i] = next, c
					tries++
				}
			case 4:
				if len(out) > 0 && r.IntN(3) == 0 {
					s, out = s.Settle(out[0]), out[1:]
				}
			}
			sum := int64(0)
			for _, c := range out {
				sum += c.Fen
				if c.Tries > 3 {
					t.Fatalf("seed %d: %d tries of one code", seed, c.Tries)
				}
			}
			if len(out) > limits.Count || sum > limits.Fen || tries > 10 || s != (offlineqr.State{Count: len(out), Fen: sum, Tries: tries}) {
				t.Fatalf("seed %d: %d codes of %d fen and %d tries in %+v", seed, len(out), sum, tries, s)
			}
		}
	}
}
