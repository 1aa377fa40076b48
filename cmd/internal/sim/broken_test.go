package sim

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"smartpos/txn"
)

// forgetful is a journal that acknowledges some records that nothing more follows, and does not write them.
type forgetful struct {
	txn.Journal
	calls int
}

func (j *forgetful) Commit(rec txn.Record) (txn.Order, error) {
	if out, ok := rec.(*txn.Outcome); ok && out.State != txn.Paid {
		if j.calls++; j.calls%4 == 0 {
			o, err := j.Order(out.Order)
			if err != nil {
				return o, err
			}
			return o.Apply(rec)
		}
	}
	return j.Journal.Commit(rec)
}

// numberless is a journal that gives the number before the last again.
type numberless struct {
	txn.Journal
	last txn.Order
}

func (j *numberless) Commit(rec txn.Record) (txn.Order, error) {
	o, err := j.Journal.Commit(rec)
	if rec.Type() != txn.TypeIntent || err != nil {
		return o, err
	}
	if j.last.No != "" {
		o.No = j.last.No
	}
	j.last = o
	return o, err
}

// early is a loop that does what should wait for a commit as if it were there.
func early(add func(txn.Commit) txn.Effect) func([]txn.Effect) []txn.Effect {
	return func(effects []txn.Effect) (out []txn.Effect) {
		for _, e := range effects {
			if c, ok := e.(txn.Commit); ok {
				if extra := add(c); extra != nil {
					out = append(out, extra)
				}
			}
			out = append(out, e)
		}
		return out
	}
}

func outcomePaid(c txn.Commit) *txn.Outcome {
	if o, ok := c.Record.(*txn.Outcome); ok && o.State == txn.Paid {
		return o
	}
	return nil
}

// printEarly prints the receipt while its outcome is still being written down.
func printEarly(c txn.Commit) txn.Effect {
	if o := outcomePaid(c); o != nil {
		return txn.Print{Slip: txn.Slip{Copy: "顾客存根", Rows: []txn.Row{{Label: "商户单号", Value: string(o.Order)}}}}
	}
	return nil
}

// showEarly says "paid" on the screen while it is still being written down.
func showEarly(c txn.Commit) txn.Effect {
	if o := outcomePaid(c); o != nil {
		return txn.Draw{Screen: txn.Screen{Title: "收款成功", Amount: "¥1.00", Lines: []string{o.Order.Short()}}}
	}
	return nil
}

// chargeEarly sends the customer's code before the intent is on disk.
func chargeEarly(c txn.Commit) txn.Effect {
	if in, ok := c.Record.(*txn.Intent); ok && in.Method == txn.Scan {
		return txn.Request{Op: txn.OpScan, Order: txn.Order{No: "T01AAAAAAAA00000001", Amount: in.Amount, Method: txn.Scan}}
	}
	return nil
}

// resend sends a customer's code twice.
func resend(effects []txn.Effect) (out []txn.Effect) {
	for _, e := range effects {
		out = append(out, e)
		if q, ok := e.(txn.Request); ok && q.Op == txn.OpScan {
			out = append(out, e)
		}
	}
	return out
}

// reverseForQuery reverses where the machine asks.
func reverseForQuery(effects []txn.Effect) (out []txn.Effect) {
	for _, e := range effects {
		if q, ok := e.(txn.Request); ok && q.Op == txn.OpQuery && q.Order.Method == txn.Scan {
			q.Op = txn.OpReverse
			e = q
		}
		out = append(out, e)
	}
	return out
}

// moreBack asks for more than the intent says, or under another number.
func moreBack(change func(*txn.Refund)) func([]txn.Effect) []txn.Effect {
	return func(effects []txn.Effect) (out []txn.Effect) {
		for _, e := range effects {
			if q, ok := e.(txn.RefundRequest); ok {
				change(&q.Refund)
				e = q
			}
			out = append(out, e)
		}
		return out
	}
}

// tireless is a journal that acknowledges the second wrong PIN in a row, and does not write it.
type tireless struct {
	txn.Journal
	wrong int
}

func (j *tireless) Commit(rec txn.Record) (txn.Order, error) {
	if r, ok := rec.(*txn.PINTried); ok {
		if j.wrong++; r.Right {
			j.wrong = 0
		}
		if j.wrong == 2 {
			return txn.Order{}, nil
		}
	}
	return j.Journal.Commit(rec)
}

// refundEarly says and prints that money went back while that is still being written down.
func refundEarly(c txn.Commit) txn.Effect {
	if r, ok := c.Record.(*txn.RefundOutcome); ok && r.State == txn.RefundDone {
		return txn.Print{Slip: txn.Slip{Copy: "顾客存根", Rows: []txn.Row{
			{Label: "交易类型", Value: "退款 REFUND"}, {Label: "原商户单号", Value: string(r.Order)}, {Label: "退款单号", Value: string(r.No)},
		}}}
	}
	return nil
}

