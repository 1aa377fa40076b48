package terminal

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"smartpos/device/display"
	"smartpos/device/display/displaytest"
	"smartpos/store/storetest"
	"smartpos/txn"
)

// wanderer mashes a machine's keys and answers its requests at random, to see all of its screens.
type wanderer struct {
	t       *testing.T
	rng     *rand.Rand
	m       *txn.Machine
	journal *storetest.Memory
	now     txn.Time
	queue   []txn.Event // answers that wait for their turn
	codes   int
	down    bool // no request reaches a network
	dark    bool // no network says anything
	unpaid  bool // no network has heard of anything
	seen    map[string]bool

	offlines int  // offline codes asked for
	wrong    bool // every answer to one is
	crowded  bool // every batch has everything in it
}

func newWanderer(t *testing.T, seed uint64, language txn.Language) *wanderer {
	t.Helper()
	if testing.Short() {
		t.Skip("draws thousands of screens, one after the other")
	}
	cfg := txn.Config{
		Terminal: "T0000001", Operator: "01", Language: language, Sandbox: true, Printer: true, Scanner: true, Drawer: true, Continuous: seed%2 == 0,
		Merchant: txn.Merchant{Name: "上海浦东新区张江高科技园区惠民连锁超市", NameEN: "Huimin Chain Supermarket, Zhangjiang Park"},
		Networks: []txn.NetworkConfig{
			{ID: txn.WeChat, Name: "微信支付", NameEN: "WeChat Pay", Short: "微信"},
			{ID: txn.Alipay, Name: "支付宝", NameEN: "Alipay", Short: "支付宝"},
			{ID: txn.UnionPay, Name: "云闪付", NameEN: "UnionPay", Short: "云闪付"},
		},
		Offline: txn.OfflineConfig{
			Limits:  txn.OfflineLimits{Count: 9, Fen: 10_000_00, Each: 5_000_00, CodeTries: 3, ModeTries: 10},
			Network: txn.WeChat, Digits: 8, Expiry: 30 * time.Second,
			Scheme: txn.SchemeConfig{
				Name: "云闪付码", Network: []txn.NetworkID{txn.UnionPay, txn.Scheme}[seed%2], Expiry: 30 * time.Second,
			},
		},
		Default:   txn.WeChat,
		Items:     map[string]txn.Item{"1": {Name: "可口可乐 330ml", Barcode: "1", Price: txn.Yuan(1234500)}},
		MaxAmount: txn.Yuan(5000000), Copies: 2,
		ShowExpiry: 30 * time.Second, Margin: 30 * time.Second, ScanWindow: 10 * time.Second,
		Timing:     txn.Timing{PollShow: 3 * time.Second, PollScan: 5 * time.Second, ScanLimit: 45 * time.Second, Reverse: 15 * time.Second},
		MaxBackoff: time.Minute, Linger: 20 * time.Second,
		EnrolCode: txn.NewPIN("1"), RefundSettle: 10 * time.Second, AskLimit: time.Minute, Backups: seed%3 > 0,
	}
	w := &wanderer{
		t: t, rng: rand.New(rand.NewPCG(seed, 0)), journal: storetest.NewMemory("T0000001"), seen: map[string]bool{},
		now: txn.Time{Wall: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)},
	}
	if seed%4 > 0 { // a shop that has its supervisor
		if _, err := w.journal.Commit(storetest.Enrolled("S01")); err != nil {
			t.Fatal(err)
		}
	}
	start, err := w.journal.Start()
	if err != nil {
		t.Fatal(err)
	}
	w.m = txn.New(cfg, start, w.now)
	return w
}

func pick[T any](w *wanderer, from ...T) T { return from[w.rng.IntN(len(from))] }

