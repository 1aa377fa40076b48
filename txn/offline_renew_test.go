package txn_test

import (
	"testing"
	"time"

	"smartpos/txn"
)

// A mode that has ended is renewed at the keys: by the supervisor's PIN, once the network is there.
func TestOfflineRenewedByPIN(t *testing.T) {
	r := offlineRig(t)
	r.keys(enrolled)
	r.sees("主管PIN已设好")
	for range 3 {
		r.coded("5")
		for range 3 {
			r.keys(wrongAnswer + " OK")
		}
		r.keys("CANCEL")
	}
	r.coded("5")
	r.keys(wrongAnswer + " OK CANCEL MENU 8 9 " + pinKeys)
	r.sees("续期需要网络")
	r.keys("CANCEL")
	r.pass(3*time.Minute, says(txn.StatusWaiting, ""))
	r.keys("MENU 8")
	r.sees("离线收款已停用", "9 主管续期")
	r.keys("9")
	r.sees("离线收款续期", "答错 10 次", "续期 0 次")
	r.keys("1 1 1 1 1 1 OK OK")
	if r.mode().Tries != 10 {
		t.Fatal("a wrong PIN has renewed the mode")
	}
	r.keys(pinKeys)
	r.sees("确认 续期")
	r.keys("OK")
	r.modeIs(txn.OfflineState{Renewed: 1})
	r.sees("离线收款已续期")
	r.coded("5")
}
