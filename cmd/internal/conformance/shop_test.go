package conformance

import (
	"context"
	"sync"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/aggregator"
	"smartpos/txn/pay/alipay"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
	"smartpos/txn/pay/paytest"
	"smartpos/txn/pay/unionpay"
	"smartpos/txn/pay/wechat"
)

// networks are those under test, in the order of their columns.
var networks = []txn.NetworkConfig{
	{ID: txn.WeChat, Name: "微信支付", NameEN: "WeChat Pay", Short: "微信"},
	{ID: txn.Alipay, Name: "支付宝", NameEN: "Alipay", Short: "支付宝", Timing: txn.Timing{
		PollShow: 5 * time.Second, PollFirst: 5 * time.Second, PollScan: 3 * time.Second,
		ScanLimit: 45 * time.Second, AskFirst: true,
	}},
	{ID: txn.UnionPay, Name: "云闪付", NameEN: "UnionPay", Short: "云闪付"},
	{ID: txn.Aggregator, Name: "聚合支付", NameEN: "All wallets", Short: "聚合码"},
}

// config is a shop's with the waits of the defaults, but for a shorter life of shown codes and fewer questions while they
// are shown: those cost time and show nothing more.
func config(with ...txn.NetworkConfig) txn.Config {
	return txn.Config{
		Terminal: "T01", Operator: "01", Language: txn.Chinese, Sandbox: true, Scanner: true,
		Merchant: txn.Merchant{Name: "惠民便利店", Number: "M1"}, Networks: with, Default: with[0].ID,
		MaxAmount: txn.Yuan(5000000), Copies: 1,
		ShowExpiry: time.Minute, Margin: time.Minute, ScanWindow: 30 * time.Second,
		Timing: txn.Timing{
			PollShow: 5 * time.Second, PollScan: 5 * time.Second, ScanLimit: 45 * time.Second, Reverse: 15 * time.Second,
		},
		MaxBackoff: time.Minute, Linger: 20 * time.Second,
	}
}

// shop is everything outside the terminal: the networks with their customers, the clients that reach them, and the time.
type shop struct {
	testing.TB
	*clock
	net     *paynet.Paynet
	clients map[txn.NetworkID]pay.Network
	cells   int

	mu      sync.Mutex
	waiting map[int]chan struct{} // closed when the request of that number was carried out
	held    chan struct{}         // that of the one that is held up, if any
}

func openShop(t testing.TB) *shop {
	t.Helper()
	s := &shop{TB: t, clock: newClock(), waiting: map[int]chan struct{}{}}
	s.net = paynettest.Start(t, paynet.Options{Clock: s.now, Stamp: time.Now})
	s.net.OnRequest(func(r paynet.Heard, phase paynet.Phase) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if done := s.waiting[r.N]; done != nil && phase == paynet.BeforeReply {
			close(done)
			delete(s.waiting, r.N)
		}
	})
	s.clients = clients(t, s.net, s.now)
	return s
}

