package txn_test

import (
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

var written = txn.BackedUp{File: "smartpos-T0000001-7Q3KZ9XB-00000123.age", Bytes: 5000, Records: 123}

// The cashier makes a backup: the stick is said to be writable, then written, then free to be pulled out.
func TestBackup(t *testing.T) {
	r := newRig(t)
	r.keys("MENU .")
	r.sees("备份", "请先插入U盘")
	r.keys("OK")
	if r.sees("请先插入U盘"); r.backups != 0 {
		t.Fatal("a backup was asked for without a stick")
	}
	r.step(txn.StickChanged{State: txn.StickReady})
	r.sees("U盘已就绪，按 确认 写备份")
	r.keys("OK")
	if r.backups != 1 {
		t.Fatalf("%d backups were asked for", r.backups)
	}
	r.sees("正在写备份", "请勿拔出U盘")
	r.step(txn.BackingUp{})
	r.keys("5")
	r.sees("正在写备份") // digits are not taken here
	r.step(written)
	r.sees("备份好了", "现在可以拔出U盘", "123条记录", "00000123.age")
	if r.screen.Tone != txn.ToneGood {
		t.Errorf("tone %d", r.screen.Tone)
	}
	r.keys("CANCEL")
	r.sees("请输入金额")
	r.keys("MENU .")
	r.sees("上次备份 11-23 17:00", "00000123.age")
	r.pass(6*time.Minute, nil)
	r.sees("请输入金额")
}

// Whatever goes wrong is said with what to do, nothing else changes, and OK tries again once the stick is fit.
func TestBackupTroubles(t *testing.T) {
	for trouble, says := range map[txn.BackupTrouble]string{
		txn.BackupFull: "U盘满了", txn.BackupReadOnly: "写保护", txn.BackupPulled: "还没写完U盘就拔出了", txn.BackupWrong: "换一个U盘",
		txn.BackupStick: "写入出错", txn.BackupNoStick: "没有插U盘", txn.BackupUnknown: "FAT32", txn.BackupSilent: "没有应答",
		txn.BackupBeside: "同一个存储", txn.BackupJournal: "叫技术员", txn.BackupNoKey: "backup.recovery_key",
	} {
		r := newRig(t)
		r.step(txn.StickChanged{State: txn.StickReady})
		r.keys("MENU . OK")
		r.step(txn.BackedUp{Trouble: trouble})
		if r.sees("没有备份", says, "没有受影响"); r.screen.Tone != txn.ToneBad {
			t.Errorf("%s: tone %d", trouble, r.screen.Tone)
		}
		r.step(txn.StickChanged{})
		r.keys("OK") // the stick is out
		r.sees("请先插入U盘")
		r.step(txn.StickChanged{State: txn.StickReady})
		if r.keys("OK"); r.backups != 2 {
			t.Errorf("%s: %d backups were asked for", trouble, r.backups)
		}
		r.step(written)
		r.sees("备份好了")
	}
}

// Without the shop's recovery key nothing is begun, and the screen says who does what about it.
func TestBackupNoKey(t *testing.T) {
	r := newRig(t)
	r.cfg.Backups = false
	r = r.restart(time.Second)
	r.step(txn.StickChanged{State: txn.StickReady})
	r.keys("MENU .")
	r.sees("没有恢复公钥", "backup.recovery_key")
	r.keys("OK")
	if r.sees("没有恢复公钥：请叫技术员"); r.backups != 0 {
		t.Error("a backup was asked for")
	}
}

// While a backup is written the till sells, another one is not begun, and the end is told wherever the cashier is.
func TestBackupBesideSelling(t *testing.T) {
	r := newRig(t)
	r.step(txn.StickChanged{State: txn.StickReady})
	r.keys("MENU . OK CANCEL")
	r.step(txn.BackingUp{})
	r.pass(25*time.Second, nil)
	r.sees("请输入金额", "正在写备份：请勿拔出U盘")
	r.keys("MENU .")
	if r.sees("正在写备份"); r.backups != 1 {
		t.Fatalf("%d backups were asked for", r.backups)
	}
	r.keys("CANCEL 5")
	r.step(written)
	r.sees("备份已写好，可以拔出U盘")
	if r.screen.Amount != "¥5" {
		t.Errorf("the amount became %s", r.screen.Amount)
	}
}

// One that nobody asked for is told, too, and one that never ends is waited for no longer than its limit.
func TestBackupUnasked(t *testing.T) {
	r := newRig(t)
	r.step(txn.StickChanged{State: txn.StickReady})
	r.step(txn.BackingUp{})
	r.sees("正在写备份：请勿拔出U盘")
	r.step(txn.BackedUp{Trouble: txn.BackupPulled})
	r.sees("备份没有写成：请按 菜单 .")
	r.keys("MENU . OK")
	r.pass(4*time.Minute, nil)
	r.sees("没有备份", "U盘没有应答")
	r.keys("CANCEL")
	r.step(written) // late, and true all the same
	r.sees("备份已写好")
}

// Somebody asks while one that nobody asked for is being written: its end is not that of the other, which is written onto
// the stick right behind it.
func TestBackupAskedBesideUnasked(t *testing.T) {
	for _, first := range []txn.BackedUp{{Unasked: true, File: "smartpos-T0000001-7Q3KZ9XB-00000122.age", Records: 122}, {Unasked: true, Trouble: txn.BackupWrong}} {
		r := newRig(t)
		r.step(txn.StickChanged{State: txn.StickReady})
		r.step(txn.BackingUp{})
		r.pass(100*time.Second, nil)
		r.keys("MENU . OK")
		r.pass(100*time.Second, nil) // longer than the limit, counted from the first
		r.step(first)
		r.sees("正在写备份", "请勿拔出U盘")
		r.step(txn.BackingUp{})
		r.pass(100*time.Second, nil) // … and from when it was asked for
		r.sees("正在写备份", "请勿拔出U盘")
		r.step(written)
		r.sees("备份好了", "123条记录")
	}
}

// A backup that never ends is not waited for by a cashier who has gone on, and not said to be written for ever.
func TestBackupHangsBesideSelling(t *testing.T) {
	for _, keys := range []string{"MENU . OK CANCEL", ""} { // asked for or not
		r := newRig(t)
		r.step(txn.StickChanged{State: txn.StickReady})
		r.keys(keys)
		r.step(txn.BackingUp{})
		r.pass(170*time.Second, nil)
		r.sees("请输入金额", "正在写备份：请勿拔出U盘")
		r.pass(15*time.Second, nil)
		r.sees("备份没有写成：请按 菜单 .")
		r.pass(time.Minute, nil)
		if r.screen.Status != "" {
			t.Errorf("it still says %s", r.screen.Status)
		}
		r.keys("MENU . OK")
		r.sees("正在写备份")
	}
}

// What is plugged in is told, as far as there is something to do.
func TestStickTold(t *testing.T) {
	for _, c := range []struct {
		ev   txn.StickChanged
		says string
	}{
		{txn.StickChanged{State: txn.StickReady}, "U盘已就绪"},
		{txn.StickChanged{State: txn.StickReadOnly}, "写保护"},
		{txn.StickChanged{State: txn.StickUnknown}, "FAT32"},
		{txn.StickChanged{State: txn.StickBroken}, "读不出"},
		{txn.StickChanged{State: txn.StickSilent}, "没有应答"},
		{txn.StickChanged{State: txn.StickReady, Spare: true}, "第二个不用"},
	} {
		r := newRig(t)
		r.step(c.ev)
		r.sees(c.says, "请输入金额")
	}
	// What was said of one is not said of the next.
	r := newRig(t)
	r.step(txn.StickChanged{State: txn.StickReady})
	r.step(txn.StickChanged{})
	if strings.Contains(r.screen.Status, "U盘") {
		t.Errorf("a stick that is gone: %s", r.screen.Status)
	}
	// A stick that falls silent while it is written is not to be left in.
	r = newRig(t)
	r.step(txn.StickChanged{State: txn.StickReady})
	r.step(txn.BackingUp{})
	r.step(txn.StickChanged{State: txn.StickSilent})
	r.sees("U盘没有应答：请拔出")
}
