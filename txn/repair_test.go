package txn_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// mender is a terminal whose journal is damaged: what it shows, and what it asks for.
type mender struct {
	t       *testing.T
	m       *txn.Machine
	now     txn.Time
	screen  txn.Screen
	repairs []txn.Repair
	restart bool
}

func newMender(t *testing.T) *mender {
	w := &mender{t: t, now: txn.Time{Wall: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)}}
	w.m = txn.NewRepairing(config(), w.now)
	w.step(txn.Tick{})
	return w
}

func (w *mender) step(events ...txn.Event) {
	w.t.Helper()
	for len(events) > 0 {
		ev := events[0]
		events = events[1:]
		for _, eff := range w.m.Step(w.now, ev) {
			switch e := eff.(type) {
			case txn.Draw:
				w.screen = e.Screen
			case txn.Repair:
				w.repairs = append(w.repairs, e)
			case txn.Restart:
				w.restart = true
			case txn.CheckPIN:
				events = append(events, txn.PINChecked{Token: e.Token, Right: e.Hash == plainHash(e.PIN)})
			case txn.Commit:
				w.t.Fatalf("a record for a journal that is not there: %T", e.Record)
			}
		}
	}
}

func (w *mender) pass(d time.Duration) {
	w.now.Wall, w.now.Mono = w.now.Wall.Add(d), w.now.Mono+d
	w.step(txn.Tick{})
}

func (w *mender) sees(want ...string) {
	w.t.Helper()
	(&rig{t: w.t, screen: w.screen}).sees(want...)
}

func (w *mender) keys(names string) {
	w.t.Helper()
	for _, k := range strings.Fields(names) {
		w.step(txn.KeyPressed{Key: txn.Key(k)})
	}
}

func loss(known uint64) *txn.LossError {
	return &txn.LossError{Records: 49, Known: known, Orders: 17, Till: txn.Till{Operators: []txn.Operator{
		{ID: "S01", Role: txn.Supervisor, PIN: plainHash(txn.NewPIN("482913"))},
	}}}
}

// What can be repaired whole is repaired without anybody, once, and the terminal starts again.
func TestRepairsItself(t *testing.T) {
	w := newMender(t)
	w.keys("5 OK")
	w.pass(time.Minute)
	w.sees("正在修复", "请勿断电", "已用1分")
	if len(w.repairs) != 1 || w.repairs[0].By != "" || w.restart {
		t.Fatalf("%+v", w.repairs)
	}
	w.step(txn.Repaired{})
	if !w.restart {
		t.Error("does not start again")
	}
}

// A disk that never answers is told from one that takes its time, and what comes late still counts.
func TestRepairHangs(t *testing.T) {
	w := newMender(t)
	w.pass(4 * time.Minute)
	w.step(txn.RepairedSoFar{Records: 512, Of: 9000})
	w.pass(4 * time.Minute)
	w.sees("正在修复", "512/9000", "已用8分")
	w.pass(2 * time.Minute)
	w.sees("修复没有完成", "关机再开", "技术员")
	if len(w.repairs) != 1 {
		t.Fatalf("%+v: two at once", w.repairs)
	}
	w.step(txn.Repaired{})
	if !w.restart {
		t.Error("does not start again")
	}
}

// Where records are lost, a supervisor's PIN is what it takes; nothing else goes on.
func TestLossNeedsSupervisor(t *testing.T) {
	w := newMender(t)
	w.step(txn.Repaired{Err: fmt.Errorf("repairing: %w", loss(81))})
	w.sees("交易记录损坏", "49/81", "17", "技术员", "菜单")
	w.keys("OK 5 CANCEL")
	w.sees("交易记录损坏")
	w.keys("MENU 4 8 2 9 1 4 OK")
	w.sees("PIN不对")
	if len(w.repairs) != 1 {
		t.Fatal("repaired by a wrong PIN")
	}
	w.pass(3 * time.Minute) // nobody there
	w.sees("技术员")
	w.keys("MENU 4 8 2 9 1 3 OK")
	w.sees("正在修复")
	if len(w.repairs) != 2 || w.repairs[1].By != "S01" {
		t.Fatalf("%+v", w.repairs)
	}
	w.step(txn.Repaired{})
	if !w.restart {
		t.Error("does not start again")
	}
}

// Wrong PINs lock, as everywhere.
func TestLossLocks(t *testing.T) {
	w := newMender(t)
	w.step(txn.Repaired{Err: loss(0)})
	w.sees("不详")
	w.keys("MENU")
	for range 5 {
		w.keys("1 1 1 1 1 1 OK")
	}
	w.sees("已锁定")
	w.keys("4 8 2 9 1 3 OK")
	w.sees("已锁定")
	w.pass(16 * time.Minute)
	w.keys("MENU 4 8 2 9 1 3 OK")
	w.sees("正在修复")
}

// Where nobody can be asked, or the disk fails, it says who helps.
func TestRepairFails(t *testing.T) {
	w := newMender(t)
	alone := loss(81)
	alone.Till = txn.Till{}
	w.step(txn.Repaired{Err: alone})
	w.keys("MENU 4 8 2 9 1 3 OK")
	w.sees("交易记录损坏", "技术员")
	if len(w.repairs) != 1 {
		t.Error("repaired by nobody's word")
	}
	for err, want := range map[error]string{
		txn.ErrJournalFull:         "存储已满",
		txn.ErrJournalDamaged:      "交易记录读取出错",
		errors.New("input/output"): "无法写入交易记录",
	} {
		w := newMender(t)
		w.step(txn.Repaired{Err: err})
		w.sees("停止收款", want)
		w.step(txn.Repaired{}) // an answer to nothing
		if w.restart {
			t.Error("starts again unasked")
		}
	}
}

// After a repair or a restore somebody has to read what happened, and then sells.
func TestSaysWhatWasRepaired(t *testing.T) {
	at := time.Date(2026, 11, 27, 12, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		r    txn.Restored
		want []string
	}{
		{txn.Restored{Repaired: true}, []string{"交易记录已修复", "没有丢失"}},
		{txn.Restored{Repaired: true, By: "S01"}, []string{"交易记录已修复", "丢失", "菜单 6"}},
		{txn.Restored{Taken: at}, []string{"交易记录已恢复", "11-27 20:30", "菜单 6"}},
	} {
		w := &mender{t: t}
		w.m = txn.New(config(), txn.Start{Restored: &c.r}, w.now)
		w.step(txn.Tick{})
		w.sees(c.want...)
		w.keys("5")
		w.pass(time.Hour)
		w.sees(c.want...)
		w.keys("OK")
		w.sees("请输入金额")
	}
}
