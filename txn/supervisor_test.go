package txn_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// tries returns how many wrong tries are on disk.
func (r *rig) tries() int {
	r.t.Helper()
	start, err := r.journal.Start()
	if err != nil {
		r.t.Fatal(err)
	}
	o, _ := start.Till.Operator("S01")
	return o.Tries
}

const wrongPIN = "1 1 1 2 2 2 OK"

// Five wrong PINs lock for a quarter of an hour. Neither a restart nor a clock that jumps makes it shorter.
func TestLockOut(t *testing.T) {
	r, o := refundRig(t)
	r.keys("MENU 5")
	r.step(txn.Scanned{Text: string(o.No)})
	r.keys("OK")
	for i := range 5 {
		r.keys(wrongPIN)
		if r.tries() != i+1 {
			t.Fatalf("%d tries are on disk after %d", r.tries(), i+1)
		}
	}
	r.sees("已锁定", "15分0秒")
	r.pass(30*time.Second, nil)
	r.keys(pinKeys)
	if r.tries() != 5 || len(r.read(o.No).Refunds) != 0 {
		t.Fatal("a try while locked")
	}
	r = r.restart(100 * 24 * time.Hour) // by the wall clock alone
	r.keys("MENU 7")
	r.sees("已锁定", "15分")
	r.pass(15*time.Minute+time.Second, func(txn.Request) (txn.Answer, txn.Fault) { return is(txn.StatusWaiting), "" })
	r.keys("MENU 7 " + wrongPIN)
	r.sees("30分0秒")
	r.keys("CANCEL")
	r.pass(30*time.Minute+time.Second, nil)
	r.keys("MENU 7 " + pinKeys)
	r.sees("新PIN")
	if r.tries() != 0 {
		t.Errorf("%d tries after a right PIN", r.tries())
	}
}

// Each try is on disk before it is compared: a power cut in between gives none back.
func TestTryIsCountedFirst(t *testing.T) {
	r, _ := refundRig(t)
	r.hold = true
	r.keys("MENU 7 " + pinKeys)
	if len(r.held) != 1 {
		t.Fatalf("%d commits", len(r.held))
	}
	r.sees("正在核对")
	r.journal.FailNext()
	if _, err := r.journal.Commit(r.held[0].Record); err != nil { // on disk, and the power goes
		t.Fatal(err)
	}
	r = r.restart(0)
	if r.tries() != 1 {
		t.Errorf("%d tries", r.tries())
	}
}

// A PIN that is found right takes all tries back. Another that was tried meanwhile, because the screen went away under the
// first, then has none left to take back: that stops no terminal.
func TestRightPINsOvertakeEachOther(t *testing.T) {
	r := newRig(t)
	r.keys(enrolled)
	r.keys("SCAN")
	r.step(txn.Scanned{Text: "6901234567892"})
	r.keys("OK")
	o := r.asked(txn.OpShow).Order
	r.step(txn.NetworkAnswered{Order: o.No, Op: txn.OpShow, Answer: txn.Answer{Status: txn.StatusReady, CodeURL: "weixin://x"}})
	r.keys("SCAN CANCEL")
	r.requests = nil
	r.mute = true
	r.keys("MENU 7 " + pinKeys)
	first := r.left[0].(txn.CheckPIN)
	r.step(txn.NetworkAnswered{Order: o.No, Op: txn.OpClose, Answer: is(txn.StatusRefused)})
	r.step(txn.NetworkAnswered{Order: o.No, Op: txn.OpQuery, Answer: paid(350)})
	r.sees("收款成功")
	r.hold = true
	r.keys("OK MENU 7 " + pinKeys)
	r.step(txn.PINChecked{Token: first.Token, Right: true})
	r.hold = false
	r.release(-1)
	second := r.left[1].(txn.CheckPIN)
	r.step(txn.PINChecked{Token: second.Token, Right: true})
	if r.sees("新PIN"); r.tries() != 0 {
		t.Errorf("%d tries are on disk", r.tries())
	}
}

// The lock-out doubles, and has an end.
func TestLockOutGrows(t *testing.T) {
	r := newRig(t)
	if _, err := r.journal.Commit(storetest.Enrolled("S01")); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if _, err := r.journal.Commit(storetest.PINTried("S01", false)); err != nil {
			t.Fatal(err)
		}
	}
	r = r.restart(0)
	r.keys("MENU 7")
	r.sees("24小时0分")
}

// Without a supervisor nothing goes back, and only who has the technician's code becomes one.
func TestEnrol(t *testing.T) {
	r := newRig(t)
	o := r.sold("5")
	r.keys("MENU 5")
	r.step(txn.Scanned{Text: string(o.No)})
	r.keys("OK")
	r.sees("还没有主管")
	r.keys("CANCEL CANCEL CANCEL MENU 7")
	r.sees("请技术员输入开通码")
	for range 5 {
		r.keys("1 2 3 4 5 6 7 8 OK")
	}
	r.sees("已锁定")
	r.pass(15*time.Minute, nil)
	r.keys("MENU 7 2 0 2 6 0 3 0 1 OK")
	for keys, want := range map[string]string{
		"1 2 3 OK": "PIN要6到8位", "1 1 1 1 1 1 OK": "PIN太简单", "6 5 4 3 2 1 OK": "PIN太简单",
	} {
		r.keys(keys)
		r.sees(want)
	}
	r.keys(pinKeys + " 7 3 9 1 0 6 OK")
	r.sees("两次不一样", "新PIN")
	r.keys(pinKeys + " " + pinKeys)
	r.sees("主管PIN已设好")
	r.keys("MENU 7 1 2 3 4 5 7 OK")
	r.sees("PIN不对")
	r.keys(pinKeys)
	r.sees("新PIN")
}

// A profile without a code enrols nobody, and a forgotten PIN is renewed by the code.
func TestEnrolCode(t *testing.T) {
	r, _ := refundRig(t)
	r.keys("MENU 7 MENU 2 0 2 6 0 3 0 1 OK 8 4 0 2 1 6 OK 8 4 0 2 1 6 OK MENU 7 8 4 0 2 1 6 OK")
	r.sees("新PIN")
	cfg := config()
	cfg.EnrolCode = txn.PIN{}
	r = startRig(t, cfg, storetest.NewMemory("T01"), r.now.Wall)
	r.keys("MENU 7")
	r.sees("配置里没有开通码")
}

// No formatting gives a PIN away, nor does the screen.
func TestPINMasked(t *testing.T) {
	p := txn.NewPIN("739105")
	for _, s := range []string{fmt.Sprint(p), fmt.Sprintf("%v %+v %#v %s %q %x %d", p, p, p, p, p, p, p), fmt.Sprintf("%+v", txn.CheckPIN{PIN: p})} {
		if strings.Contains(s, "739105") || strings.Contains(s, "3733") {
			t.Errorf("%q", s)
		}
	}
	r, _ := refundRig(t)
	r.keys("MENU 7 7 3 9 1 0 5")
	r.sees("●●●●●●")
	if s := fmt.Sprintf("%+v", r.screen) + strings.Join(r.notes, " "); strings.Contains(s, "739105") {
		t.Errorf("told: %s", s)
	}
}
