package txn

import (
	"strings"
	"testing"
	"time"
)

// A supervisor renews the mode once the network is there and nothing is unconfirmed, and is told how often that was
// done before.
func TestOfflineRenewal(t *testing.T) {
	till := Till{Offline: OfflineState{Count: 1, Fen: 500, Tries: 10, Renewed: 2, Unpaid: true}}
	cfg := Config{
		Operator: "01", MaxAmount: Yuan(1000), Linger: time.Second,
		Offline: OfflineConfig{Limits: OfflineLimits{Count: 3, Fen: 1000, Each: 1000, CodeTries: 3, ModeTries: 10}},
	}
	m := New(cfg, Start{Till: till}, Time{})
	renewal{entry{}}.granted(m, "9001")
	screen := func() string { return strings.Join(append(m.view.screen(m).Lines, m.view.screen(m).Keys...), "\n") }
	refused := func(want string) {
		t.Helper()
		for _, eff := range m.Step(Time{}, KeyPressed{Key: KeyOK}) {
			if _, ok := eff.(Commit); ok {
				t.Error("renewed")
			}
		}
		if !strings.Contains(screen(), want) {
			t.Errorf("the screen says %q, want %q", screen(), want)
		}
	}
	refused("还有 1 笔待确认")
	m.till.Offline.Count, m.till.Offline.Fen, m.dark = 0, 0, true
	refused("续期需要网络")
	m.dark = false
	for _, want := range []string{"答错 10 次", "续期 2 次", "先换密钥", "确认 续期"} {
		if !strings.Contains(screen(), want) {
			t.Errorf("the screen says %q, want %q", screen(), want)
		}
	}
	var rec Record
	for _, eff := range m.Step(Time{}, KeyPressed{Key: KeyOK}) {
		if c, ok := eff.(Commit); ok {
			rec = c.Record
			m.Step(Time{}, Committed{Token: c.Token})
		}
	}
	if r, ok := rec.(*OfflineRenewed); !ok || r.Operator != "9001" {
		t.Fatalf("the record is %+v", rec)
	}
	if s := m.till.Offline; s.Tries != 0 || s.Unpaid || s.Renewed != 3 {
		t.Errorf("the mode is %+v", s)
	}
}