// clients are those that the firmware has, with what the sandbox gave a merchant.
func clients(t testing.TB, net *paynet.Paynet, now func() time.Time) map[txn.NetworkID]pay.Network {
	t.Helper()
	w, a, u, g := net.WeChatMerchant(), net.AlipayMerchant(), net.UnionPayMerchant(), net.AggregatorMerchant()
	wc, err1 := wechat.New(wechat.Config{
		MerchantID: w.MerchantID, AppID: w.AppID, Serial: w.Serial, PrivateKey: wechat.File(w.PrivateKey),
		APIv3Key: wechat.File(w.APIv3Key), PublicKeyID: w.PublicKeyID, PublicKey: wechat.File(w.PublicKey),
		NotifyURL: w.NotifyURL, BaseURL: w.BaseURL, RootCAs: wechat.File(w.CA), Terminal: "T01", Timeout: patience,
	})
	ac, err2 := alipay.New(alipay.Config{
		AppID: a.AppID, SellerID: a.SellerID, PrivateKey: alipay.File(a.PrivateKey), PublicKey: alipay.File(a.AlipayPublicKey),
		BaseURL: a.BaseURL, RootCAs: alipay.File(a.CA), Terminal: "T01", Timeout: patience,
	})
	uc, err3 := unionpay.New(unionpay.Config{
		MerchantID: u.MerchantID, PrivateKey: unionpay.File(u.PrivateKey), Certificate: unionpay.File(u.Certificate),
		Root: unionpay.File(u.Root), Middle: unionpay.File(u.Middle), NotifyURL: u.NotifyURL,
		BaseURL: u.BaseURL, RootCAs: unionpay.File(u.CA), Timeout: patience, Clock: now,
	})
	gc, err4 := aggregator.New(aggregator.Config{
		MerchantID: g.MerchantID, KeyID: g.KeyID, PrivateKey: aggregator.File(g.PrivateKey),
		PlatformKeyID: g.PlatformKeyID, PlatformKey: aggregator.File(g.PlatformKey),
		BaseURL: g.BaseURL, RootCAs: aggregator.File(g.CA), Terminal: "T01", Timeout: patience,
	})
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return map[txn.NetworkID]pay.Network{txn.WeChat: wc, txn.Alipay: ac, txn.UnionPay: uc, txn.Aggregator: gc}
}

// patience is how long a request may really take.
const patience = 30 * time.Second

// during makes one request of a network fail so; an empty failure lets it be. One that is carried out late, or answered
// too late, is given up as soon as it has arrived; see mend.
func (s *shop) during(network txn.NetworkID, f paytest.Failure, request func(context.Context)) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if f == "" {
		request(ctx)
		return
	}
	fault, ok := paynettest.Fault(f)
	if !ok {
		s.Fatalf("the sandbox can't fail as %q", f)
	}
	fault.Network, fault.Count = string(network), 1
	s.mend() // one is held up at a time
	s.set(fault)
	if f != paytest.Late && f != paytest.SlowReply {
		request(ctx)
		s.set(paynet.Fault{})
		return
	}
	before := s.net.Requests()
	done := make(chan struct{})
	s.mu.Lock()
	s.waiting[before+1] = done
	s.mu.Unlock()
	go func() {
		for s.net.Requests() == before && ctx.Err() == nil {
			time.Sleep(200 * time.Microsecond)
		}
		cancel()
	}()
	request(ctx)
	if s.net.Requests() == before {
		s.Fatalf("the request was not made, so it can't be %q", f)
	}
	s.held = done
	if f == paytest.SlowReply {
		<-done
	}
}

// mend ends what is wrong, and returns when what was held up has been carried out.
func (s *shop) mend() {
	s.Helper()
	if s.held != nil {
		s.set(paynet.Fault{})
		<-s.held
		s.held = nil
	}
}

func (s *shop) set(f paynet.Fault) {
	s.Helper()
	if err := s.net.SetFault(f); err != nil {
		s.Fatal(err)
	}
}

// ask makes a request of the terminal, which may fail.
func (s *shop) ask(q txn.Request, f paytest.Failure) (a txn.Answer, err error) {
	s.Helper()
	s.during(q.Order.Network, f, func(ctx context.Context) {
		a, err = paytest.Ask(ctx, s.clients[q.Order.Network], q.Op, q.Order, q.Code)
	})
	return a, err
}

// askRefund makes a request about a refund, which may fail.
func (s *shop) askRefund(q txn.RefundRequest, f paytest.Failure) (a txn.RefundAnswer, err error) {
	s.Helper()
	s.during(q.Refund.Network, f, func(ctx context.Context) {
		a, err = paytest.AskRefund(ctx, s.clients[q.Refund.Network].(pay.Refunder), q.Op, q.Refund)
	})
	return a, err
}

// phone is a customer's.
func (s *shop) phone(wallet string) *paynet.Phone {
	s.Helper()
	return paynettest.Phone(s, s.net, wallet)
}

// account is what the customer was really charged for an order.
func (s *shop) account(no txn.OrderNo) paynet.OrderAccount {
	a, _ := s.net.Ledger().Order(string(no))
	return a
}
