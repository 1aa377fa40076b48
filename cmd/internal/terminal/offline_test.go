package terminal

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// sealer makes one code, whose answer is 042917, or fails.
type sealer struct{ err error }

func (s sealer) Issue(no txn.OrderNo, _ txn.Money, _ time.Time, _ int) (string, txn.AnswerDigest, error) {
	if s.err != nil {
		return "HTTPS://HALF", "half", s.err
	}
	return "HTTPS://PAY/" + string(no), "digest", nil
}

func (sealer) Matches(_ txn.OrderNo, d txn.AnswerDigest, digits string) bool {
	return d == "digest" && digits == "042917"
}

// Both effects end in an event, whatever becomes of them; no answer reaches the log, and half a code is none.
func TestOfflineEffectsEnd(t *testing.T) {
	order := txn.Order{No: "T0000001A0001", Amount: txn.Yuan(1250), Offline: &txn.OfflineCode{Digits: 6, Digest: "digest"}}
	for _, tt := range []struct {
		name   string
		with   Sealer
		answer string
		code   string
		right  bool
	}{
		{"right", sealer{}, "042917", "HTTPS://PAY/T0000001A0001", true},
		{"wrong", sealer{}, "042918", "HTTPS://PAY/T0000001A0001", false},
		{"no code", sealer{errors.New("no randomness")}, "042917", "", true},
		{"no key", nil, "042917", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			term := newTerminal(Ports{Offline: tt.with, Log: slog.New(slog.NewTextHandler(&log, nil))})
			term.makeOffline(t.Context(), txn.MakeOffline{Order: order})
			made := (<-term.events).(txn.OfflineCodeMade)
			if made.Order != order.No || made.Code != tt.code || (made.Digest == "") != (tt.code == "") {
				t.Errorf("%+v", made)
			}
			term.checkAnswer(t.Context(), txn.CheckAnswer{Order: order, Answer: txn.NewOfflineAnswer(tt.answer)})
			if checked := (<-term.events).(txn.AnswerChecked); checked.Order != order.No || checked.Right != tt.right {
				t.Errorf("%+v", checked)
			}
			term.work.Wait()
			if strings.Contains(log.String(), "0429") {
				t.Errorf("the log holds the answer: %s", log.String())
			}
		})
	}
}
