package txn_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

const (
	rightAnswer = "0 4 2 9 1 7"
	wrongAnswer = "1 1 1 1 1 1"
)

// digestOf stands in for package offlineqr, which needs a key.
func digestOf(no txn.OrderNo, answer string) txn.AnswerDigest {
	sum := sha256.Sum256([]byte(string(no) + "\x00" + answer))
	return txn.AnswerDigest(hex.EncodeToString(sum[:]))
}

// sealed is what the loop makes of an effect of offline codes.
func sealed(e txn.Effect) txn.Event {
	switch e := e.(type) {
	case txn.MakeOffline:
		if e.Order.Offline.Scheme != "" {
			return txn.OfflineCodeMade{Order: e.Order.No, Code: "000201" + string(e.Order.No)}
		}
		return txn.OfflineCodeMade{
			Order: e.Order.No, Code: "HTTPS://PAY.EXAMPLE.CN/O/" + string(e.Order.No),
			Digest: digestOf(e.Order.No, strings.ReplaceAll(rightAnswer, " ", "")),
		}
	case txn.CheckAnswer:
		return txn.AnswerChecked{Order: e.Order.No, Right: digestOf(e.Order.No, e.Answer.Reveal()) == e.Order.Offline.Digest}
	}
	panic("not an effect of offline codes")
}

func offlineConfig() txn.Config {
	cfg := config()
	cfg.Networks = append(cfg.Networks, txn.NetworkConfig{ID: txn.Aggregator, Name: "聚合支付", Short: "聚合码"})
	cfg.Offline = txn.OfflineConfig{
		Limits:  txn.OfflineLimits{Count: 3, Fen: 50_000, Each: 20_000, CodeTries: 3, ModeTries: 10},
		Network: txn.Aggregator, Digits: 6, Expiry: 5 * time.Minute,
	}
	return cfg
}