// unmarked prints reprints as originals.
func unmarked(effects []txn.Effect) (out []txn.Effect) {
	for _, e := range effects {
		if p, ok := e.(txn.Print); ok {
			p.Slip.Mark = ""
			e = p
		}
		out = append(out, e)
	}
	return out
}

// half is a disk whose flush orders nothing: the new meta page stands above half of the data.
func half(before, after []byte) []byte {
	image := bytes.Clone(after)
	n := 0
	for at := metaPages * os.Getpagesize(); at+sector <= min(len(before), len(after)); at += sector {
		if !bytes.Equal(before[at:at+sector], after[at:at+sector]) {
			if n++; n%2 == 0 {
				copy(image[at:at+sector], before[at:at+sector])
			}
		}
	}
	return image
}

// rollBack is a disk that goes back to how it was some cuts ago.
func rollBack() func(before, after []byte) []byte {
	var old []byte
	return func(before, _ []byte) []byte {
		if old == nil {
			old = bytes.Clone(before)
		}
		return old
	}
}

// Every rule is broken by something that does break it: an oracle that cannot fail proves nothing.
func TestBrokenParts(t *testing.T) {
	if testing.Short() {
		t.Skip("played in full by an ordinary run; it is one goroutine, so the race detector has nothing to see")
	}
	for _, c := range []struct {
		name   string
		rules  []int
		broken func() faults
	}{
		{"the journal acknowledges and does not write", []int{6}, func() faults {
			return faults{journal: func(j txn.Journal) txn.Journal { return &forgetful{Journal: j} }}
		}},
		{"the journal gives a number twice", []int{5}, func() faults {
			return faults{journal: func(j txn.Journal) txn.Journal { return &numberless{Journal: j} }}
		}},
		{"the disk goes back to an older state", []int{6}, func() faults { return faults{image: rollBack()} }},
		{"the disk orders nothing by a flush", []int{8}, func() faults { return faults{image: half} }},
		{"the bank charges a doubled request twice", []int{1}, func() faults {
			return faults{bank: func(b *bank) { b.chargeAgain = true }}
		}},
		{"the bank says paid and was not", []int{3}, func() faults { return faults{bank: func(b *bank) { b.lie = true }} }},
		{"the receipt prints early", []int{3}, func() faults { return faults{effects: early(printEarly)} }},
		{"the screen says paid early", []int{3}, func() faults { return faults{effects: early(showEarly)} }},
		{"a request goes out before the intent", []int{2}, func() faults { return faults{effects: early(chargeEarly)} }},
		{"a customer's code is sent twice", []int{4}, func() faults { return faults{effects: resend} }},
		{"reversed instead of asked", []int{4}, func() faults { return faults{effects: reverseForQuery} }},
		{"a reprint without its mark", []int{7}, func() faults { return faults{effects: unmarked} }},
		{"the bank gives a doubled refund twice", []int{1}, func() faults {
			return faults{giver: func(g *giver) { g.again = true }}
		}},
		{"the bank says given back and has not", []int{3}, func() faults {
			return faults{giver: func(g *giver) { g.lie = true }}
		}},
		{"a refund asks for more", []int{4}, func() faults {
			return faults{effects: moreBack(func(r *txn.Refund) { r.Amount.Fen++ })}
		}},
		{"a refund is asked for under another number", []int{2}, func() faults {
			return faults{effects: moreBack(func(r *txn.Refund) { r.No += "0" })}
		}},
		{"the slip of a refund prints early", []int{3}, func() faults { return faults{effects: early(refundEarly)} }},
		{"wrong PINs are not counted", []int{9}, func() faults {
			return faults{journal: func(j txn.Journal) txn.Journal { return &tireless{Journal: j} }}
		}},
		{"a UnionPay code ends by a clock that is ahead", []int{4}, func() faults {
			return faults{line: func(l *line) { l.ownTime = true }, ahead: 30 * time.Minute}
		}},
		{"a restart forgets what is open", []int{4, 7}, func() faults {
			return faults{start: func(s txn.Start) txn.Start { s.Pending = nil; return s }}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			seen := map[int]bool{}
			missing := func(rule int) bool { return !seen[rule] }
			for s := uint64(1); s <= 120 && slices.ContainsFunc(c.rules, missing); s++ {
				_, err := Run(Options{Seed: s, Sales: 40, Dir: dir(t), broken: c.broken()})
				var f *Failure
				if errors.As(err, &f) {
					seen[f.Rule] = true
				} else if err != nil {
					t.Fatal(err)
				}
			}
			for _, rule := range c.rules {
				if !seen[rule] {
					t.Errorf("rule %d was not seen to be broken; seen: %v", rule, seen)
				}
			}
		})
	}
}
