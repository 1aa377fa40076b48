package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/signal"
	"syscall"
	"time"

	"smartpos/cmd/internal/daybook"
	"smartpos/cmd/internal/terminal"
	"smartpos/device"
	"smartpos/store"
	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/reconcile"
)

// Exit codes of reconcile.
const (
	exitMatched   = 0
	exitDifferent = 1
	exitCouldNot  = 2
)

// reconcileDay compares the journal with bills from files, or with those that the networks give out.
func reconcileDay(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("pos reconcile", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	profile := flags.String("profile", defaultProfile, "the board profile")
	text := flags.String("day", "", "the day, such as 2026-11-27; without files: yesterday")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitOK
		}
		return exitUsage
	}
	p, err := device.LoadProfile(*profile)
	if err == nil {
		err = ownBoard(p)
	}
	if err != nil {
		fmt.Fprintf(stderr, "pos: %v\n", err)
		return exitProfile
	}
	stdout, stderr = plain{stdout}, plain{stderr} // names of files and lines of bills are somebody else's
	report, err := daysReport(p, *text, flags.Args())
	if err != nil {
		fmt.Fprintf(stderr, "pos reconcile: %v\n", err)
		return exitCouldNot
	}
	return printReport(report, stdout, stderr)
}

// daysReport reconciles the day.
func daysReport(p *device.Profile, text string, files []string) (r daybook.Report, err error) {
	var day time.Time
	switch {
	case text != "":
		if day, err = time.ParseInLocation(time.DateOnly, text, txn.BusinessZone); err != nil {
			return r, fmt.Errorf("-day %.20q: write it as 2026-11-27", text)
		}
	case len(files) == 0:
		day = time.Now().AddDate(0, 0, -1)
	}
	var bills []*reconcile.Bill
	for _, f := range files { // before anything else: what can't be read changes nothing
		b, err := daybook.ReadBill(f)
		if err != nil {
			return r, err
		}
		bills = append(bills, b)
	}
	j, err := terminal.OpenJournal(p, store.Config{ReadOnly: true})
	switch {
	case errors.Is(err, txn.ErrJournalBusy):
		return r, fmt.Errorf("%w: while the terminal runs, use its menu (菜单 6)", err)
	case err != nil:
		return r, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	desk := terminal.Desk(p, j.List)
	if len(files) > 0 {
		return desk.Files(day, bills)
	}
	desk.Bill = func(ctx context.Context, id txn.NetworkID, day time.Time) (pay.BillAnswer, error) {
		return terminal.BillOf(ctx, p, id, day)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return desk.Reconcile(ctx, day), nil
}

// printReport says what agrees and each difference, sorted by class.
func printReport(r daybook.Report, stdout, stderr io.Writer) int {
	for _, b := range r.Books {
		if b.Err != nil {
			fmt.Fprintf(stderr, "pos reconcile: %s %s: %v\n", r.Day.Format(time.DateOnly), b.Network, b.Err)
			continue
		}
		t := b.Result.Total()
		fmt.Fprintf(stdout, "%s %s %s\n  账单 %s\n  本机 %s\n", r.Day.Format(time.DateOnly), b.Network, orNone(b.File), totals(t.Bill), totals(t.Ours))
	}
	for class := reconcile.Agreed; class <= reconcile.InDoubt; class++ {
		printClass(r, class, stdout)
	}
	if r.Carry != nil {
		fmt.Fprintf(stderr, "pos reconcile: %v\n", r.Carry)
	}
	switch {
	case r.Err() != nil:
		return exitCouldNot
	case !r.Clean():
		return exitDifferent
	}
	return exitMatched
}

// printClass prints a class: how many there are, and each but those that agree.
func printClass(r daybook.Report, class reconcile.Class, w io.Writer) {
	n := 0
	for _, b := range r.Books {
		if b.Result != nil {
			n += b.Result.Sums[class].Items
		}
	}
	fmt.Fprintf(w, "%s %d 笔", class, n)
	if n > 0 && class != reconcile.Agreed {
		fmt.Fprintf(w, "：%s", class.Do())
	}
	fmt.Fprintln(w)
	for _, b := range r.Books {
		if b.Result == nil {
			continue
		}
		for _, d := range b.Result.Differences {
			if d.Class == class {
				ours, bill := d.Sides()
				fmt.Fprintf(w, "  %s %s 本机 %s 账单 %s：%s\n", b.Network, d.Key, side(ours), side(bill), d.Why)
			}
		}
	}
}

// side writes an amount, or that there is none.
func side(fen *int64) string {
	if fen == nil {
		return "无"
	}
	return txn.Yuan(*fen).String()
}

func totals(t reconcile.Totals) string {
	return fmt.Sprintf("收款 %d 笔 %s，退回 %d 笔 %s", t.Payments, txn.Yuan(t.PaidFen), t.Refunds, txn.Yuan(t.RefundFen))
}

func orNone(file string) string {
	if file == "" {
		return "当日无账单"
	}
	return file
}