func offlineRig(t *testing.T) *rig {
	return startRig(t, offlineConfig(), storetest.NewMemory("T01"), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
}

// dark finds the network down at a sale of so many yuan, and stands at its failed screen.
func (r *rig) dark(yuan string) {
	r.t.Helper()
	r.keys(strings.Join(strings.Split(yuan, ""), " ") + " OK")
	for _, req := range r.requests {
		r.fault(req, txn.FaultNotSent)
	}
	r.requests = nil
	r.sees("未收款", "网络不通", "8 出离线码")
}

// coded shows an offline code for so many yuan.
func (r *rig) coded(yuan string) {
	r.t.Helper()
	r.dark(yuan)
	r.keys("8")
	r.sees("离线收款", "待确认")
	r.keys("OK")
	r.sees("离线码", "HTTPS://PAY.EXAMPLE.CN/O/", "答案 ______")
}

// silence answers every request as a network that is down does.
func silence(txn.Request) (txn.Answer, txn.Fault) { return txn.Answer{}, txn.FaultNotSent }

func says(s txn.Status, code string) func(txn.Request) (txn.Answer, txn.Fault) {
	return func(req txn.Request) (txn.Answer, txn.Fault) {
		a := txn.Answer{Status: s, Code: code}
		if s == txn.StatusPaid {
			a.TransactionID, a.Payer = "AGG1", req.Order.Amount
		}
		return a, txn.FaultNone
	}
}

func (r *rig) mode() txn.OfflineState {
	r.t.Helper()
	start, err := r.journal.Start()
	if err != nil {
		r.t.Fatal(err)
	}
	s := start.Till.Offline
	s.At = time.Time{}
	return s
}

func (r *rig) modeIs(want txn.OfflineState) {
	r.t.Helper()
	if got := r.mode(); got != want {
		r.t.Fatalf("the mode is %+v, want %+v", got, want)
	}
}

func TestOfflineSaleIsUnconfirmedUntilTheNetworkSaysSo(t *testing.T) {
	r := offlineRig(t)
	r.coded("5")
	r.modeIs(txn.OfflineState{Count: 1, Fen: 500})
	r.keys(rightAnswer)
	r.sees("答案 042917")
	r.keys("OK")
	r.sees("离线待确认", "¥5.00")
	for _, say := range []string{r.screen.Title, strings.Join(r.screen.Lines, "")} {
		if strings.Contains(say, "收款成功") {
			t.Fatalf("unconfirmed, and the screen says %q", say)
		}
	}
	r.modeIs(txn.OfflineState{Count: 1, Fen: 500})
	for range 2 {
		slip := r.print(txn.PrintOK, 0)
		if slip.Mark != "** 离线待确认 **" || slip.Total[len(slip.Total)-1].Label != "待确认" {
			t.Errorf("the slip is %+v", slip)
		}
	}
	r.pass(time.Minute, silence)
	o := r.order(txn.Unconfirmed)
	if !o.Printed || o.Offline.Tries != 1 {
		t.Errorf("%+v", o)
	}
	r.sees("待确认1单")
	r.pass(2*time.Minute, says(txn.StatusPaid, "PAID"))
	o = r.order(txn.Paid)
	if o.Late || o.Exception != "" || o.TransactionID != "AGG1" || len(r.prints) > 0 {
		t.Errorf("confirmed: %+v, %d prints", o, len(r.prints))
	}
	r.modeIs(txn.OfflineState{})
	if r.keys("MENU 1"); r.print(txn.PrintOK, 0).Mark != "** 重打印 REPRINT **" {
		t.Error("printed again, the slip is that of a paid order")
	}
}

// While the code is on the display and its network comes back, that says what it always says.
func TestOfflineCodeConfirmedAtTheTill(t *testing.T) {
	r := offlineRig(t)
	r.coded("5")
	r.pass(10*time.Second, says(txn.StatusWaiting, ""))
	r.sees("离线码")
	r.pass(time.Minute, says(txn.StatusPaid, ""))
	r.sees("收款成功")
	if o := r.order(txn.Paid); o.Late || o.Exception != "" {
		t.Errorf("%+v", o)
	}
	r.modeIs(txn.OfflineState{})
}

func TestWrongAnswersEndTheCode(t *testing.T) {
	r := offlineRig(t)
	r.coded("5")
	r.keys("1 OK")
	r.sees("答案是6位数字")
	r.keys("CLEAR")
	for range 2 {
		r.keys(wrongAnswer + " OK")
		r.sees("离线码", "答案错 还可试", "答案 ______")
	}
	r.keys(wrongAnswer + " OK")
	r.sees("答错太多，此码作废")
	o := r.order(txn.Closing)
	if o.Reason != "wrong-answers" || o.Offline.Tries != 3 || o.Offline.Counts {
		t.Errorf("%+v", o)
	}
	r.modeIs(txn.OfflineState{Tries: 3})
	// The code may still be paid, and no second one is shown for the same sale.
	r.keys("MENU 0")
	r.sees("收现金", "此前的收款码不知是否已付")
	r.keys("CANCEL CANCEL MENU 8")
	r.sees("离线收款")
}

func TestTenWrongAnswersEndTheMode(t *testing.T) {
	r := offlineRig(t)
	for range 3 {
		r.coded("5")
		for range 3 {
			r.keys(wrongAnswer + " OK")
		}
		r.keys("CANCEL")
		r = r.restart(time.Second)
	}
	r.coded("5")
	r.keys(wrongAnswer + " OK")
	r.sees("离线收款已停用")
	r.modeIs(txn.OfflineState{Tries: 10})
	r = r.restart(time.Hour)
	r.keys("5 OK")
	r.pass(time.Second, silence)
	if strings.Contains(strings.Join(r.screen.Lines, ""), "离线码") {
		t.Error("the mode has ended, and a code is offered")
	}
	r.keys("CANCEL 5 MENU 8")
	r.sees("离线收款已停用", "9 主管续期")
	r.keys("OK")
	if len(r.left) > 0 || r.mode().Count != 0 {
		t.Error("a code was made although the mode has ended")
	}
}

// Who renews the mode is known by a PIN, and it takes the network.
func TestRenewalTakesASupervisor(t *testing.T) {
	r := offlineRig(t)
	for range 3 {
		r.coded("5")
		for range 3 {
			r.keys(wrongAnswer + " OK")
		}
		r.keys("CANCEL")
	}
	r.coded("5")
	r.keys(wrongAnswer + " OK CANCEL")
	r.keys("MENU 8 9")
	if r.mode().Renewed != 0 {
		t.Error("renewed without a supervisor")
	}
	r.keys("CANCEL CANCEL " + enrolled + " MENU 8 9 " + pinKeys)
	r.sees("离线收款续期", "续期需要网络")
	r.pass(time.Minute, says(txn.StatusNotFound, ""))
	r.keys("CANCEL MENU 8 9 " + pinKeys)
	r.sees("答错 10 次", "确认 续期")
	r.keys("OK")
	if got := r.mode(); got.Tries != 0 || got.Renewed != 1 {
		t.Errorf("the mode is %+v", got)
	}
}

func TestOfflineLimits(t *testing.T) {
	r := offlineRig(t)
	r.coded("200")
	r.keys(rightAnswer + " OK CANCEL")
	r.coded("200")
	r.keys(rightAnswer + " OK CANCEL")
	r.keys("1 0 0 . 0 1 OK") // one fen over the sum
	r.pass(time.Second, silence)
	r.sees("网络不通")
	r.keys("CANCEL 2 0 0 . 0 1 MENU 8")
	r.sees("单笔最多 ¥200.00")
	r.keys("CANCEL CANCEL 1 0 0 . 0 1 MENU 8")
	r.sees("待确认已达上限")
	r.keys("CANCEL CANCEL")
	r.coded("100")
	r.keys(rightAnswer + " OK CANCEL 1 MENU 8") // a fourth
	r.sees("待确认已达上限", "3/3")
	r = r.restart(time.Hour)
	r.modeIs(txn.OfflineState{Count: 3, Fen: 50_000})
}

// Nothing is sold offline while the networks answer: what is unconfirmed comes first.
func TestOfflineOnlyWithoutNetwork(t *testing.T) {
	r := offlineRig(t)
	r.keys("5 MENU 8")
	r.sees("网络可用")
	r.keys("OK CANCEL CANCEL")
	r.coded("5")
	r.keys(rightAnswer + " OK CANCEL")
	r.pass(time.Minute, says(txn.StatusWaiting, ""))
	r.keys("5 MENU 8")
	r.sees("网络可用")
}

func TestOfflineCodeExpires(t *testing.T) {
	r := offlineRig(t)
	r.coded("5")
	r.pass(5*time.Minute+time.Second, silence)
	if r.screen.QR != "" {
		t.Fatal("a code that has expired is still shown")
	}
	r.sees("已过期", "答案 ______")
	r.pass(time.Minute, silence)
	r.sees("离线码已过期")
	if o := r.order(txn.Closing); o.Offline.Counts {
		t.Errorf("%+v", o)
	}
	r.pass(3*time.Minute, nil)
	r.pass(2*time.Minute, says(txn.StatusClosed, "EXPIRED"))
	r.order(txn.Closed)
}

// An answer that nobody paid for: the order is an exception, and the mode ends at once.
func TestOfflineAnsweredButNotPaid(t *testing.T) {
	r := offlineRig(t)
	r.coded("5")
	r.keys(rightAnswer + " OK CANCEL")
	r.pass(time.Minute, says(txn.StatusClosed, "UNSEEN"))
	if o := r.order(txn.Disputed); o.Exception != txn.Unpaid {
		t.Errorf("%+v", o)
	}
	r.modeIs(txn.OfflineState{Unpaid: true})
	r.sees("未付")
	r = r.restart(time.Minute)
	r.keys("5 OK")
	r.pass(time.Second, silence)
	r.keys("CANCEL 5 MENU 8")
	r.sees("给出了答案却没有付款")
}

// Paid without a right answer, and the customer is gone: people must look.
func TestOfflinePaidWithoutAnAnswer(t *testing.T) {
	r := offlineRig(t)
	r.coded("5")
	r.keys("CANCEL")
	r.sees("仍可能付款")
	r.pass(2*time.Minute, says(txn.StatusPaid, ""))
	if o := r.order(txn.Paid); o.Exception != txn.LateSuccess || !o.Late {
		t.Errorf("%+v", o)
	}
}

func TestOfflineOtherAmount(t *testing.T) {
	r := offlineRig(t)
	r.coded("5")
	r.keys(rightAnswer + " OK CANCEL")
	r.pass(8*time.Minute, says(txn.StatusMismatch, ""))
	if o := r.order(txn.Disputed); o.Exception != txn.Mismatch {
		t.Errorf("%+v", o)
	}
	r.modeIs(txn.OfflineState{})
}

// An order of the sale that was given up before is paid while the answer is being tried: the sale is paid once, and
// what the offline code brings is over its total.
func TestOfflineBesideAnEarlierOrder(t *testing.T) {
	r := offlineRig(t)
	r.keys("5 OK")
	for range 3 {
		r.fault(r.askedNow(txn.OpShow), txn.FaultNoAnswer)
		r.pass(3*time.Second, nil)
	}
	r.sees("8 出离线码")
	r.requests = nil
	r.keys("8 OK")
	r.mute = true
	r.keys(rightAnswer + " OK")
	earlier := r.order(txn.Closing)
	r.pass(time.Minute, func(req txn.Request) (txn.Answer, txn.Fault) {
		if req.Order.No == earlier.No {
			return paid(500), txn.FaultNone
		}
		return txn.Answer{}, txn.FaultNotSent
	})
	r.step(txn.NetworkAnswered{Order: earlier.No, Op: txn.OpClose, Answer: paid(500)})
	r.sees("收款成功")
	for _, e := range r.left {
		r.step(sealed(e))
	}
	r.order(txn.Paid)
	r.order(txn.Closing)
}

// The answer is in no record, note or slip, whatever becomes of it.
func TestTheAnswerIsNowhere(t *testing.T) {
	r := offlineRig(t)
	r.coded("5")
	r.keys(rightAnswer + " OK")
	all := strings.Join(r.notes, "\n")
	for _, rec := range r.journal.Records() {
		all += string(mustJSON(t, rec))
	}
	for _, p := range r.prints {
		all += string(mustJSON(t, p.Slip))
	}
	if strings.Contains(all, "042917") {
		t.Error("the answer can be read")
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
