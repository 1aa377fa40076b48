package paytest

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// Customer is who pays: the one behind a [Harness].
type Customer interface {
	Code() (txn.PaymentCode, error) // shows a fresh payment code
	Look(codeURL string) error      // scans a shown code and leaves it unpaid for now
	Pay(codeURL string) error       // scans a shown code and pays it
	RequirePassword(on bool) error  // whether code payments wait for the password
	Confirm() error                 // types the password
	Decline() error                 // refuses to
	SetBalance(fen int64) error
}

// Harness is a network under test.
type Harness struct {
	Network  pay.Network
	Customer Customer
	Habits   Habits
	// Account returns what the customer was really charged.
	Account func(txn.OrderNo) Account
	// Refunds says what becomes of refunds from now on; false: this network has no such fate, and the case is not run.
	// It is nil where nothing is given back.
	Refunds func(Fate) bool
	// BillsAtOnce has bills given out at any time, or when the network makes them. It is nil where there are none.
	BillsAtOnce func(on bool)
	// Break makes the next request of op fail so; false: this network can't fail so, and the case is not run.
	Break func(op txn.Op, f Failure) bool
	// Requests counts the requests that have reached the network.
	Requests func() int
	// Mend undoes Break and returns once everything that was sent has been executed.
	Mend func()
}

// Habits are in what networks may differ without breaking the contract.
type Habits struct {
	// BornByScan: a shown order exists only once its code was scanned. Before that nobody can close it, and the
	// customer can still pay.
	BornByScan bool
	// Undecided: a code payment that was declined or not affordable still waits for its customer.
	Undecided bool
	// UndoesWaiting: a reverse does not wait for a customer who types the password.
	UndoesWaiting bool
	// NamesAll: every answer names its order, those of show, close and reverse too; one that names another's is none.
	NamesAll bool

	// BornByPay: a shown order exists only once it was paid. No request closes it, and only its time ends it.
	BornByPay bool
	// NamesMerchant: with NamesAll, every answer names the merchant and what kind of payment it is about, too.
	NamesMerchant bool

	// HidesRefunds: a query finds a refund only once it was made.
	HidesRefunds bool
	// UnnamedRefunds: the answer to a refund does not say which.
	UnnamedRefunds bool
	// RefundsAlone: answers about a refund do not carry the order's total, and a request that repeats a refund's number
	// is taken whatever its amount is, without anything happening.
	RefundsAlone bool

	// BillsAhead is how long before midnight the day of a bill ends.
	BillsAhead time.Duration
	// EmptyBills: a day without trade has a bill, too.
	EmptyBills bool
	// PlainFiles: nothing but TLS protects a bill's file, which its own totals have to prove.
	PlainFiles bool
}

// unpaid is what a query says of a shown order whose code was scanned.
func (h Habits) unpaid() txn.Status {
	if h.BornByPay {
		return txn.StatusNotFound
	}
	return txn.StatusWaiting
}

// closed is what a close says of it, and a query after that.
func (h Habits) closed() (taken, state txn.Status) {
	if h.BornByPay {
		return txn.StatusNotFound, txn.StatusNotFound
	}
	return txn.StatusAccepted, txn.StatusClosed
}

// notices reports whether the facts in an answer that is not about a payment give the failure away.
func (h Habits) notices(f Failure) bool {
	switch f {
	case WrongOrder, NoFacts:
		return h.NamesAll
	case WrongMerchant, WrongType:
		return h.NamesAll && h.NamesMerchant
	}
	return false
}

// patient is how long the suite waits for any answer. Nothing is asserted about how long anything takes.
const patient = 20 * time.Second

// Run proves that h keeps the contract of [pay.Network].
func Run(t *testing.T, h Harness) {
	t.Run("flows", func(t *testing.T) { runFlows(t, h) })
	t.Run("failures", func(t *testing.T) { runFailures(t, h) })
}

// suite is one case with its order.
type suite struct {
	*testing.T
	Harness
	order txn.Order
	code  txn.PaymentCode
}

// runs makes order numbers differ between cases and runs.
var runs atomic.Int64

func newSuite(t *testing.T, h Harness, method txn.Method, fen int64) *suite {
	now := time.Now().Truncate(time.Second)
	return &suite{T: t, Harness: h, order: txn.Order{
		No:      txn.OrderNo(fmt.Sprintf("PAYTEST%d%05d", now.Unix(), runs.Add(1))),
		Network: h.Network.ID(), Method: method, Amount: txn.Yuan(fen),
		Created: now, Expires: now.Add(2 * time.Minute), State: txn.Open,
	}}
}