// step takes one event, and those that follow from it at once.
func (w *wanderer) step(ev txn.Event) {
	for _, eff := range w.m.Step(w.now, ev) {
		switch e := eff.(type) {
		case txn.Draw:
			w.fits(e.Screen)
		case txn.Commit:
			o, err := w.journal.Commit(e.Record)
			defer w.step(txn.Committed{Token: e.Token, Order: o, Err: err})
		case txn.Request:
			w.queue = append(w.queue, w.answer(e))
		case txn.Reconcile:
			w.queue = append(w.queue, w.reconciled(e.Day))
		case txn.Backup:
			w.queue = append(w.queue, txn.BackingUp{}, w.backedUp())
		case txn.RefundRequest:
			w.queue = append(w.queue, w.answerRefund(e))
		case txn.Recall:
			defer w.step(e.From(w.journal))
		case txn.RecallBatch:
			ev := e.From(w.journal)
			if w.crowded {
				ev.Report.No, ev.Report.Running.Rows = 12345, crowd()
			}
			defer w.step(ev)
		case txn.CheckPIN:
			defer w.step(txn.PINChecked{Token: e.Token, Right: w.rng.IntN(20) > 0})
		case txn.HashPIN:
			defer w.step(txn.PINHashed{Token: e.Token, Hash: "hash"})
		case txn.MakeOffline:
			if e.Order.Offline.Scheme != "" {
				w.queue = append(w.queue, txn.OfflineCodeMade{Order: e.Order.No, Code: strings.Repeat("00020101021215", pick(w, 0, 12, 12, 12))})
				break
			}
			w.queue = append(w.queue, txn.OfflineCodeMade{
				Order: e.Order.No, Code: "HTTPS://PAY.EXAMPLE.CN/O/" + strings.Repeat("A", 140),
				Digest: txn.AnswerDigest(strings.Repeat(pick(w, "0a", "0b", "0c", "?"), 32)),
			})
		case txn.CheckAnswer:
			w.queue = append(w.queue, txn.AnswerChecked{Order: e.Order.No, Right: !w.wrong})
		case txn.Kick:
			w.queue = append(w.queue, txn.KickEnded{Order: e.Order, Fault: pick(w, "", txn.PrintGone)})
		case txn.Print:
			fault := pick(w, "", "", txn.PrintPaperOut, txn.PrintCover, txn.PrintOffline, txn.PrintSilent, txn.PrintGone, txn.PrintCutter, txn.PrintHardware, txn.PrintRefused)
			w.queue = append(w.queue, txn.PrintEnded{Job: e.Job, Fault: fault, Done: pick(w, txn.PrintedNothing, txn.PrintedPart, txn.PrintedWhole)})
		}
	}
}

// reconciled is what may come of a reconciliation.
func (w *wanderer) reconciled(day time.Time) txn.Reconciled {
	r := txn.Reconciled{Day: day}
	for _, id := range []txn.NetworkID{txn.WeChat, txn.Alipay, txn.UnionPay} {
		sum := txn.Turnover{Payments: w.rng.IntN(2000), Paid: txn.Yuan(w.rng.Int64N(100_000_000))}
		r.Books = append(r.Books, txn.Books{
			Network: id, Bill: sum, Ours: sum, Open: pick(w, 0, 999), Line: pick(w, 0, 12345), File: "1900000001All2026-11-27.csv",
			Trouble: pick(w, "", "", txn.BillNotReady, txn.BillNoAnswer, txn.BillRefused, txn.BillUnread, txn.BillForeign, txn.BooksFailed),
		})
	}
	for range w.rng.IntN(12) {
		d := txn.Difference{
			Class: txn.Class(1 + w.rng.IntN(txn.Classes-1)), Network: pick(w, txn.WeChat, txn.UnionPay), Order: "T0000001GMG480VN00000001",
			Refund: w.rng.IntN(2) == 0, Ours: txn.Yuan(5000000), Why: "我方记在 11-27 23:59，账单记在本日，可能重复入账",
		}
		r.Counts[d.Class]++
		r.Differences = append(r.Differences, d)
	}
	return r
}

