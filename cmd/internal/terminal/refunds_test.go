package terminal

import (
	"context"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// giver is a network that gives back.
type giver struct {
	*till
	asked chan txn.Refund
}

func (g *giver) Refund(_ context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	g.asked <- r
	return txn.RefundAnswer{Status: txn.StatusAccepted}, nil
}

func (g *giver) QueryRefund(_ context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	return txn.RefundAnswer{Status: txn.StatusRefunded, Refunded: r.Amount, RefundID: "503"}, nil
}

const pinKeys = "7 3 9 1 0 5 OK"

// A supervisor is enrolled and allows a refund, through the real hash, the journal and the network's own calls.
func TestRefund(t *testing.T) {
	cfg := testConfig()
	cfg.EnrolCode = txn.NewPIN("20260301")
	g := &giver{till: &till{}, asked: make(chan txn.Refund, 4)}
	g.till.show = func(context.Context, txn.Order) (txn.Answer, error) {
		return txn.Answer{Status: txn.StatusReady, CodeURL: "weixin://x"}, nil
	}
	g.till.say = txn.Answer{Status: txn.StatusPaid, TransactionID: "42", Payer: txn.Yuan(700)}
	f := startTerminalWith(t, cfg, g)
	press := func(keys string) { f.keys.press(t, strings.Fields(keys)...) }
	press("MENU 7 2 0 2 6 0 3 0 1 OK " + pinKeys + " " + pinKeys)
	f.glass.until(t, "主管PIN已设好")
	press("7 OK")
	f.glass.until(t, "小票已打印")
	<-f.paper.slips
	press("OK MENU 5 OK")
	f.glass.until(t, "退哪一单")
	press("1 5 OK 1 1 2 2 3 3 OK")
	f.glass.until(t, "PIN不对")
	press(pinKeys)
	f.glass.until(t, "退款成功")
	select {
	case r := <-g.asked:
		if r.Amount != txn.Yuan(500) || r.Supervisor != "S01" {
			t.Errorf("asked for %+v", r)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was asked for")
	}
	f.glass.until(t, "小票已打印")
	<-f.paper.slips
}

// A network that gives nothing back, or that is not set up, is a fault that says so; nothing was sent.
func TestRefundWithoutRefunder(t *testing.T) {
	f := startTerminal(t)
	if !f.awaitNetworks(t.Context()) {
		t.Fatal("no networks")
	}
	for network, want := range map[txn.NetworkID]txn.Fault{txn.WeChat: txn.FaultConfig, txn.Alipay: txn.FaultNotSetUp} {
		_, err := f.askRefund(context.Background(), txn.RefundRequest{Op: txn.OpRefund, Refund: txn.Refund{Network: network}})
		if pay.FaultOf(err) != want || want == txn.FaultConfig && !strings.Contains(err.Error(), "NO_REFUNDS") {
			t.Errorf("%s: %v, want %s", network, err, want)
		}
	}
}
