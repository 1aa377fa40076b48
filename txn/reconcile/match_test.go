package reconcile_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

// Short names, so that a case stands in a line.
type (
	mine   = []reconcile.Entry
	theirs = []reconcile.Line
)

const (
	ten = "10:00:00" // o'clock

	settled = reconcile.Settled
	undone  = reconcile.Undone
	none    = reconcile.None
	unknown = reconcile.Unknown
)

// pay, refund and reversal are lines of the bill; ours and back are entries.
func pay(order string, fen int64, clock string) reconcile.Line {
	return reconcile.Line{Kind: reconcile.Payment, Order: order, Transaction: "42" + order, Fen: fen, At: at(clock)}
}

func refund(order, no string, fen int64) reconcile.Line {
	return reconcile.Line{Kind: reconcile.Refund, Order: order, Refund: no, Transaction: "42" + order, Fen: fen, At: at("15:00:00")}
}

func reversal(order string, fen int64) reconcile.Line {
	l := pay(order, fen, "15:00:00")
	l.Kind = reconcile.Reversal
	return l
}

func ours(order string, fen int64, state reconcile.State, clock string) reconcile.Entry {
	return reconcile.Entry{Kind: reconcile.Payment, Order: order, Fen: fen, State: state, At: at(clock)}
}

func back(order, no string, fen int64, state reconcile.State) reconcile.Entry {
	return reconcile.Entry{Kind: reconcile.Refund, Order: order, Refund: no, Fen: fen, State: state, At: at("15:00:00")}
}

