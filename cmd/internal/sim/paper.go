package sim

import (
	"time"

	"smartpos/txn"
)

const (
	printTime  = 2 * time.Second // of a slip
	statusIdle = 2 * time.Second // between questions to a printer that has nothing to do
)

// paper is the printer, which stops in the middle of a line and is mended by somebody after a while.
type paper struct {
	w     *world
	rng   *dice
	fault txn.PrintFault
}

func newPaper(w *world) *paper { return &paper{w: w, rng: w.newDice("printer")} }

// print prints a slip, or a part of it, or nothing.
func (p *paper) print(t *terminal, e txn.Print) {
	end := txn.PrintEnded{Job: e.Job, Fault: p.fault}
	if p.w.fair {
		p.fault, end.Fault = txn.PrintOK, txn.PrintOK
	}
	if end.Fault != txn.PrintOK {
		p.w.after(time.Second, func() { t.printed(end) })
		return
	}
	if s := p.rng.wrong(12); s != nil {
		p.fault = pick(s, txn.PrintPaperOut, txn.PrintCover, txn.PrintOffline, txn.PrintSilent, txn.PrintGone, txn.PrintCutter, txn.PrintHardware)
		end.Fault, end.Done = p.fault, pick(s, txn.PrintedNothing, txn.PrintedPart, txn.PrintedWhole)
		s.is(PaperNothing+Kind(end.Done), slipOrder(e.Slip), "%s", p.fault)
		p.w.after(between(s, 5*time.Second, 2*time.Minute), func() { p.fault = txn.PrintOK })
	}
	p.w.log(slipOrder(e.Slip), "print %s %s: %s", e.Slip.Copy, e.Slip.Mark, orWell(end.Fault))
	if end.Fault == txn.PrintOK || end.Done != txn.PrintedNothing {
		p.w.oracle.prints(e.Slip)
	}
	if end.Fault == txn.PrintOK && e.Slip.QRSize > 0 {
		p.w.customers.see(e.Slip.QR, true)
	}
	if s := p.rng.wrong(80); s != nil {
		s.is(CutPrinting, slipOrder(e.Slip), "")
		p.w.after(between(s, 0, printTime), func() { t.die("while it prints") })
	}
	p.w.after(printTime, func() { t.printed(end) })
}

func orWell(f txn.PrintFault) string {
	if f == txn.PrintOK {
		return "well"
	}
	return string(f)
}

// slipOrder is the order that a slip says it is about.
func slipOrder(s txn.Slip) txn.OrderNo {
	for _, r := range s.Rows {
		if r.Label == "商户单号" || r.Label == "原商户单号" {
			return txn.OrderNo(r.Value)
		}
	}
	return ""
}