// backedUp is what may come of a backup.
func (w *wanderer) backedUp() txn.BackedUp {
	if w.rng.IntN(3) == 0 {
		return txn.BackedUp{File: "smartpos-T0000001-7Q3KZ9XB-00000123.age", Bytes: 123456, Records: 1234567}
	}
	return txn.BackedUp{Trouble: pick(w, txn.BackupNoStick, txn.BackupNoKey, txn.BackupFull, txn.BackupReadOnly, txn.BackupPulled,
		txn.BackupWrong, txn.BackupStick, txn.BackupUnknown, txn.BackupSilent, txn.BackupBeside, txn.BackupJournal)}
}

// answer is what a network may say to a request, sensible or not.
func (w *wanderer) answer(r txn.Request) txn.NetworkAnswered {
	a := txn.NetworkAnswered{Order: r.Order.No, Op: r.Op}
	if w.down {
		a.Fault = txn.FaultNotSent
		return a
	}
	if w.unpaid && r.Op == txn.OpQuery {
		a.Answer.Status = txn.StatusNotFound
		return a
	}
	if w.dark || w.rng.IntN(3) == 0 {
		a.Fault = pick(w, txn.FaultNotSent, txn.FaultNotSetUp, txn.FaultNoAnswer, txn.FaultUnverified, txn.FaultSystem, txn.FaultConfig)
		a.Code = pick(w, "APPID_MCHID_NOT_MATCH", "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR", "NO_AUTH", txn.CodeExpired, "")
		return a
	}
	a.Answer = txn.Answer{
		Status: pick(w, txn.StatusPaid, txn.StatusWaiting, txn.StatusFailed, txn.StatusClosed, txn.StatusReversed,
			txn.StatusNotFound, txn.StatusAccepted, txn.StatusRefused, txn.StatusExists, txn.StatusMismatch),
		Code:          pick(w, "NOTENOUGH", "AUTH_CODE_INVALID", "RULE_LIMIT", "NOTSUPORTCARD", "ACCOUNT_ERROR", "", "SOMETHING_THAT_NOBODY_HAS_DOCUMENTED"),
		TransactionID: "4200001", Payer: txn.Yuan(r.Order.Amount.Fen / 2),
	}
	if r.Op == txn.OpShow && w.rng.IntN(4) > 0 {
		a.Answer = txn.Answer{Status: txn.StatusReady, CodeURL: "weixin://wxpay/bizpayurl?pr=abcdefghijk"}
	}
	return a
}

// answerRefund is what a network may say to a request about a refund.
func (w *wanderer) answerRefund(r txn.RefundRequest) txn.RefundAnswered {
	a := txn.RefundAnswered{Refund: r.Refund.No, Op: r.Op}
	if w.dark || w.rng.IntN(3) == 0 {
		a.Fault = pick(w, txn.FaultNotSent, txn.FaultNotSetUp, txn.FaultNoAnswer, txn.FaultUnverified, txn.FaultSystem, txn.FaultConfig)
		return a
	}
	a.Answer = txn.RefundAnswer{
		Status: pick(w, txn.StatusAccepted, txn.StatusRefused, txn.StatusNotFound, txn.StatusExists),
		Code:   pick(w, "NOT_ENOUGH", "ACQ.TRADE_HAS_FINISHED", "ACQ.TRADE_HAS_CLOSE", "", "SOMETHING_THAT_NOBODY_HAS_DOCUMENTED"),
	}
	if r.Op == txn.OpQueryRefund {
		a.Answer.Status = pick(w, txn.StatusRefunded, txn.StatusRefunded, txn.StatusWaiting, txn.StatusRefused, txn.StatusAbnormal, txn.StatusNotFound, txn.StatusMismatch)
	}
	return a
}