// billOf is the bill of the lines, written and read again.
func billOf(t testing.TB, lines ...reconcile.Line) *reconcile.Bill {
	t.Helper()
	b, err := reconcile.ReadWeChat("wx.csv", reconciletest.WeChat(lines))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var options = reconcile.Options{Day: day, Merchant: reconciletest.WeChatMerchant, Cut: reconcile.DefaultCut}

func match(t testing.TB, opt reconcile.Options, entries []reconcile.Entry, lines ...reconcile.Line) *reconcile.Result {
	t.Helper()
	r, err := reconcile.Match(opt, entries, billOf(t, lines...))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// said writes the differences as "class key fen", one after the other.
func said(r *reconcile.Result) string {
	var out []string
	for _, d := range r.Differences {
		out = append(out, fmt.Sprintf("%s %s %+d", d.Class, d.Key, d.Fen()))
	}
	return strings.Join(out, "; ")
}

func TestMatch(t *testing.T) {
	failed := refund("A1", "R1", 50)
	failed.Progress = reconcile.Failed
	running := refund("A1", "R1", 50)
	running.Progress = reconcile.Processing
	for _, tt := range []struct {
		name string
		ours []reconcile.Entry
		bill []reconcile.Line
		want string
	}{
		{"nothing", nil, nil, ""},
		{"paid", mine{ours("A1", 100, settled, ten)}, theirs{pay("A1", 100, ten)}, ""},
		{"never paid", mine{ours("A1", 100, none, ten)}, nil, ""},
		{"reversed before it was charged", mine{ours("A1", 100, undone, ten)}, nil, ""},
		{"reversed", mine{ours("A1", 100, undone, ten)}, theirs{pay("A1", 100, ten), reversal("A1", 100)}, ""},
		{"reversed a day later", mine{ours("A1", 100, undone, ten)}, theirs{reversal("A1", 100)}, ""},
		{"failed here, undone there", mine{ours("A1", 100, none, ten)}, theirs{pay("A1", 100, ten), reversal("A1", 100)}, ""},
		{"two partial refunds", mine{
			ours("A1", 100, settled, ten), back("A1", "R1", 50, settled), back("A1", "R2", 50, settled),
		}, theirs{pay("A1", 100, ten), refund("A1", "R2", 50), refund("A1", "R1", 50)}, ""},
		{"a refund on its way", mine{back("A1", "R1", 50, settled)}, theirs{running}, ""},
		{"a refund that failed on both sides", mine{back("A1", "R1", 50, none)}, theirs{failed}, ""},

		{"短款", mine{ours("A1", 100, settled, ten)}, nil, "短款 支付 A1 -100"},
		{"短款 of a refund", mine{back("A1", "R1", 50, settled)}, nil, "短款 退款 A1/R1 +50"},
		{"长款", nil, theirs{pay("A1", 100, ten)}, "长款 支付 A1 +100"},
		{"长款 of a refund", nil, theirs{refund("A1", "R1", 50)}, "长款 退款 A1/R1 -50"},
		{"长款, undone", nil, theirs{pay("A1", 100, ten), reversal("A1", 100)}, "长款 支付 A1 +0"},
		{"长款 of a reversal", nil, theirs{reversal("A1", 100)}, "长款 支付 A1 -100"},
		{"金额不符", mine{ours("A1", 100, settled, ten)}, theirs{pay("A1", 99, ten)}, "金额不符 支付 A1 -1"},
		{"金额不符 of a refund", mine{back("A1", "R1", 50, settled)}, theirs{refund("A1", "R1", 51)}, "金额不符 退款 A1/R1 -1"},
		{"金额不符 of a reversal", mine{ours("A1", 100, undone, ten)}, theirs{pay("A1", 100, ten), reversal("A1", 99)}, "金额不符 支付 A1 +1"},
		{"状态不符: paid there, not here", mine{ours("A1", 100, none, ten)}, theirs{pay("A1", 100, ten)}, "状态不符 支付 A1 +100"},
		{"状态不符: undone there, paid here", mine{ours("A1", 100, settled, ten)}, theirs{pay("A1", 100, ten), reversal("A1", 100)}, "状态不符 支付 A1 -100"},
		{"状态不符: undone here, paid there", mine{ours("A1", 100, undone, ten)}, theirs{pay("A1", 100, ten)}, "状态不符 支付 A1 +100"},
		{"状态不符: unknown here, paid there", mine{ours("A1", 100, unknown, ten)}, theirs{pay("A1", 100, ten)}, "状态不符 支付 A1 +100"},
		{"状态不符: a reversal of what is paid here", mine{ours("A1", 100, settled, ten)}, theirs{reversal("A1", 100)}, "状态不符 支付 A1 -200"},
		{"状态不符: the refund failed there", mine{back("A1", "R1", 50, settled)}, theirs{failed}, "状态不符 退款 A1/R1 +0"},
		{"状态不符: the refund went through there", mine{back("A1", "R1", 50, none)}, theirs{refund("A1", "R1", 50)}, "状态不符 退款 A1/R1 -50"},
		{"重复 in the bill", mine{ours("A1", 100, settled, ten)}, theirs{pay("A1", 100, ten), pay("A1", 100, "10:00:05")}, "重复 支付 A1 +100"},
		{"重复 of a refund", mine{back("A1", "R1", 50, settled)}, theirs{refund("A1", "R1", 50), refund("A1", "R1", 50)}, "重复 退款 A1/R1 -50"},
		{"重复 with us", mine{ours("A1", 100, settled, ten), ours("A1", 100, settled, ten)}, theirs{pay("A1", 100, ten)}, "重复 支付 A1 -100"},
		{"存疑: ours before midnight", mine{ours("A1", 100, settled, "23:50:00")}, nil, "存疑 支付 A1 -100"},
		{"a second too early to be in doubt", mine{ours("A1", 100, settled, "23:49:59")}, nil, "短款 支付 A1 -100"},
		{"存疑: theirs before midnight", nil, theirs{pay("A1", 100, "23:55:00")}, "存疑 支付 A1 +100"},
		{"存疑: nobody knows", mine{ours("A1", 100, unknown, ten)}, nil, "存疑 支付 A1 +0"},
		{"存疑: a reversal that may come", mine{ours("A1", 100, undone, "23:58:00")}, theirs{pay("A1", 100, "23:57:00")}, "存疑 支付 A1 +100"},
		{"an amount is not in doubt", mine{ours("A1", 100, settled, "23:58:00")}, theirs{pay("A1", 99, "23:58:00")}, "金额不符 支付 A1 -1"},
		{"two orders of one refund number", mine{back("A1", "R1", 50, settled)}, theirs{refund("A2", "R1", 50)}, "短款 退款 A1/R1 +50; 长款 退款 A2/R1 -50"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := match(t, options, tt.ours, tt.bill...)
			if got := said(r); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if r.Clean() != (tt.want == "" || strings.HasPrefix(tt.want, "存疑")) {
				t.Errorf("clean: %v with %s", r.Clean(), said(r))
			}
			for _, d := range r.Differences {
				if d.Why == "" || !strings.Contains(d.String(), d.Why) {
					t.Errorf("%v has no reason", d)
				}
			}
		})
	}
}

// next reconciles the day after, with the carry as a file would keep it.
func next(t *testing.T, before *reconcile.Result, entries []reconcile.Entry, lines ...reconcile.Line) *reconcile.Result {
	t.Helper()
	b, err := json.Marshal(before.Carry)
	if err != nil {
		t.Fatal(err)
	}
	opt := options
	opt.Day = day.AddDate(0, 0, 1)
	if err := json.Unmarshal(b, &opt.Before); err != nil {
		t.Fatal(err)
	}
	return match(t, opt, entries, lines...)
}

// tomorrow moves a line or an entry to the next day.
func tomorrow[T reconcile.Line | reconcile.Entry](v T) T {
	switch v := any(&v).(type) {
	case *reconcile.Line:
		v.At = v.At.AddDate(0, 0, 1)
	case *reconcile.Entry:
		v.At = v.At.AddDate(0, 0, 1)
	}
	return v
}

// What is in doubt waits one day, and no more.
func TestTheNextDay(t *testing.T) {
	late := ours("A1", 100, settled, "23:59:58")
	lateLine := pay("A1", 100, "23:59:58")
	early := tomorrow(ours("A1", 100, settled, "00:00:02"))
	earlyLine := tomorrow(pay("A1", 100, "00:00:02"))
	takenBack := ours("A1", 100, undone, "23:59:58")
	unclear := ours("A1", 100, unknown, ten)
	failed := unclear
	failed.State = none
	found := unclear
	found.State = settled
	for _, tt := range []struct {
		name    string
		ours    []reconcile.Entry
		bill    []reconcile.Line
		first   string
		ours2   []reconcile.Entry
		bill2   []reconcile.Line
		second  string
		carried int
	}{
		{"their clock was behind ours", mine{late}, nil, "存疑 支付 A1 -100", nil, theirs{earlyLine}, "", 1},
		{"our clock was behind theirs", nil, theirs{lateLine}, "存疑 支付 A1 +100", mine{early}, nil, "", 1},
		{"both lists reach over midnight", mine{early}, theirs{lateLine}, "", mine{early}, nil, "", 0},
		{"ours is in both lists", mine{late}, nil, "存疑 支付 A1 -100", mine{late}, theirs{earlyLine}, "", 1},
		{"it never came", mine{late}, nil, "存疑 支付 A1 -100", nil, nil, "短款 支付 A1 -100", 1},
		{"it was never ours", nil, theirs{lateLine}, "存疑 支付 A1 +100", nil, nil, "长款 支付 A1 +100", 1},
		{"the reversal came", mine{takenBack}, theirs{lateLine}, "存疑 支付 A1 +100", nil, theirs{tomorrow(reversal("A1", 100))}, "", 1},
		{"the reversal never came", mine{takenBack}, theirs{lateLine}, "存疑 支付 A1 +100", nil, nil, "状态不符 支付 A1 +100", 1},
		{"still unknown", mine{unclear}, nil, "存疑 支付 A1 +0", nil, nil, "状态不符 支付 A1 +0", 1},
		{"unknown, and then known", mine{unclear}, nil, "存疑 支付 A1 +0", mine{failed}, nil, "", 0},
		{"unknown, and then paid", mine{unclear}, nil, "存疑 支付 A1 +0", mine{found}, theirs{earlyLine}, "", 1},
		{"another amount", mine{late}, nil, "存疑 支付 A1 -100", nil, theirs{tomorrow(pay("A1", 101, "00:00:02"))}, "金额不符 支付 A1 +1", 1},
		{"booked again", mine{early}, theirs{lateLine}, "", mine{early}, theirs{earlyLine}, "重复 支付 A1 +100", 0},
		{"waited, and booked twice", mine{late}, nil, "存疑 支付 A1 -100", nil, theirs{earlyLine, earlyLine}, "重复 支付 A1 +100", 1},
		{
			"yesterday's payment in today's bill", mine{ours("A1", 100, settled, ten)},
			theirs{pay("A1", 100, ten)}, "", mine{ours("A1", 100, settled, ten)},
			theirs{tomorrow(pay("A1", 100, ten))}, "状态不符 支付 A1 +0", 0,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := match(t, options, tt.ours, tt.bill...)
			if got := said(r); got != tt.first {
				t.Fatalf("first %s, want %s", got, tt.first)
			}
			r = next(t, r, tt.ours2, tt.bill2...)
			if got := said(r); got != tt.second || r.Carried != tt.carried {
				t.Errorf("then %s with %d carried, want %s with %d", got, r.Carried, tt.second, tt.carried)
			}
			if len(r.Carry.Entries)+len(r.Carry.Lines) != 0 {
				t.Errorf("it waits on: %+v", r.Carry)
			}
		})
	}
}

