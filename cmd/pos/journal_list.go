package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"smartpos/store"
	"smartpos/txn"
)

// maxLatest bounds what -n keeps in memory.
const maxLatest = 10_000

// journalList is `pos journal list`: one order a line, oldest first, as they are read.
func journalList(c *journalCall, args []string) int {
	day := c.flags.String("day", "", "only orders begun on this day in UTC+8, 2026-03-01")
	state := c.flags.String("state", "", "only orders in this state: open, unknown, closing, reversing, paid …, or pending")
	n := c.flags.Int("n", 0, "only the latest n of them")
	batches := c.flags.Bool("batches", false, "settlements, not orders")
	asJSON := c.flags.Bool("json", false, "one JSON object a line")
	if _, code, ok := c.parse(args, 0); !ok {
		return code
	}
	if _, err := time.Parse(time.DateOnly, *day); *day != "" && err != nil {
		return c.misused("-day 2026-03-01, not %q", *day)
	}
	if *state != "" && !slices.Contains(listedStates, *state) {
		return c.misused("-state %s, not %q", strings.Join(listedStates, ", "), *state)
	}
	if *n < 0 || *n > maxLatest {
		return c.misused("-n 0 to %d, not %d", maxLatest, *n)
	}
	if *batches {
		if *day != "" || *state != "" {
			return c.misused("-batches without -day and -state")
		}
		return c.listBatches(*n, *asJSON)
	}
	show := func(o txn.Order) error { return printOrder(c.stdout, o, *asJSON) }
	return c.read(func(j *store.Journal) error {
		latest := ring[txn.Order]{size: *n}
		err := j.List(func(o txn.Order) error {
			switch {
			case *day != "" && o.Created.In(txn.BusinessZone).Format(time.DateOnly) != *day, !inState(o, *state):
				return nil
			case *n == 0:
				return show(o)
			}
			latest.add(o)
			return nil
		})
		if err != nil {
			return err
		}
		return latest.each(show)
	})
}

// listedStates are what -state takes: those of orders, and pending, which is what the terminal still works on.
var listedStates = []string{
	string(txn.Open), string(txn.Unknown), string(txn.Closing), string(txn.Reversing), string(txn.Unconfirmed), string(txn.Paid),
	string(txn.Failed), string(txn.Closed), string(txn.Reversed), string(txn.Disputed), "pending",
}

func inState(o txn.Order, state string) bool {
	return state == "" || string(o.State) == state || state == "pending" && o.Pending()
}

// printOrder writes an order as one line, for people or for programs.
func printOrder(w io.Writer, o txn.Order, asJSON bool) error {
	if asJSON {
		return printJSON(w, o)
	}
	how := string(o.Method)
	if o.Network != "" {
		how = string(o.Network) + " " + how
	}
	var notes []string
	if o.Exception != "" {
		notes = append(notes, string(o.Exception))
	}
	if o.State == txn.Paid && !o.Printed {
		notes = append(notes, "not printed")
	}
	_, err := fmt.Fprintf(w, "%-24s  %s  %12s  %-9s  %-16s  %s\n", o.No, clock(o.Created), o.Amount, o.State, how, strings.Join(notes, ", "))
	return err
}

// printJSON writes v without secrets as one line.
func printJSON(w io.Writer, v any) error {
	text, err := store.Redacted(v)
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(text)
}

// clock writes a time as slips do.
func clock(t time.Time) string { return t.In(txn.BusinessZone).Format(time.DateTime) }

// ring keeps the latest of what is added.
type ring[T any] struct {
	size, next int
	kept       []T
}

func (r *ring[T]) add(v T) {
	if len(r.kept) < r.size {
		r.kept = append(r.kept, v)
		return
	}
	r.kept[r.next] = v
	r.next = (r.next + 1) % r.size
}

// each calls fn for what was kept, oldest first, until it returns an error.
func (r *ring[T]) each(fn func(T) error) error {
	for i := range r.kept {
		if err := fn(r.kept[(r.next+i)%len(r.kept)]); err != nil {
			return err
		}
	}
	return nil
}
