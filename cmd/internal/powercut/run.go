package powercut

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"smartpos/cmd/internal/board"
	bootimage "smartpos/cmd/internal/image"
	"smartpos/device/qemu/nbd"
	"smartpos/txn"
	"smartpos/txn/pay/paynet"
)

// Options say which board loses its power, and how often.
type Options struct {
	Image *board.Image
	Dir   string // the board's; what it holds stays
	Seed  uint64
	Cuts  int
	Lying bool // the negative control: the disk acknowledges flushes and does nothing
	Log   func(format string, args ...any)
}

// Report counts what happened.
type Report struct {
	Cuts    map[string]int // by where the power went: "disk-write", "printer-byte", "request", "start", "at any time"
	During  map[string]int // by the sale that was under way, or came next
	Sales   int            // seen through to their end
	Orders  int            // in the journal
	Paid    int            // of these
	Refunds int            // of these
	Offline int            // codes made without a network, of these
	Records uint64
	Kept    int // sectors that were written, not flushed, and stayed as they were written
	Lost    int // and that became again what they had been some time before
	Losing  int // cuts that lost some
	Settled int // orders that a cut left open, and that got their outcome at rest
}

// newReport is one of nothing.
func newReport() Report { return Report{Cuts: map[string]int{}, During: map[string]int{}} }

// Add adds what happened to another board.
func (r *Report) Add(o Report) {
	for where, n := range o.Cuts {
		r.Cuts[where] += n
	}
	for what, n := range o.During {
		r.During[what] += n
	}
	r.Sales, r.Orders, r.Paid, r.Records = r.Sales+o.Sales, r.Orders+o.Orders, r.Paid+o.Paid, r.Records+o.Records
	r.Refunds, r.Offline = r.Refunds+o.Refunds, r.Offline+o.Offline
	r.Kept, r.Lost, r.Losing, r.Settled = r.Kept+o.Kept, r.Lost+o.Lost, r.Losing+o.Losing, r.Settled+o.Settled
}

// Total is how often the power went.
func (r Report) Total() (n int) {
	for _, cuts := range r.Cuts {
		n += cuts
	}
	return n
}

// String is the report in one line.
func (r Report) String() string {
	return fmt.Sprintf("%d cuts %v, during %v, %d of them lost sectors not flushed (%d lost, %d kept); "+
		"%d sales seen through, %d orders, %d paid, %d refunds, %d offline codes, %d records; %d orders that a cut left open were settled",
		r.Total(), r.Cuts, r.During, r.Losing, r.Lost, r.Kept, r.Sales, r.Orders, r.Paid, r.Refunds, r.Offline, r.Records, r.Settled)
}

// anyTime names the cuts that no point made, and atStart those at a step of the disk from power on.
const (
	anyTime = "at any time"
	atStart = "start"
)

// settings make a terminal quick, so that a round takes seconds, and patient with a network behind an emulated processor:
// what it does stays the same.
var settings = []string{
	"sale.copies=1", "sale.poll_show=300ms", "sale.poll_scan=500ms", "sale.show_expiry=10s", "sale.show_margin=2s",
	"sale.scan_limit=40s", "sale.reverse_after=1s", "sale.request_timeout=30s",
	"offline.enabled=true", "offline.expiry=60s", "offline.count=50",
}

// run is one board and what was done to it.
type run struct {
	o      Options
	b      *board.Board
	books  *books
	report Report
	number int
	round  round
	struck atomic.Bool // the power went at the round's step of the start
}

// Run does it. A [*Loss] is what the test is for; any other error is that something is wrong with the emulation.
func Run(ctx context.Context, o Options) (report Report, err error) {
	r := &run{o: o, books: newBooks(), report: newReport()}
	if r.books.safe, err = newSafe(); err != nil {
		return r.report, err
	}
	r.b, err = board.Open(board.Options{
		Dir: o.Dir, Image: o.Image, Overrides: append(r.books.safe.settings(), settings...), Scale: 6,
		Disk: board.DiskOptions{Lying: o.Lying, Luck: func() uint64 { return r.round.luck }, Remains: r.remains, Start: r.startStep},
	})
	if err != nil {
		return r.report, err
	}
	defer func() { err = errors.Join(err, r.b.Close()) }()
	if err := r.b.Break(board.Faults{Refunds: string(paynet.RefundQuick)}); err != nil {
		return r.report, err
	}
	for r.number = 1; r.number <= o.Cuts; r.number++ {
		r.round = plan(o.Seed, r.number)
		err := r.play(ctx)
		if err == nil && r.number == o.Cuts {
			err = r.settle(ctx)
		}
		if err != nil {
			return r.report, r.loss(err)
		}
	}
	return r.report, nil
}