// Each entry and each line is counted on one day alone: that on which it first took part.
func TestCountedOnce(t *testing.T) {
	early := tomorrow(ours("A1", 100, settled, "00:00:02"))
	late := ours("A2", 70, settled, "23:59:58")
	first := match(t, options, mine{early, late}, pay("A1", 100, "23:59:58"))
	second := next(t, first, mine{early}, tomorrow(pay("A2", 70, "00:00:02")))
	for name, got := range map[string][2]int64{
		"ours, first":  {first.Total().Ours.PaidFen, 170},
		"bill, first":  {first.Total().Bill.PaidFen, 100},
		"ours, second": {second.Total().Ours.PaidFen, 0},
		"bill, second": {second.Total().Bill.PaidFen, 70},
		"agreed":       {first.Sums[reconcile.Agreed].Ours.PaidFen, 100},
		"in doubt":     {first.Sums[reconcile.InDoubt].Ours.PaidFen, 70},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d fen, want %d", name, got[0], got[1])
		}
	}
}

// Entries of other days are no concern of a bill that does not have them.
func TestOtherDays(t *testing.T) {
	r := match(t, options, mine{
		tomorrow(ours("A1", 100, settled, ten)),
		tomorrow(ours("A2", 100, unknown, ten)),
	})
	if said(r) != "" || r.Total().Items != 0 {
		t.Errorf("%s, %+v", said(r), r.Total())
	}
}