// chore is a row of keys that a wanderer would hardly press by chance.
func (w *wanderer) chore() {
	if w.rng.IntN(2) == 0 {
		for range 4 {
			w.step(txn.KeyPressed{Key: txn.KeyCancel})
		}
	}
	for _, k := range strings.Fields(pick(w,
		"1", "OK", "OK", "1 OK", "OK 7 3 9 1 0 5 OK", "OK 7 3 9 1 0 5 OK", "CLEAR 7 3 9 1 0 5 OK", "1 7 3 9 1 0 5 OK", "7 3 9 1 0 5 OK 7 3 9 1 0 5 OK",
		"MENU 3 OK 3", "MENU 3 OK OK 4", "MENU 3 OK 5 CLEAR 7 3 9 1 0 5 OK", "MENU 5 OK", "MENU 5 OK 1 OK 7 3 9 1 0 5 OK", "MENU 3 1", "MENU 3 1 OK", "MENU 3 1 CLEAR", "MENU 2 1 1", "MENU 2 1 2 7 3 9 1 0 5 OK",
		"MENU 7 MENU 1 OK 7 3 9 1 0 5 OK", "MENU 7 7 3 9 1 0 5 OK")) {
		w.step(txn.KeyPressed{Key: txn.Key(k)})
	}
	switch w.rng.IntN(6) {
	case 0: // nobody touches anything, and the networks answer
		for range 12 {
			for ; len(w.queue) > 0; w.queue = w.queue[1:] {
				w.step(w.queue[0])
			}
			w.pass(5 * time.Second)
		}
	case 1:
		if w.dark = !w.dark; w.dark {
			w.pass(15 * time.Minute)
		}
	}
}

// pass lets time go by at once.
func (w *wanderer) pass(d time.Duration) {
	w.now.Mono += d
	w.now.Wall = w.now.Wall.Add(d)
	w.step(txn.Tick{})
}

// keys presses keys, and takes what follows from them.
func (w *wanderer) keys(names string) {
	for name := range strings.FieldsSeq(names) {
		w.step(txn.KeyPressed{Key: txn.Key(name)})
		for len(w.queue) > 0 {
			ev := w.queue[0]
			w.queue = w.queue[1:]
			w.step(ev)
		}
		w.now.Mono += 100 * time.Millisecond
		w.now.Wall = w.now.Wall.Add(100 * time.Millisecond)
		w.step(txn.Tick{})
	}
}

// offline finds the network down, asks for an offline code, and perhaps keys an answer in; the network stays down for a
// while.
func (w *wanderer) offline() {
	w.down = true
	w.keys("CANCEL CANCEL CANCEL 5 0 OK")
	w.keys("8 OK")
	switch w.offlines++; w.offlines % 3 {
	case 0: // until the code is void
		w.wrong = true
		w.keys(strings.Repeat("1 2 3 4 5 6 7 8 OK ", 4))
		w.wrong = false
	case 1: // until its time is over
		w.pass(10 * time.Minute)
	default: // it is right, and the network is back to say what it knows
		w.keys("1 2 3 4 5 6 7 8 OK")
		w.down = w.rng.IntN(2) == 0
	}
}

// deceived takes a right answer for a code that nobody pays, which ends such codes, and asks for another.
func (w *wanderer) deceived() {
	w.down = true
	w.keys("CANCEL CANCEL CANCEL 5 0 OK")
	w.keys("8 OK 1 2 3 4 5 6 7 8 OK CANCEL")
	w.down, w.unpaid = false, true
	w.pass(time.Hour)
	w.down, w.unpaid = true, false
	w.keys("CANCEL CANCEL CANCEL 5 0 OK")
	w.keys("8 OK CANCEL MENU 8 CANCEL")
}

// scheme asks for a scheme's code in its place, and perhaps gives the cashier's word.
func (w *wanderer) scheme() {
	w.down = true
	w.keys("CANCEL CANCEL CANCEL 5 0 OK")
	w.keys("8 0")
	w.keys(pick(w, "OK OK OK", "OK CANCEL CANCEL", "CANCEL", "OK", "MENU"))
	if w.rng.IntN(4) == 0 {
		w.pass(40 * time.Second)
	}
}

