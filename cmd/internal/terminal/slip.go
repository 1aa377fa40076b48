package terminal

import (
	"fmt"

	"smartpos/printer"
	"smartpos/txn"
)

// Receipt lays a slip's content out for the printer.
func Receipt(s txn.Slip) printer.Receipt {
	var r printer.Receipt
	centred := func(text string, size printer.Size, bold, invert bool) {
		if text != "" {
			r.Add(printer.Text{S: text, Align: printer.Center, Size: size, Bold: bold, Invert: invert})
		}
	}
	centred(s.Title, printer.Large, true, false)
	centred(s.Sub, printer.Normal, false, false)
	centred(s.Test, printer.Normal, false, true)
	centred(s.Mark, printer.Tall, true, false)
	centred(s.Copy, printer.Normal, false, false)
	r.Add(printer.Rule{})
	for _, row := range s.Rows {
		r.Add(printer.Pair{Left: row.Label, Right: row.Value})
	}
	if len(s.Items) > 0 {
		r.Add(printer.Rule{})
		for _, i := range s.Items {
			r.Add(printer.Columns{Cells: []printer.Cell{
				{S: i.Name},
				{S: fmt.Sprintf("x%d", i.Quantity), Width: 5, Align: printer.Right},
				{S: i.Amount().Decimal(), Width: 9, Align: printer.Right},
			}})
		}
	}
	r.Add(printer.Rule{})
	for i, row := range s.Total {
		size := printer.Normal
		if i == len(s.Total)-1 {
			size = printer.Large
		}
		r.Add(printer.Pair{Left: row.Label, Right: row.Value, Size: size, Bold: i == len(s.Total)-1})
	}
	if s.QR != "" {
		r.Add(printer.QR{Content: s.QR}) // as large as the paper takes, up to what a phone reads at arm's length
	}
	for _, n := range s.Notes {
		centred(n, printer.Normal, true, false)
	}
	if s.Copy == "" {
		// A code to be paid is no receipt: it has no footer.
		r.Add(printer.Feed{Lines: 1}, printer.Cut{})
		return r
	}
	r.Add(printer.Rule{})
	centred(s.Footer, printer.Normal, false, false)
	r.Add(printer.Feed{Lines: 1}, printer.Cut{})
	return r
}