func TestInputRefused(t *testing.T) {
	good := billOf(t, pay("A1", 100, ten))
	for name, e := range map[string]reconcile.Entry{
		"no kind":           {Order: "A1", Fen: 1, State: settled},
		"no order":          {Kind: reconcile.Payment, Fen: 1, State: settled},
		"no amount":         {Kind: reconcile.Payment, Order: "A1", State: settled},
		"negative":          {Kind: reconcile.Payment, Order: "A1", Fen: -1, State: settled},
		"no state":          {Kind: reconcile.Payment, Order: "A1", Fen: 1},
		"state of nothing":  {Kind: reconcile.Payment, Order: "A1", Fen: 1, State: 9},
		"an undone refund":  {Kind: reconcile.Refund, Order: "A1", Refund: "R1", Fen: 1, State: undone},
		"payment as refund": {Kind: reconcile.Payment, Order: "A1", Refund: "R1", Fen: 1, State: settled},
		"reversal":          {Kind: reconcile.Reversal, Order: "A1", Fen: 1, State: settled},
	} {
		if r, err := reconcile.Match(options, mine{e}, good); !errors.Is(err, reconcile.ErrInput) || r != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := options
	other.Merchant = "1900000110"
	if _, err := reconcile.Match(other, nil, good); !errors.Is(err, reconcile.ErrMerchant) {
		t.Errorf("another merchant's bill: %v", err)
	}
	if _, err := reconcile.Match(reconcile.Options{}, nil, good); !errors.Is(err, reconcile.ErrInput) {
		t.Errorf("no day: %v", err)
	}
	forged := *good
	forged.Totals.PaidFen++
	if _, err := reconcile.Match(options, nil, &forged); !errors.Is(err, reconcile.ErrInput) {
		t.Errorf("totals that are not those of the lines: %v", err)
	}
}

// However the two sides differ, over three days of trade: the classes add up to the bill to the fen, ours to
// what of ours took part, every line stands in exactly one place, and a second run says the same.
func TestEverythingAddsUp(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7))
		opt := options
		var carry reconcile.Carry
		var net, differences int64 // over all days: what the network has more than we, and what was reported of it
		for d := range 3 {
			opt.Day, opt.Before = day.AddDate(0, 0, d), carry
			entries, lines := randomDay(r, opt.Day)
			r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
			bill := billOf(t, lines...)
			got, err := reconcile.Match(opt, entries, bill)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if got.Total().Bill != bill.Totals {
				t.Fatalf("seed %d: classes make %+v, the bill %+v", seed, got.Total().Bill, bill.Totals)
			}
			agreed := got.Sums[reconcile.Agreed]
			if agreed.Items > 0 && carry.Entries == nil && carry.Lines == nil && agreed.Bill.Net() != agreed.Ours.Net() {
				t.Fatalf("seed %d: agreed on %+v", seed, agreed)
			}
			r.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
			again, err := reconcile.Match(opt, entries, bill)
			if err != nil || said(again) != said(got) {
				t.Fatalf("seed %d: once %s, then %s, %v", seed, said(got), said(again), err)
			}
			for _, dif := range got.Differences {
				if dif.Class != reconcile.InDoubt {
					differences += dif.Fen()
				}
			}
			net += bill.Totals.Net()
			for _, e := range entries {
				net -= value(e)
			}
			carry = got.Carry
		}
		for _, e := range carry.Entries {
			differences -= value(e)
		}
		for _, l := range carry.Lines {
			differences += signed(l)
		}
		if net != differences {
			t.Fatalf("seed %d: the network has %d fen more, %d are reported", seed, net, differences)
		}
	}
}

