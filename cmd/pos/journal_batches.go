package main

import (
	"cmp"
	"fmt"
	"io"

	"smartpos/store"
	"smartpos/txn"
)

// settled is a settlement as it is listed.
type settled struct {
	txn.BatchClosed
	Head string `json:"head"` // of the chain right behind it, as the slip shows it
}

// listBatches is `pos journal list -batches`: one settlement a line, oldest first, or the latest n.
func (c *journalCall) listBatches(n int, asJSON bool) int {
	show := func(s settled) error { return printBatch(c.stdout, s, asJSON) }
	return c.read(func(j *store.Journal) error {
		latest := ring[settled]{size: n}
		err := j.Walk(func(e store.Entry) error {
			r, ok := e.Record.(*txn.BatchClosed)
			if !ok {
				return nil
			}
			s := settled{*r, store.Witness{Record: e.Sequence, Head: store.Head(e.Hash).Short()}.String()}
			if n == 0 {
				return show(s)
			}
			latest.add(s)
			return nil
		})
		if err != nil {
			return err
		}
		return latest.each(show)
	})
}

// printBatch writes a settlement as one line, for people or for programs, and for people its rows below it.
func printBatch(w io.Writer, s settled, asJSON bool) error {
	if asJSON {
		return printJSON(w, s)
	}
	_, err := fmt.Fprintf(w, "batch %d  %s  records %d-%d  by %s  %s\n", s.No, clock(s.At), s.From, s.Through, cmp.Or(s.By, s.Operator), s.Head)
	for _, r := range s.Rows {
		if err != nil {
			return err
		}
		name := string(r.Method)
		if r.Network != "" {
			name = string(r.Network) + " " + name
		}
		amount := func(sum txn.Sum) string {
			return fmt.Sprintf("%d %s", sum.N, txn.Money{Fen: sum.Fen, Currency: r.Currency})
		}
		_, err = fmt.Fprintf(w, "  %-16s  sales %s  refunds %s  voids %s  carried over: unconfirmed %s, open %s, refunds %s\n",
			name, amount(r.Sales), amount(r.Refunds), amount(r.Voids), amount(r.Unconfirmed), amount(r.Open), amount(r.Refunding))
	}
	return err
}
