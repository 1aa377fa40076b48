package txn_test

import (
	"fmt"
	"testing"
	"time"

	"smartpos/txn"
)

// A network that can't be set up for a key is named with the key.
func TestKeyOut(t *testing.T) {
	r := newRig(t)
	r.step(txn.NetworkOut{Network: txn.Alipay, Key: txn.KeyPrivate})
	r.sees("支付宝商户私钥无法使用：请叫技术员")
	if !r.screen.Alarm {
		t.Error("it is easily overlooked")
	}
	r.step(txn.NetworkOut{Network: txn.WeChat, Key: txn.KeyAPIv3})
	r.sees("支付渠道未就绪")
}

// Where a network refuses the merchant, the screen says which network, what of the merchant, and whom to call.
func TestRefusals(t *testing.T) {
	for code, says := range map[string]string{
		"SIGN_ERROR":                     "微信支付 不认商户私钥(SIGN_ERROR)：请叫技术员，或致电 95017",
		"NO_AUTH":                        "微信支付 没有此项权限(NO_AUTH)",
		"MCH_NOT_EXISTS":                 "微信支付 商户号不对(MCH_NOT_EXISTS)",
		txn.CodeExpired:                  "微信支付 商户证书已过期(CERT_EXPIRED)：请叫技术员",
		"ACQ.MERCHANT_AGREEMENT_INVALID": "签约无效或已终止",
		"ISV.INVALID_SIGNATURE":          "不认商户私钥",
		"UP11":                           "不认商户私钥",
		"UP32":                           "没有此项权限",
		"UP92":                           "营业执照已失效",
		"KEY_UNKNOWN":                    "不认商户私钥",
		"SOMETHING_ELSE":                 "拒绝本商户(SOMETHING_ELSE)",
	} {
		r := newRig(t)
		r.keys("5 OK")
		req := r.asked(txn.OpShow)
		r.step(txn.NetworkAnswered{Order: req.Order.No, Op: req.Op, Fault: txn.FaultConfig, Code: code})
		r.sees("未收款", says)
		r.order(txn.Failed)
	}
}

// A refused scan stays unknown until a query says otherwise, and the screen says meanwhile why nobody knows.
func TestRefusalOfAScan(t *testing.T) {
	r := newRig(t)
	r.keys("5 SCAN")
	r.scanned(txn.WeChat, wechatCode)
	req := r.asked(txn.OpScan)
	r.step(txn.NetworkAnswered{Order: req.Order.No, Op: req.Op, Fault: txn.FaultConfig, Code: "SIGN_ERROR"})
	r.sees("结果未知", "微信支付 不认商户私钥(SIGN_ERROR)", "95017")
}

// While a code is shown there is one line for it.
func TestRefusalWhileShown(t *testing.T) {
	r, _ := shown(t)
	for len(r.requests) == 0 {
		r.pass(100*time.Millisecond, nil)
	}
	r.fault(r.asked(txn.OpQuery), txn.FaultConfig)
	r.sees("微信拒绝本商户：请叫技术员")
}

// A journal of another terminal is no damaged one: the technician looks for the right medium, not for a new disk.
func TestHaltedForTheKey(t *testing.T) {
	m := txn.NewHalted(config(), fmt.Errorf("opening: %w", txn.ErrJournalKey), txn.Time{})
	for _, e := range m.Step(txn.Time{}, txn.Tick{}) {
		if d, ok := e.(txn.Draw); ok && d.Screen.Lines[0] == "密钥不符：交易记录不属于本机，或本机密钥缺失。未作任何改动，请叫技术员" {
			return
		}
	}
	t.Error("the screen does not say so")
}

// An answer that nobody signed proves nothing, but what it says is where a technician begins: Alipay can't sign for a
// merchant whose key it does not know.
func TestRefusalThatIsNotSigned(t *testing.T) {
	r := newRig(t)
	r.keys("5 SCAN")
	r.scanned(txn.WeChat, wechatCode)
	req := r.asked(txn.OpScan)
	r.step(txn.NetworkAnswered{Order: req.Order.No, Op: req.Op, Fault: txn.FaultUnverified, Code: "ISV.INVALID_SIGNATURE"})
	r.sees("结果未知", "微信支付 可能不认商户私钥(ISV.INVALID_SIGNATURE，未验证)")

	r = newRig(t)
	r.keys("5 OK")
	for range 3 {
		for len(r.requests) == 0 {
			r.pass(100*time.Millisecond, nil)
		}
		req := r.asked(txn.OpShow)
		r.step(txn.NetworkAnswered{Order: req.Order.No, Op: req.Op, Fault: txn.FaultUnverified, Code: "ISV.INVALID_APP_ID"})
	}
	r.sees("未收款", "可能没有此应用号(ISV.INVALID_APP_ID，未验证)")
}

// A refund that a network refuses for the merchant's sake says so as a payment does.
func TestRefusalOfARefund(t *testing.T) {
	r, o := refundRig(t)
	r.refund(o)
	q := r.asksRefund(txn.OpRefund, time.Second)
	r.step(txn.RefundAnswered{Refund: q.Refund.No, Op: q.Op, Fault: txn.FaultConfig, Code: "NO_AUTH"})
	r.sees("还没退成", "微信支付 没有此项权限(NO_AUTH)", "95017")
}
