package paynettest

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
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
	paytest.WrongRefund:   {Kind: paynet.FaultWrongRefund},
	paytest.WrongAmount:   {Kind: paynet.FaultWrongAmount},
	paytest.WrongCurrency: {Kind: paynet.FaultWrongCurrency},
	paytest.WrongMerchant: {Kind: paynet.FaultWrongMerchant},
	paytest.WrongApp:      {Kind: paynet.FaultWrongApp},
	paytest.WrongType:     {Kind: paynet.FaultWrongType},
	paytest.NoFacts:       {Kind: paynet.FaultNoFacts},
	paytest.MisSigned:     {Kind: paynet.FaultMisSigned},
	paytest.Unsigned:      {Kind: paynet.FaultUnsigned},
	paytest.WrongKey:      {Kind: paynet.FaultWrongKey},
	paytest.Forged:        {Kind: paynet.FaultForged},
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

// Fault is what the sandbox does to make a failure; ok is false where it knows none.
func Fault(f paytest.Failure) (fault paynet.Fault, ok bool) {
	fault, ok = kinds[f]
	return fault, ok
}

// Case is a client and what it speaks to.
type Case struct {
	Client  pay.Network
	Network string            // of paynet
	Wallet  string            // whose phone pays; empty: the network's own
	Ops     map[txn.Op]string // what the sandbox calls each operation
	Habits  paytest.Habits
	Without []paytest.Failure // those that the network's protocol can't express

	WithoutFates []paytest.Fate // of refunds, likewise
}

// fates says which fate of the sandbox's refunds is which.
var fates = map[paytest.Fate]paynet.RefundFate{
	paytest.Quick: paynet.RefundQuick, paytest.Held: paynet.RefundHeld, paytest.Closed: paynet.RefundClosed,
	paytest.Abnormal: paynet.RefundAbnormal, paytest.Unfunded: paynet.RefundUnfunded,
}

// Run proves that the client keeps the contract of [pay.Network] at net, which is started.
func Run(t *testing.T, net *paynet.Paynet, c Case) { paytest.Run(t, harness(t, net, c)) }

// RunRefunds proves that the client keeps the contract of [pay.Refunder] at net, which is started.
func RunRefunds(t *testing.T, net *paynet.Paynet, c Case) { paytest.RunRefunds(t, harness(t, net, c)) }

// RunBills proves that the client keeps the contract of [pay.Biller] at net, which is started.
func RunBills(t *testing.T, net *paynet.Paynet, c Case) { paytest.RunBills(t, harness(t, net, c)) }

func harness(t *testing.T, net *paynet.Paynet, c Case) paytest.Harness {
	phone, err := net.Phone(cmp.Or(c.Wallet, c.Network))
	if err != nil {
		t.Fatal(err)
	}
	var late sync.WaitGroup // one request that is executed after its caller has left
	var armed atomic.Bool
	net.OnRequest(func(_ paynet.Heard, phase paynet.Phase) {
		if phase == paynet.BeforeReply && armed.CompareAndSwap(true, false) {
			late.Done()
		}
	})
	return paytest.Harness{
		Network: c.Client, Customer: payer{phone}, Habits: c.Habits,
		Account: func(no txn.OrderNo) paytest.Account {
			a, _ := net.Ledger().Order(string(no))
			return paytest.Account{Charges: a.Charges, Charged: a.Charged, GivenBack: a.GivenBack, GiveBacks: a.GiveBacks}
		},
		Refunds: func(f paytest.Fate) bool {
			if slices.Contains(c.WithoutFates, f) {
				return false
			}
			if err := net.SetRefunds(fates[f]); err != nil {
				t.Fatal(err)
			}
			return true
		},
		BillsAtOnce: net.BillsAtOnce,
		Break: func(op txn.Op, f paytest.Failure) bool {
			fault, ok := Fault(f)
			if !ok || c.Ops[op] == "" || slices.Contains(c.Without, f) {
				return false
			}
			fault.Network, fault.Op, fault.Count = c.Network, c.Ops[op], 1
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
	}
}

// payer is the customer with the network's phone.
type payer struct{ *paynet.Phone }

func (p payer) Code() (txn.PaymentCode, error) {
	code, err := p.Phone.Code()
	return txn.NewPaymentCode(code), err
}

func (p payer) Look(codeURL string) error {
	_, err := p.Scan(codeURL)
	return err
}

func (p payer) Pay(codeURL string) error {
	if err := p.Look(codeURL); err != nil {
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
