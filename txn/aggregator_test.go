package txn_test

import (
	"slices"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// aggregatorRig is a shop whose only contract is with an aggregator.
func aggregatorRig(t *testing.T) *rig {
	cfg := config()
	cfg.Networks = []txn.NetworkConfig{{ID: txn.Aggregator, Name: "聚合支付", NameEN: "All wallets", Short: "聚合码", Number: "M9"}}
	cfg.Default = txn.Aggregator
	return startRig(t, cfg, storetest.NewMemory("T01"), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
}

// paidBy is a payment as an aggregator tells it.
func paidBy(wallet txn.NetworkID) txn.Answer {
	return txn.Answer{
		Status: txn.StatusPaid, TransactionID: "AGG1", Wallet: wallet, WalletID: "W1", Payer: txn.Yuan(800), Code: "PAID",
	}
}

// One code serves every wallet; journal, screen and both receipts name the one that paid, also one that the firmware
// does not know.
func TestAggregatorNamesTheWallet(t *testing.T) {
	for wallet, name := range map[txn.NetworkID]string{txn.WeChat: "微信", txn.Alipay: "支付宝", txn.UnionPay: "云闪付", "dcep": "dcep"} {
		r := aggregatorRig(t)
		r.keys("8 OK")
		r.answer(r.asked(txn.OpShow), ready("https://agg.example/q/1"))
		r.sees("请用微信、支付宝或云闪付扫码", "https://agg.example/q/1")
		r.keys("MENU")
		if slip := r.print(txn.PrintOK, txn.PrintedWhole); !slices.Contains(slip.Rows, txn.Row{Label: "请用", Value: "微信、支付宝或云闪付 扫码"}) {
			t.Errorf("the code on paper: %v", slip.Rows)
		}
		r.pass(3*time.Second, func(txn.Request) (txn.Answer, txn.Fault) { return paidBy(wallet), "" })
		r.sees("收款成功", name+"  单号")
		if o := r.order(txn.Paid); o.Wallet != wallet || o.WalletID != "W1" || o.TransactionID != "AGG1" {
			t.Errorf("%+v", o)
		}
		for range 2 {
			slip := r.print(txn.PrintOK, txn.PrintedWhole)
			for _, row := range []txn.Row{
				{Label: "商户号", Value: "M9"}, {Label: "支付方式", Value: "聚合支付 收款码"}, {Label: "付款钱包", Value: name},
				{Label: "平台交易号", Value: "AGG1"}, {Label: "钱包交易号", Value: "W1"},
			} {
				if !slices.Contains(slip.Rows, row) {
					t.Errorf("the slip lacks %v: %v", row, slip.Rows)
				}
			}
		}
	}
}

// A code of a wallet without a contract of its own goes to the aggregator; one of a wallet with a contract does not, and
// one that nobody knows goes nowhere.
func TestAggregatorTakesEveryCode(t *testing.T) {
	for _, wallet := range []txn.NetworkID{txn.WeChat, txn.Alipay, txn.UnionPay} {
		r := aggregatorRig(t)
		r.keys("8 SCAN")
		r.scanned("", "9999999999999999")
		r.sees("无法识别")
		r.scanned(wallet, wechatCode)
		if q := r.asked(txn.OpScan); q.Order.Network != txn.Aggregator || q.Order.Method != txn.Scan {
			t.Errorf("a code of %s went to %s", wallet, q.Order.Network)
		}
	}
	cfg := config()
	cfg.Networks = append(cfg.Networks, txn.NetworkConfig{ID: txn.Aggregator, Name: "聚合支付"})
	r := startRig(t, cfg, storetest.NewMemory("T01"), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	r.keys("8 SCAN")
	r.scanned(txn.Alipay, alipayCode)
	if q := r.asked(txn.OpScan); q.Order.Network != txn.Alipay {
		t.Errorf("a code of Alipay, which is enabled, went to %s", q.Order.Network)
	}
}

// Other networks' receipts say nothing of wallets.
func TestOwnContractsNameNoWallet(t *testing.T) {
	r, req := charged(t)
	r.answer(req, paid(800))
	for _, row := range r.print(txn.PrintOK, txn.PrintedWhole).Rows {
		if row.Label == "付款钱包" || row.Label == "钱包交易号" {
			t.Errorf("%v", row)
		}
	}
}
