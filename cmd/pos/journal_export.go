package main

import (
	"bufio"
	"encoding/json"
	"errors"

	"smartpos/store"
)

// journalExport is `pos journal export`: every record as a line of JSON, oldest first, without secrets.
func journalExport(c *journalCall, args []string) int {
	found := c.flags.Bool("found", false, "of a damaged journal, every record that holds")
	if _, code, ok := c.parse(args, 0); !ok {
		return code
	}
	w := bufio.NewWriter(c.stdout)
	lines := json.NewEncoder(w)
	line := func(e store.Entry) error {
		x, err := e.Export()
		if err != nil {
			return err
		}
		return lines.Encode(x)
	}
	if !*found {
		return c.read(func(j *store.Journal) error { return errors.Join(j.Walk(line), w.Flush()) }) // what came before damage is whole
	}
	cfg, err := c.config()
	if err == nil {
		err = errors.Join(store.Found(c.dir(), cfg, line), w.Flush())
	}
	return c.failed(err)
}