func value(e reconcile.Entry) int64 {
	switch {
	case e.State != settled:
		return 0
	case e.Kind == reconcile.Refund:
		return -e.Fen
	}
	return e.Fen
}

func signed(l reconcile.Line) int64 {
	if l.Kind == reconcile.Payment {
		return l.Fen
	}
	return -l.Fen
}

// randomDay is a day of trade on both sides, with everything that goes wrong in it.
func randomDay(r *rand.Rand, day time.Time) (entries []reconcile.Entry, lines []reconcile.Line) {
	for n := range r.IntN(40) {
		order := fmt.Sprintf("T%sA%03d", day.Format("0102"), n)
		fen := 1 + r.Int64N(100_000)
		when := at("00:00:00").AddDate(0, 0, day.Day()-1).Add(time.Duration(r.IntN(86_400)) * time.Second)
		if r.IntN(4) == 0 { // much of it around midnight
			when = at("23:45:00").AddDate(0, 0, day.Day()-1).Add(time.Duration(r.IntN(899)) * time.Second)
		}
		e := reconcile.Entry{Kind: reconcile.Payment, Order: order, Fen: fen, At: when, State: reconcile.State(1 + r.IntN(4))}
		l := reconcile.Line{Kind: reconcile.Payment, Order: order, Transaction: "42" + order, Fen: fen, At: when}
		if r.IntN(10) == 0 {
			e.Kind, e.Refund, l.Kind, l.Refund = reconcile.Refund, "R"+order, reconcile.Refund, "R"+order
			e.State = settled
		}
		if r.IntN(10) == 0 {
			l.Fen++
		}
		if r.IntN(8) != 0 {
			entries = append(entries, e)
		}
		if r.IntN(8) != 0 {
			lines = append(lines, l)
			if r.IntN(20) == 0 {
				lines = append(lines, l)
			}
			if l.Kind == reconcile.Payment && (e.State == undone || r.IntN(20) == 0) {
				l.Kind = reconcile.Reversal
				lines = append(lines, l)
			}
		}
	}
	return entries, slices.Clip(lines)
}
