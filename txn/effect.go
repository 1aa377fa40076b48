package txn

// Effect is something for the loop to do. The loop carries effects out in the order in which they come;
// those that take time ([Commit], [Request], [RefundRequest], [Recall], [CheckPIN], [HashPIN], [Print], [Kick],
// [Reconcile], [RecallBatch], [Backup]) end in an event, in every case.
type Effect interface{ effect() }

// Draw shows a screen.
type Draw struct{ Screen Screen }

// Commit makes a record durable. Commits are carried out one after the other, in order.
type Commit struct {
	Token  uint64
	Record Record
}

// Request asks a network. Code is set with [OpScan] alone, and this is the only time it is.
type Request struct {
	Op    Op
	Order Order
	Code  PaymentCode
}

// Print prints a slip. There is one print at a time.
type Print struct {
	Job  uint64
	Slip Slip
}

// Kick opens the cash drawer for cash that came or goes back, which is on disk: once for each, whatever becomes of it.
type Kick struct {
	Order  OrderNo
	Refund RefundNo // cash that goes back; empty: cash that came
}

// Trigger switches the scan engine on or off.
type Trigger struct{ On bool }

// Beep sounds: a short one for a mistake, a long one for money.
type Beep struct{ Kind BeepKind }

// BeepKind is what a beep means.
type BeepKind string

// The beeps.
const (
	BeepMistake BeepKind = "mistake"
	BeepPaid    BeepKind = "paid"
	BeepAlarm   BeepKind = "alarm"
)

// Note is a line for the event log. It carries no secret: order numbers, codes of ours and of the networks.
type Note struct {
	Text  string
	Order OrderNo
}

func (Draw) effect()    {}
func (Commit) effect()  {}
func (Request) effect() {}
func (Print) effect()   {}
func (Kick) effect()    {}
func (Trigger) effect() {}
func (Beep) effect()    {}
func (Note) effect()    {}
