package alipay_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"testing"
	"time"

	other "github.com/smartwalle/alipay/v3"

	"smartpos/txn/pay/paynet"
)

// otherClient is a client by another hand, set up with nothing but what the sandbox leaves in its folder. A client and
// a sandbox by one hand could agree on the wrong thing; this one has paid at the real network.
func otherClient(t *testing.T, m paynet.AlipayMerchant) *other.Client {
	t.Helper()
	read := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(read(m.CA)))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := other.New(m.AppID, read(m.PrivateKey), true,
		other.WithProductionGateway(m.Gateway), other.WithHTTPClient(&http.Client{Transport: transport, Timeout: 10 * time.Second}))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.LoadAliPayPublicKey(read(m.AlipayPublicKey)); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestAnotherClientPays takes the sandbox through both ways of paying with a client that is not ours.
func TestAnotherClientPays(t *testing.T) {
	net, _ := sandbox(t, paynet.Options{}, nil)
	c, ph, ctx := otherClient(t, net.AlipayMerchant()), phone(t, net), context.Background()

	show := other.TradePreCreate{Trade: other.Trade{Subject: "惠民便利店", OutTradeNo: "OTHER0000001", TotalAmount: "12.34", TimeoutExpress: "2m"}}
	shown, err := c.TradePreCreate(ctx, show)
	if err != nil || !shown.IsSuccess() || shown.OutTradeNo != "OTHER0000001" {
		t.Fatal(shown, err)
	}
	if q, err := c.TradeQuery(ctx, other.TradeQuery{OutTradeNo: "OTHER0000001"}); err != nil || q.SubCode != "ACQ.TRADE_NOT_EXIST" {
		t.Fatal(q, err)
	}
	if _, err := ph.Scan(shown.QRCode); err != nil {
		t.Fatal(err)
	}
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	q, err := c.TradeQuery(ctx, other.TradeQuery{OutTradeNo: "OTHER0000001"})
	if err != nil || q.TradeStatus != other.TradeStatusSuccess || q.TotalAmount != "12.34" || q.BuyerPayAmount != "12.34" {
		t.Fatal(q, err)
	}

	code, err := ph.Code()
	if err != nil {
		t.Fatal(err)
	}
	scan := other.TradePay{
		Trade: other.Trade{Subject: "惠民便利店", OutTradeNo: "OTHER0000002", TotalAmount: "0.01"}, Scene: "bar_code", AuthCode: code,
	}
	if p, err := c.TradePay(ctx, scan); err != nil || !p.IsSuccess() || p.TotalAmount != "0.01" || p.TradeNo == "" {
		t.Fatal(p, err)
	}
	if p, err := c.TradePay(ctx, scan); err != nil || p.SubCode != "ACQ.TRADE_HAS_SUCCESS" {
		t.Fatal(p, err)
	}
	if r, err := c.TradeCancel(ctx, other.TradeCancel{OutTradeNo: "OTHER0000002"}); err != nil || r.Action != "refund" || r.RetryFlag != "N" {
		t.Fatal(r, err)
	}
	if a, _ := net.Ledger().Order("OTHER0000002"); a.Charges != 1 || a.Charged != a.GivenBack {
		t.Errorf("%+v", a)
	}
}

// TestAnotherClientRefunds gives a trade back in parts with it.
func TestAnotherClientRefunds(t *testing.T) {
	net, _ := sandbox(t, paynet.Options{}, nil)
	c, ctx := otherClient(t, net.AlipayMerchant()), context.Background()
	code, err := phone(t, net).Code()
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.TradePay(ctx, other.TradePay{
		Trade: other.Trade{Subject: "惠民便利店", OutTradeNo: "OTHER0000004", TotalAmount: "10.00"}, Scene: "bar_code", AuthCode: code,
	})
	if err != nil || !p.IsSuccess() {
		t.Fatal(p, err)
	}
	ask := other.TradeRefund{OutTradeNo: "OTHER0000004", OutRequestNo: "OTHERREFUND1", RefundAmount: "4.00", RefundReason: "退货"}
	query := other.TradeFastPayRefundQuery{OutTradeNo: "OTHER0000004", OutRequestNo: "OTHERREFUND1"}
	if q, err := c.TradeFastPayRefundQuery(ctx, query); err != nil || !q.IsSuccess() || q.RefundStatus != "" {
		t.Fatal(q, err)
	}
	for _, change := range []string{"Y", "N"} {
		if r, err := c.TradeRefund(ctx, ask); err != nil || !r.IsSuccess() || r.FundChange != change || r.RefundFee != "4.00" {
			t.Fatal(r, err)
		}
	}
	if q, err := c.TradeFastPayRefundQuery(ctx, query); err != nil || q.RefundStatus != "REFUND_SUCCESS" || q.RefundAmount != "4.00" {
		t.Fatal(q, err)
	}
	ask.OutRequestNo, ask.RefundAmount = "OTHERREFUND2", "6.01"
	if r, err := c.TradeRefund(ctx, ask); err != nil || r.SubCode != "ACQ.REASON_TRADE_REFUND_FEE_ERR" {
		t.Fatal(r, err)
	}
	if a, _ := net.Ledger().Order("OTHER0000004"); a.GivenBack != 400 || a.GiveBacks != 1 {
		t.Errorf("%+v", a)
	}
}

// TestAnotherClientDistrustsFaults holds that the sandbox's forged answers are forged for others, too.
func TestAnotherClientDistrustsFaults(t *testing.T) {
	net, _ := sandbox(t, paynet.Options{}, nil)
	c, ctx := otherClient(t, net.AlipayMerchant()), context.Background()
	for _, kind := range []paynet.FaultKind{paynet.FaultMisSigned, paynet.FaultWrongKey, paynet.FaultGarbage, paynet.FaultTruncated} {
		if err := net.SetFault(paynet.Fault{Kind: kind}); err != nil {
			t.Fatal(err)
		}
		if q, err := c.TradeQuery(ctx, other.TradeQuery{OutTradeNo: "OTHER0000003"}); err == nil {
			t.Errorf("%s: believed %+v", kind, q)
		}
	}
}