// wander does one thing.
func (w *wanderer) wander() {
	w.down = w.down && w.rng.IntN(20) > 0
	switch w.rng.IntN(10) {
	case 8, 9:
		w.chore()
	case 0, 1, 2:
		k := pick(w, "8", "8", "1", "5", "0", "0", "0", ".", "OK", "OK", "SCAN", "SCAN", "CANCEL", "CLEAR", "MENU", "MENU", "2", "3", "4")
		w.step(txn.KeyPressed{Key: txn.Key(k), Long: w.rng.IntN(8) == 0})
	case 3:
		w.codes++
		code := txn.NewPaymentCode(fmt.Sprintf("13%016d", w.codes-w.rng.IntN(2)))
		w.step(pick[txn.Event](w, txn.Scanned{Text: "1"}, txn.Scanned{Text: "69012345678901234567"}, txn.Scanned{Text: "T0000001TEST000100000001"}, txn.ScanFailed{Reason: txn.ScanGarbled}, txn.KeyStrange{},
			txn.Scanned{Payment: code, Network: pick(w, txn.WeChat, txn.WeChat, txn.Alipay, txn.UnionPay, ""), Digest: w.journal.Digest(code)}))
	case 4:
		w.step(pick[txn.Event](w, txn.PrinterState{NearEnd: true}, txn.PrinterState{Fault: txn.PrintCutter}, txn.PrinterState{}, txn.PrinterState{},
			txn.ScannerState{Fault: txn.ScanSilent}, txn.ScannerState{Fault: txn.ScanGone}, txn.ScannerState{}))
	case 5, 6:
		if len(w.queue) > 0 {
			ev := w.queue[0]
			w.queue = w.queue[1:]
			w.step(ev)
		}
	default:
		for range w.rng.IntN(60) {
			w.pass(200 * time.Millisecond)
		}
	}
}

// digit is all the same to the width of a text.
var digit = regexp.MustCompile(`[0-9]`)

// fits draws a screen and reads it back: every word stands there whole. Reading takes its time, so only a screen
// is read that has something new in one of its places.
func (w *wanderer) fits(s txn.Screen) {
	kind := fmt.Sprint(s.Kind)
	news := false
	for place, words := range map[string][]string{
		"head": {s.Title, s.Amount}, "body": s.Lines, "side": append(s.Choice, s.Wallet), "status": {s.Status}, "keys": s.Keys,
	} {
		id := digit.ReplaceAllString(kind+place+strings.Join(words, "|"), "0")
		news = news || !w.seen[id]
		w.seen[id] = true
	}
	if !news {
		return
	}
	words := append(append([]string{s.Title, s.Amount, s.Status}, s.Lines...), append(s.Keys, s.Choice...)...)
	if s.Kind == txn.ScreenQR {
		words = append(words, strings.Fields(s.Wallet)...) // the code stands between its lines
	}
	c := display.NewCanvas(320, 240)
	Draw(c, s)
	got := squeeze(displaytest.ReadText(c))
	for _, word := range words {
		if !strings.Contains(got, squeeze(word)) {
			w.t.Errorf("%q does not fit:\n%s", word, displaytest.ReadText(c))
		}
	}
	if len(s.Keys) > 4 {
		w.t.Errorf("more keys than there is room for: %q", s.Keys)
	}
}

// offlineWords are said by the screens of offline codes: they are rare enough to be missed by chance.
var offlineWords = map[txn.Language][]string{
	txn.Chinese: {"离线码", "离线待确认", "答案错", "已过期。顾客已付", "已停用", "给出了答案却没有付款", "此码作废", "确认 顾客已付", "您亲眼看到", "只凭收银员所见", "由主管对账后判定", "没有答案"},
	txn.English: {"Offline QR", "Unconfirmed", "wrong, ", "has expired. If", "has ended", "nobody paid for", "the code is void", "OK customer paid", "Did you see", "cashier's word alone", "rules on it by the bill", "no answer"},
}