// do makes one request.
func (s *suite) do(ctx context.Context, op txn.Op) (txn.Answer, error) {
	switch op {
	case txn.OpShow:
		return s.Network.Show(ctx, s.order)
	case txn.OpScan:
		return s.Network.Scan(ctx, s.order, s.code)
	case txn.OpClose:
		return s.Network.Close(ctx, s.order)
	case txn.OpReverse:
		return s.Network.Reverse(ctx, s.order)
	}
	return s.Network.Query(ctx, s.order)
}

// want makes one request that must be answered so, or in one of several ways.
func (s *suite) want(op txn.Op, status ...txn.Status) txn.Answer {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	a, err := s.do(ctx, op)
	if err != nil || !slices.Contains(status, a.Status) {
		s.Fatalf("%s: %+v, %v; want %s", op, a, err, status)
	}
	s.checkAnswer(op, a)
	return a
}

func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// scanned has the customer look at a shown code, where the order does not exist before.
func (s *suite) scanned(shown txn.Answer) {
	s.Helper()
	if s.Habits.BornByScan {
		s.want(txn.OpQuery, txn.StatusNotFound)
		s.must(s.Customer.Look(shown.CodeURL))
	}
}

// newCode gives the customer a fresh payment code.
func (s *suite) newCode() {
	s.Helper()
	code, err := s.Customer.Code()
	s.must(err)
	s.code = code
}

// allowed is what each operation may be answered, by the contract.
var allowed = map[txn.Op][]txn.Status{
	txn.OpShow: {txn.StatusReady, txn.StatusFailed, txn.StatusExists},
	txn.OpScan: {txn.StatusPaid, txn.StatusWaiting, txn.StatusFailed, txn.StatusExists, txn.StatusMismatch},
	txn.OpQuery: {
		txn.StatusPaid, txn.StatusWaiting, txn.StatusFailed, txn.StatusClosed, txn.StatusReversed,
		txn.StatusRefunded, txn.StatusNotFound, txn.StatusMismatch,
	},
	txn.OpClose:   {txn.StatusAccepted, txn.StatusRefused, txn.StatusPaid, txn.StatusNotFound},
	txn.OpReverse: {txn.StatusAccepted, txn.StatusRefused, txn.StatusNotFound},
}

var codeForm = regexp.MustCompile(`^[A-Z0-9_.]{0,64}$`)

// checkAnswer holds for every answer.
func (s *suite) checkAnswer(op txn.Op, a txn.Answer) {
	s.Helper()
	switch {
	case !slices.Contains(allowed[op], a.Status):
		s.Errorf("%s was answered %q, which the contract does not have", op, a.Status)
	case !codeForm.MatchString(a.Code):
		s.Errorf("%s: code %q is not of the form", op, a.Code)
	case a.Status == txn.StatusReady && a.CodeURL == "":
		s.Errorf("%s: ready without a code", op)
	case a.Status == txn.StatusPaid && (a.TransactionID == "" || a.Payer.Currency == ""):
		s.Errorf("%s: paid without the network's number or what the customer paid: %+v", op, a)
	case a.Status != txn.StatusPaid && (a.TransactionID != "" || a.Wallet != "" || a.WalletID != "" || !a.PaidAt.IsZero()):
		s.Errorf("%s: %s with the facts of a payment: %+v", op, a.Status, a)
	}
}

// checkError holds for every error.
func (s *suite) checkError(op txn.Op, err error) {
	s.Helper()
	var e *pay.Error
	if !errors.As(err, &e) {
		s.Fatalf("%s: %v is not a *pay.Error", op, err)
	}
	if e.Op != op || e.Order != s.order.No || e.Network != s.Network.ID() || !codeForm.MatchString(e.Code) {
		s.Errorf("%s: the error does not say what it is about: %+v", op, e)
	}
	for wrapped := err; wrapped != nil; wrapped = errors.Unwrap(wrapped) {
		if code := s.code.Reveal(); code != "" && strings.Contains(fmt.Sprintf("%v %+v %#v", wrapped, wrapped, wrapped), code) {
			s.Errorf("%s: the error carries the payment code", op)
		}
	}
}

// account checks what the customer was charged and got back so far.
func (s *suite) account(charges int, kept int64) {
	s.Helper()
	a := s.Account(s.order.No)
	if a.Charges != charges || a.Charged-a.GivenBack != kept {
		s.Fatalf("the customer's account says %+v; want %d charges, %d fen kept", a, charges, kept)
	}
}
