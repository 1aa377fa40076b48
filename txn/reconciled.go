package txn

import "time"

// Reconcile asks for the reconciliation of a day (对账). It ends in [Reconciled], in every case. There is one at a time.
type Reconcile struct{ Day time.Time } // any time of it, in China

func (Reconcile) effect() {}

// Reconciled ends a [Reconcile].
type Reconciled struct {
	Day         time.Time
	Books       []Books      // in the order of the networks
	Counts      [Classes]int // of all items, by class
	Differences []Difference // in the order of the classes, at most [MaxDifferences] of them
}

func (Reconciled) event() {}

// MaxDifferences bounds the differences that go to the screen and the slip; Counts has all.
const MaxDifferences = 60

// Class is what kind of difference a reconciliation finds.
type Class uint8

// The classes.
const (
	ClassAgreed    Class = iota
	ClassShort           // 短款: ours alone
	ClassSurplus         // 长款: the network's alone
	ClassAmount          // 金额不符
	ClassStatus          // 状态不符
	ClassDuplicate       // 重复
	ClassInDoubt         // 存疑: waits for the next day's bill
	Classes        = int(ClassInDoubt) + 1
)

// Books are one network's: a result, or why there is none.
type Books struct {
	Network NetworkID
	Trouble BooksTrouble // empty: there is a result
	File    string       // with [BillUnread] and [BillForeign]: which
	Line    int          // … and where in it, from 1; 0 for the file as a whole
	Bill    Turnover
	Ours    Turnover
	Open    int // differences, those in doubt too
}

// Turnover is what one side says of a day.
type Turnover struct {
	Payments int
	Paid     Money
	Returns  int // refunds and reversals
	Returned Money
}

// BooksTrouble is why a network has no result.
type BooksTrouble string

// The troubles.
const (
	BillNotReady BooksTrouble = "not-ready" // not made yet
	BillNoAnswer BooksTrouble = "no-answer" // the network can't be reached, or does not answer as it should
	BillRefused  BooksTrouble = "refused"   // it refuses us, or its keys can't be read
	BillUnread   BooksTrouble = "unread"    // the file is not a bill as its network writes it
	BillForeign  BooksTrouble = "foreign"   // it is another merchant's or another day's
	BooksFailed  BooksTrouble = "failed"    // the journal can't be read
)

// Difference is one item that the two sides don't agree on.
type Difference struct {
	Class      Class
	Network    NetworkID
	Order      OrderNo // as the bill has it: letters, digits, "_" and "-"
	Refund     bool    // it is about a refund of the order
	Ours, Bill Money   // without a currency where a side has none
	Why        string  // in Chinese
}

// differences counts what people must look into, and what only waits.
func (r *Reconciled) differences() (open, doubt int) {
	for class, n := range r.Counts {
		switch Class(class) {
		case ClassAgreed:
		case ClassInDoubt:
			doubt += n
		default:
			open += n
		}
	}
	return open, doubt
}

// troubled reports whether a network has no result.
func (r *Reconciled) troubled() bool {
	for _, b := range r.Books {
		if b.Trouble != "" {
			return true
		}
	}
	return false
}
