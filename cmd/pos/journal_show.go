package main

import (
	"encoding/json"
	"fmt"

	"smartpos/store"
	"smartpos/txn"
)

// journalShow is `pos journal show`: an order and every record that it is the sum of.
func journalShow(c *journalCall, args []string) int {
	asJSON := c.flags.Bool("json", false, "one JSON object: the order and its records")
	rest, code, ok := c.parse(args, 1)
	if !ok {
		return code
	}
	return c.read(func(j *store.Journal) error {
		o, entries, err := j.History(txn.OrderNo(rest[0]))
		if err != nil {
			return err
		}
		records := make([]store.Exported, len(entries))
		for i, e := range entries {
			if records[i], err = e.Export(); err != nil {
				return err
			}
		}
		if *asJSON {
			return printJSON(c.stdout, struct {
				Order   txn.Order        `json:"order"`
				Records []store.Exported `json:"records"`
			}{o, records})
		}
		if err := printOrder(c.stdout, o, false); err != nil {
			return err
		}
		for i, e := range entries {
			text, err := json.Marshal(records[i].Record)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(c.stdout, "\n%s  %s\n%s\n", clock(e.At), e, text); err != nil {
				return err
			}
		}
		return nil
	})
}
