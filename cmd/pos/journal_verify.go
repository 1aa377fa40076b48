package main

import (
	"errors"
	"fmt"
	"time"

	"smartpos/store"
	"smartpos/txn"
)

// verdict is what `pos journal verify` found.
type verdict struct {
	Holds       bool       `json:"holds"`
	Error       string     `json:"error,omitempty"` // the first thing that doesn't hold
	Format      int        `json:"format,omitempty"`
	Incarnation string     `json:"incarnation,omitempty"`
	Created     *time.Time `json:"created,omitempty"`
	Gone        uint64     `json:"gone,omitempty"`        // latest record that was pruned; the journal begins behind it
	GoneOrders  uint64     `json:"gone_orders,omitempty"` // latest order that was
	Records     uint64     `json:"records"`               // the latest of those that hold from the first on
	Orders      uint64     `json:"orders"`                // the latest of those that hold from the first on
	Found       uint64     `json:"found"`                 // records anywhere that hold
	Head        store.Head `json:"head"`                  // the latest of those that hold from the first on
	Short       string     `json:"short"`                 // … as a slip shows it
	Bytes       int64      `json:"bytes,omitempty"`
}

// journalVerify is `pos journal verify`: it checks everything, and of a damaged journal says what is intact.
func journalVerify(c *journalCall, args []string) int {
	asJSON := c.flags.Bool("json", false, "one JSON object")
	head := c.flags.String("head", "", "a head on a settlement slip, 1234-89AB-CDEF-0123-4567: the chain must hold it")
	if _, code, ok := c.parse(args, 0); !ok {
		return code
	}
	witness, err := parseHead(*head)
	if err != nil {
		return c.misused("-head as the slip shows it: %v", err)
	}
	cfg, err := c.config()
	if err != nil {
		return c.failed(err)
	}
	v, err := verify(c.dir(), cfg, witness)
	if err != nil && (!errors.Is(err, txn.ErrJournalDamaged) && !errors.Is(err, store.ErrWitness) || errors.Is(err, store.ErrKey)) { // under another key nothing can be said
		return c.failed(err)
	}
	v.Short = store.Witness{Record: v.Records, Head: v.Head.Short()}.String()
	if err != nil {
		v.Error = err.Error()
	}
	if *asJSON {
		return cmpCode(c.failed(printJSON(c.stdout, v)), err)
	}
	if v.Holds {
		fmt.Fprintf(c.stdout, "format %d, incarnation %s, made %s, %d bytes\n", v.Format, v.Incarnation, clock(*v.Created), v.Bytes)
		fmt.Fprintf(c.stdout, "everything holds: %d records, %d orders\n", v.Records-v.Gone, v.Orders-v.GoneOrders)
		if witness != nil {
			fmt.Fprintf(c.stdout, "and the head %s\n", witness)
		}
	} else {
		fmt.Fprintf(c.stdout, "intact from the first on: %d records, %d orders; %d records anywhere\n", v.Records-v.Gone, v.Orders-v.GoneOrders, v.Found)
	}
	if v.Gone > 0 {
		fmt.Fprintf(c.stdout, "pruned before that: records to %d, orders to %d, which a backup holds\n", v.Gone, v.GoneOrders)
	}
	hex, _ := v.Head.MarshalText() // never fails
	fmt.Fprintf(c.stdout, "head: %s\n      %s\n", v.Short, hex)
	return c.failed(err)
}

// cmpCode is the code of an error in writing, or else that of err.
func cmpCode(written int, err error) int {
	if written != exitOK || err == nil {
		return written
	}
	return journalCode(err)
}

// verify checks the journal in dir, and that it holds a witness if there is one. The error is the first thing that doesn't
// hold.
func verify(dir string, cfg store.Config, witness *store.Witness) (v verdict, err error) {
	j, err := store.Open(dir, cfg)
	if err == nil {
		info, infoErr := j.Info()
		var rep store.Report
		if rep, err = j.Verify(); err == nil && witness != nil {
			err = j.Holds(*witness)
		}
		err = errors.Join(err, infoErr, j.Close())
		v = verdict{
			Holds: err == nil, Format: info.Format, Incarnation: info.Incarnation, Created: &info.Created, Bytes: info.Bytes,
			Gone: rep.Gone, GoneOrders: rep.GoneOrders, Records: rep.Records, Orders: rep.Orders, Found: rep.Records - rep.Gone, Head: info.Head,
		}
	}
	if !errors.Is(err, txn.ErrJournalDamaged) {
		return v, err
	}
	in, _ := store.Inspect(dir, cfg) // err says it already
	v.Gone, v.GoneOrders, v.Records, v.Orders = in.Gone, in.GoneOrders, in.Records, in.Orders
	v.Found, v.Head = in.Found, in.Head
	return v, err
}
