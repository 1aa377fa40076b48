package wechat_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paytest"
)

// kinds says which fault of the sandbox makes which failure.
var kinds = map[paytest.Failure]paynet.Fault{
	paytest.Refused:       {Kind: paynet.FaultDown},
	paytest.Dropped:       {Kind: paynet.FaultDrop},
	paytest.LostReply:     {Kind: paynet.FaultLostReply},
	paytest.SlowReply:     {Kind: paynet.FaultSlowReply, Delay: time.Hour},
	paytest.Late:          {Kind: paynet.FaultSlow, Delay: time.Hour},
	paytest.Twice:         {Kind: paynet.FaultTwice},
	paytest.WrongOrder:    {Kind: paynet.FaultWrongOrder},
	paytest.WrongAmount:   {Kind: paynet.FaultWrongAmount},
	paytest.WrongCurrency: {Kind: paynet.FaultWrongCurrency},
	paytest.WrongMerchant: {Kind: paynet.FaultWrongMerchant},
	paytest.WrongApp:      {Kind: paynet.FaultWrongApp},
	paytest.WrongType:     {Kind: paynet.FaultWrongType},
	paytest.NoFacts:       {Kind: paynet.FaultNoFacts},
	paytest.MisSigned:     {Kind: paynet.FaultMisSigned},
	paytest.Unsigned:      {Kind: paynet.FaultUnsigned},
	paytest.WrongKey:      {Kind: paynet.FaultWrongKey},
	paytest.UnknownKey:    {Kind: paynet.FaultOtherKey},
	paytest.Skew:          {Kind: paynet.FaultSkew},
	paytest.Truncated:     {Kind: paynet.FaultTruncated},
	paytest.Huge:          {Kind: paynet.FaultHuge},
	paytest.Garbage:       {Kind: paynet.FaultGarbage},
	paytest.SystemError:   {Kind: paynet.FaultSystemError},
	paytest.SystemAfter:   {Kind: paynet.FaultSystemAfter},
	paytest.Busy:          {Kind: paynet.FaultBusy},
	paytest.BadGateway:    {Kind: paynet.FaultBadGateway},
	paytest.Redirected:    {Kind: paynet.FaultRedirect},
}

// payer is the customer with the WeChat phone.
type payer struct{ *paynet.Phone }

func (p payer) Code() (txn.PaymentCode, error) {
	code, err := p.Phone.Code()
	return txn.NewPaymentCode(code), err
}

func (p payer) Pay(codeURL string) error {
	if _, err := p.Scan(codeURL); err != nil {
		return err
	}
	return p.Confirm()
}

func (p payer) RequirePassword(on bool) error {
	policy := paynet.PasswordNever
	if on {
		policy = paynet.PasswordAlways
	}
	return p.SetPassword(policy, 0)
}

func (p payer) SetBalance(fen int64) error {
	p.Phone.SetBalance(fen)
	return nil
}

// TestContract runs the suite over the real wire format, with every signature checked on both sides.
func TestContract(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	var late sync.WaitGroup // one request that is executed after its caller has left
	var armed atomic.Bool
	net.OnRequest(func(_ int, _ string, phase paynet.Phase) {
		if phase == paynet.BeforeReply && armed.CompareAndSwap(true, false) {
			late.Done()
		}
	})
	op := map[txn.Op]string{
		txn.OpShow: paynet.OpNative, txn.OpScan: paynet.OpCodePay, txn.OpQuery: paynet.OpQuery,
		txn.OpClose: paynet.OpClose, txn.OpReverse: paynet.OpReverse,
	}
	paytest.Run(t, paytest.Harness{
		Network: c, Customer: payer{phone(t, net)},
		Account: func(no txn.OrderNo) paytest.Account {
			a, _ := net.Ledger().Order(string(no))
			return paytest.Account{Charges: a.Charges, Charged: a.Charged, GivenBack: a.GivenBack}
		},
		Break: func(o txn.Op, f paytest.Failure) bool {
			fault, ok := kinds[f]
			if !ok {
				return false
			}
			fault.Op, fault.Count = op[o], 1
			if f == paytest.Late || f == paytest.SlowReply {
				late.Add(1)
				armed.Store(true)
			}
			if err := net.SetFault(fault); err != nil {
				t.Fatal(err)
			}
			return true
		},
		Requests: net.Requests,
		Mend: func() {
			if err := net.SetFault(paynet.Fault{}); err != nil {
				t.Fatal(err)
			}
			late.Wait()
		},
	})
}
