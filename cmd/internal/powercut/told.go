package powercut

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
)

var (
	// A display that is read while it is drawn may have its new title, and below it still what the standing line tells of
	// another order, whose number is in brackets there.
	displayOrder = regexp.MustCompile(`(?s)[¥￥](\d+)\.(\d\d).*?[^(]单号 *(\d{6})`)
	paperOrder   = regexp.MustCompile(`商户单号\s+([0-9A-Z]{9,32})\s`)
	paperRefund  = regexp.MustCompile(`(?m)^\s*退款单号\s+([0-9A-Z]{9,32})\s`)
)

// look takes down what the display says.
func (k *books) look(text string) {
	heard := k.shown
	switch {
	case strings.Contains(text, saysPaid):
	case strings.Contains(text, saysRefunded):
		heard = k.refunded
	case strings.Contains(text, saysUnconfirmed):
		heard = k.unconfirmed
	case strings.Contains(text, saysEnrolled):
		k.enrolled = true
		return
	default:
		return
	}
	order := displayOrder.FindStringSubmatch(text)
	if order == nil {
		return
	}
	fen, err := strconv.ParseInt(order[1]+order[2], 10, 64)
	if err == nil {
		heard[order[3]] = fen
	}
}

// slips takes down what one run printed. A slip that the power cut short of its number proves nothing.
func (k *books) slips(paper string) {
	for slip := range strings.SplitSeq(paper, "✂") {
		order, refund := paperOrder.FindStringSubmatch(slip), paperRefund.FindStringSubmatch(slip)
		for _, copy := range []string{"商户存根", "顾客存根"} {
			if order == nil || !strings.Contains(slip, copy) {
				continue
			}
			no := order[1]
			switch {
			case strings.Contains(slip, "原商户单号") && refund == nil:
				continue
			case refund != nil:
				no = refund[1]
				k.refundSlips[txn.RefundNo(no)] = true
			case strings.Contains(slip, saysUnconfirmed):
				k.offlineSlips[txn.OrderNo(no)] = true
			default:
				k.receipts[txn.OrderNo(no)] = true
			}
			if !strings.Contains(slip, "重打印") && !strings.Contains(slip, "补打") {
				k.originals[no+" "+copy]++
			}
		}
	}
}

// told holds what the world was told against the journal.
func (k *books) told(now map[txn.OrderNo]txn.Order, ledger paynet.Ledger) error {
	for _, a := range ledger.Orders {
		if _, ok := now[txn.OrderNo(a.Order)]; !ok {
			return fmt.Errorf("order %s was sent to its network and is not in the journal", a.Order)
		}
	}
	short, drawer := map[string]txn.Order{}, 0
	for no, o := range now {
		short[no.Short()] = o
		if o.Method == txn.Cash {
			drawer += 1 + len(o.Refunds)
		}
	}
	for order, fen := range k.shown {
		if o := short[order]; o.State != txn.Paid || o.Amount.Fen != fen {
			return fmt.Errorf("the display called %s paid with %s; the journal says %q, %s", order, yuan(fen), o.State, o.Amount)
		}
	}
	for no := range k.receipts {
		if o := now[no]; o.State != txn.Paid {
			return fmt.Errorf("order %s has a receipt; the journal says %q", no, o.State)
		}
	}
	for slip, n := range k.originals {
		if n > 1 {
			return fmt.Errorf("%d originals of %s", n, slip)
		}
	}
	if k.kicks > drawer {
		return fmt.Errorf("the drawer opened %d times for %d payments and refunds in cash", k.kicks, drawer)
	}
	if err := k.toldOfRefunds(short, now); err != nil {
		return err
	}
	return k.toldOffline(short, now)
}

// toldOfRefunds holds that money that was called given back stands in the journal as that.
func (k *books) toldOfRefunds(short map[string]txn.Order, now map[txn.OrderNo]txn.Order) error {
	for order, fen := range k.refunded {
		if o := short[order]; o.GivenBack().Fen < fen {
			return fmt.Errorf("the display called %s of %s given back; the journal says %s", yuan(fen), order, o.GivenBack())
		}
	}
	for no := range k.refundSlips {
		order := txn.OrderNo(no[:max(0, len(no)-len("R01"))])
		if r, ok := now[order].Refund(no); !ok || r.State != txn.RefundDone {
			return fmt.Errorf("refund %s has a slip; the journal says %q", no, r.State)
		}
	}
	return nil
}

// toldOffline holds that an offline code that was called answered is that in the journal, whatever became of it since.
func (k *books) toldOffline(short map[string]txn.Order, now map[txn.OrderNo]txn.Order) error {
	answered := func(o txn.Order) bool { return o.Offline != nil && o.Offline.Answered }
	for order, fen := range k.unconfirmed {
		if o := short[order]; !answered(o) || o.Amount.Fen != fen {
			return fmt.Errorf("the display called %s unconfirmed with %s; the journal says %q, %s, %+v", order, yuan(fen), o.State, o.Amount, o.Offline)
		}
	}
	for no := range k.offlineSlips {
		if o := now[no]; !answered(o) {
			return fmt.Errorf("order %s has a slip that calls it unconfirmed; the journal says %q, %+v", no, o.State, o.Offline)
		}
	}
	return nil
}

// counted holds that no power cut gave a try back, nor took a supervisor away: what the display called counted, and what
// the journal had counted before, is counted.
func (k *books) counted(till txn.Till) error {
	now, there := till.Operator(supervisor)
	before, was := k.till.Operator(supervisor)
	switch {
	case (k.enrolled || was) && !there:
		return fmt.Errorf("supervisor %s was enrolled, and is gone", supervisor)
	case now.Tries < k.wrongPINs:
		return fmt.Errorf("%d wrong PINs were called counted; the journal says %d", k.wrongPINs, now.Tries)
	case !k.rightPIN && now.Tries < before.Tries:
		return fmt.Errorf("%d PINs were counted, nobody keyed in the right one, and the journal says %d", before.Tries, now.Tries)
	case till.Offline.Tries < k.wrongAnswers:
		return fmt.Errorf("%d answers were called wrong; the journal says %d", k.wrongAnswers, till.Offline.Tries)
	}
	k.rightPIN = false
	return nil
}
