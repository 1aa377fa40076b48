package daybook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/reconcile"
)

// Network is one of the terminal's, and its number for the merchant; an empty one is not checked.
type Network struct {
	ID       txn.NetworkID
	Merchant string
}

// Desk is where days are reconciled. Its methods are not safe for concurrent use.
type Desk struct {
	Networks []Network
	Orders   func(func(txn.Order) error) error // every order, oldest first, as store.Journal.List gives them
	// Bill asks a network for a day's bill; nil: no network is asked.
	Bill   func(ctx context.Context, id txn.NetworkID, day time.Time) (pay.BillAnswer, error)
	Folder string // where bills lie that somebody brought; empty: nowhere
	Carry  string // the file of carries; empty: nothing is handed on
}

// Books are what came of one network: a result, or the error that there is none for.
type Books struct {
	Network txn.NetworkID
	File    string // the bill's; empty for a day without trade
	Bill    *reconcile.Bill
	Result  *reconcile.Result
	Err     error // ErrNotReady, a *pay.Error, a *reconcile.Error, or of the file system
}

// Report is a day's reconciliation.
type Report struct {
	Day   time.Time // its first moment in China
	Books []Books   // in the order of the networks
	Carry error     // what waited could not be read or kept; the rest holds
}

// ErrNotReady is returned for a network that has not made the day's bill yet.
var ErrNotReady = errors.New("the bill is not made yet: networks make it until 10:00 on the next day")

// Reconcile fetches the bills of a day and matches them. Where a network can't be reached, its bill is looked for in the
// folder.
func (d *Desk) Reconcile(ctx context.Context, day time.Time) Report {
	report := Report{Day: midnight(day)}
	for _, n := range d.Networks {
		report.Books = append(report.Books, d.fetch(ctx, n.ID, report.Day))
	}
	if report.Err() != nil {
		d.bring(&report)
	}
	d.match(&report)
	return report
}

// bring takes the bills that networks did not give from the folder. Of a network that is out, a file that can't be read may
// be the bill: that is what its cashier can do something about.
func (d *Desk) bring(r *Report) {
	brought, bad := search(d.Folder, r.Day)
	for i, b := range r.Books {
		switch bill := brought[b.Network]; {
		case b.Err == nil:
		case bill != nil:
			r.Books[i] = Books{Network: b.Network, File: bill.File, Bill: bill}
		case bad != nil && pay.FaultOf(b.Err) == txn.FaultNotSent:
			r.Books[i].Err = bad
		}
	}
}

// fetch gets a network's bill.
func (d *Desk) fetch(ctx context.Context, id txn.NetworkID, day time.Time) Books {
	books := Books{Network: id}
	if d.Bill == nil {
		books.Err = &pay.Error{Network: id, Op: txn.OpBill, Fault: txn.FaultNotSent}
		return books
	}
	a, err := d.Bill(ctx, id, day)
	switch {
	case err != nil:
		books.Err = err
	case a.Status == txn.StatusWaiting:
		books.Err = ErrNotReady
	case a.Status == txn.StatusNotFound: // nothing was booked: a bill without a line
		books.Bill = &reconcile.Bill{Network: id, Checked: true}
	default:
		books.File = a.Name
		books.Bill, books.Err = reconcile.Read(a.Name, a.Data)
	}
	return books
}

// Files matches bills that were read from files, all of one day: the one given, or else the one that they are of.
func (d *Desk) Files(day time.Time, bills []*reconcile.Bill) (Report, error) {
	for _, b := range bills {
		if day.IsZero() {
			day = b.DayOf()
		}
	}
	if day.IsZero() {
		return Report{}, errors.New("no bill says which day it is of: name the day")
	}
	report := Report{Day: midnight(day)}
	seen := map[txn.NetworkID]bool{}
	for _, b := range bills {
		if seen[b.Network] {
			return report, fmt.Errorf("%q: a second bill of %s for one day", b.File, b.Network)
		}
		seen[b.Network] = true
		report.Books = append(report.Books, Books{Network: b.Network, File: b.File, Bill: b})
	}
	d.match(&report)
	return report, nil
}

// cut is how long before midnight an item may be the next day's on the other side. UnionPay's day ends at 23:00.
func cut(id txn.NetworkID) time.Duration {
	if id == txn.UnionPay {
		return time.Hour + reconcile.DefaultCut
	}
	return reconcile.DefaultCut
}

// match compares every bill with what is ours, and keeps what the day hands on.
func (d *Desk) match(r *Report) {
	carried, err := loadCarries(d.Carry)
	r.Carry = err
	ours, err := d.entries(r)
	matched := false
	for i := range r.Books {
		b := &r.Books[i]
		if b.Err == nil {
			b.Err = err
		}
		if b.Err != nil {
			continue
		}
		b.Result, b.Err = reconcile.Match(reconcile.Options{
			Day: r.Day, Merchant: d.merchant(b.Network), Cut: cut(b.Network), Before: carried.before(b.Network, r.Day),
		}, ours[b.Network], b.Bill)
		if b.Err == nil {
			carried.set(b.Network, r.Day, b.Result.Carry)
			matched = true
		}
	}
	if matched && !errors.Is(r.Carry, errNewer) {
		r.Carry = errors.Join(r.Carry, carried.save(d.Carry))
	}
}

func (d *Desk) merchant(id txn.NetworkID) string {
	for _, n := range d.Networks {
		if n.ID == id {
			return n.Merchant
		}
	}
	return ""
}

// around is how far from the day entries are looked at that no bill names: more than any cut.
const around = 24 * time.Hour

// entries are ours, by network: those of about the day, and those that a bill names whenever they were.
func (d *Desk) entries(r *Report) (map[txn.NetworkID][]reconcile.Entry, error) {
	named := map[string]bool{}
	for _, b := range r.Books {
		if b.Bill == nil {
			continue
		}
		for _, l := range b.Bill.Lines {
			named[l.Order] = true
		}
	}
	ours := map[txn.NetworkID][]reconcile.Entry{}
	err := d.Orders(func(o txn.Order) error {
		for _, e := range reconcile.Entries(o) {
			near := !e.At.Before(r.Day.Add(-around)) && e.At.Before(r.Day.Add(2*around))
			if near || named[e.Order] {
				ours[o.Network] = append(ours[o.Network], e)
			}
		}
		return nil
	})
	return ours, err
}

// midnight is the first moment of a time's day in China.
func midnight(t time.Time) time.Time {
	y, m, d := t.In(txn.BusinessZone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, txn.BusinessZone)
}

// date names a day.
func date(day time.Time) string { return day.In(txn.BusinessZone).Format(time.DateOnly) }

// Clean reports whether every network had a bill and nothing is left for a person to look into.
func (r Report) Clean() bool {
	for _, b := range r.Books {
		if b.Err != nil || !b.Result.Clean() {
			return false
		}
	}
	return true
}

// Err joins why networks have no result.
func (r Report) Err() error {
	var errs []error
	for _, b := range r.Books {
		if b.Err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", b.Network, b.Err))
		}
	}
	return errors.Join(errs...)
}