// loss puts the number of the cut into a Loss.
func (r *run) loss(err error) error {
	var l *Loss
	if errors.As(err, &l) {
		l.Cut = r.number
	}
	return err
}

// remains hears what a cut did to the disk.
func (r *run) remains(m nbd.Remains) {
	r.report.Kept += m.Kept
	r.report.Lost += m.Lost
	if m.Lost > 0 {
		r.report.Losing++
	}
}

// startStep is at which step of the disk the power goes while the board starts.
func (r *run) startStep() (n int, struck func()) {
	return r.round.start, func() { r.struck.Store(true) }
}

// play is one round.
func (r *run) play(ctx context.Context) error {
	began := time.Now()
	where, during := atStart, r.round.sales[0].kind
	err := r.on(ctx)
	if err == nil && !r.struck.Load() {
		t := &till{b: r.b, books: r.books, round: r.round, began: time.Now()}
		if err = t.sell(ctx); err != nil {
			return fmt.Errorf("round %d (%s): %w\n%s", r.number, r.round, err, r.b.Log(4000))
		}
		r.report.Sales += t.sold
		during = t.serving
		if !r.struck.Load() {
			where = anyTime
		}
	}
	if err != nil {
		return err
	}
	if cut := r.b.Power().Cut; where == anyTime && cut != "now" {
		where, _, _ = strings.Cut(cut, " ")
	}
	r.report.Cuts[where]++
	r.report.During[during.String()]++
	if err := r.check(ctx); err != nil {
		return fmt.Errorf("round %d (%s): %w\n%s", r.number, r.round, err, r.b.Log(4000))
	}
	r.o.Log("%d: %s; it went: %s; %d orders, %d records; %.1f s", r.number, r.round, where, r.report.Orders, r.report.Records, time.Since(began).Seconds())
	return nil
}

// on gives the board power. Where a busy host did not let it boot in time, that was one more power cut, and it gets a
// second chance: a terminal that does not start does not start then either.
func (r *run) on(ctx context.Context) error {
	r.struck.Store(false)
	err := r.b.PowerOn(ctx)
	if r.struck.Load() {
		return r.b.PowerCut() // it is off by now, or about to be
	}
	if errors.Is(err, context.DeadlineExceeded) {
		r.o.Log("%d: it did not boot in time; once more", r.number)
		err = r.b.PowerOn(ctx)
	}
	if err != nil {
		return &Loss{What: fmt.Sprintf("the terminal does not start: %v", err)}
	}
	return nil
}

// check holds what is on the disk against what the world was told, with the power off.
func (r *run) check(ctx context.Context) error {
	log := r.b.Log(1 << 20)
	for _, bad := range []string{"panic:", "fatal error:", "PROBLEM data"} {
		if strings.Contains(log, bad) {
			return &Loss{What: "the console says " + bad}
		}
	}
	r.books.slips(r.b.Paper().Text())
	r.books.kicks = r.b.State().Paper.Kicks
	r.b.Tear()
	dir, remove, err := r.b.Data(ctx)
	if errors.Is(err, bootimage.ErrData) {
		return &Loss{What: fmt.Sprintf("the data partition: %v", err), OnDisk: true}
	}
	if err != nil {
		return err
	}
	key, err := r.b.JournalKey()
	if err != nil {
		return errors.Join(err, remove())
	}
	if err := r.books.audit(dir, key, r.b.Ledger()); err != nil {
		return errors.Join(&Loss{What: err.Error(), OnDisk: true}, remove())
	}
	r.report.Orders, r.report.Records = len(r.books.orders), r.books.records
	r.report.Paid, r.report.Refunds, r.report.Offline = 0, 0, 0
	for _, o := range r.books.orders {
		r.report.Refunds += len(o.Refunds)
		if o.Offline != nil {
			r.report.Offline++
		}
		if o.State == txn.Paid {
			r.report.Paid++
		}
	}
	return remove()
}

// settle lets the terminal find out what came of every order, and then cuts the power, too.
func (r *run) settle(ctx context.Context) error {
	open := len(r.books.unresolved())
	r.round = round{armed: never, luck: r.round.luck}
	if err := r.on(ctx); err != nil {
		return err
	}
	t := &till{b: r.b, books: r.books, round: r.round}
	if err := t.rest(ctx); err != nil {
		return fmt.Errorf("at rest: %w\n%s", err, r.b.Log(4000))
	}
	if err := r.b.PowerCut(); err != nil {
		return err
	}
	if err := r.check(ctx); err != nil {
		return fmt.Errorf("at rest: %w\n%s", err, r.b.Log(4000))
	}
	if left := r.books.unresolved(); len(left) > 0 {
		return fmt.Errorf("%w\n%s", &Loss{What: "orders without an outcome:\n" + strings.Join(left, "\n")}, r.b.Log(4000))
	}
	r.report.Settled += open
	return nil
}
