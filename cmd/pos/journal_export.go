package main

import (
	"bufio"
	"encoding/json"
	"errors"

	"smartpos/store"
)

// journalExport is `pos journal export`: every record as a line of JSON, oldest first, without secrets.
func journalExport(c *journalCall, args []string) int {
	if _, code, ok := c.parse(args, 0); !ok {
		return code
	}
	return c.read(func(j *store.Journal) error {
		w := bufio.NewWriter(c.stdout)
		lines := json.NewEncoder(w)
		err := j.Walk(func(e store.Entry) error {
			x, err := e.Export()
			if err != nil {
				return err
			}
			return lines.Encode(x)
		})
		return errors.Join(err, w.Flush()) // what came before damage is whole
	})
}
