package unionpay_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/unionpay"
)

// TestCodeEnds has terminals whose clocks are wrong show a code: it ends by the network's clock, neither later, when the
// terminal has long given it up, nor before anybody could have scanned it.
func TestCodeEnds(t *testing.T) {
	for name, off := range map[string]time.Duration{
		"right": 0, "ahead": 9 * time.Minute, "behind": -9 * time.Minute, // what the sandbox takes for the current time at most
	} {
		t.Run(name, func(t *testing.T) {
			later := time.Duration(0)
			net, c := sandbox(t, paynet.Options{Clock: func() time.Time { return time.Now().Add(later) }}, func(cfg *unionpay.Config) {
				cfg.Clock = func() time.Time { return time.Now().Add(off) }
			})
			o := now("T0000001A0031", txn.Show, 1)
			o.Created, o.Expires = o.Created.Add(off), o.Expires.Add(off)
			a, err := c.Show(context.Background(), o)
			if err != nil {
				t.Fatal(err)
			}
			life := o.Expires.Sub(o.Created)
			if later = life - 10*time.Second; !net.Payable(a.CodeURL) {
				t.Error("not payable while it is shown")
			}
			if later = life; net.Payable(a.CodeURL) {
				t.Error("payable after its end")
			}
		})
	}
}

// dated is a network that dates its answers by a clock of its own, and a terminal with another.
type dated struct {
	*scripted
	terminal, network time.Time // none of the network's: no Date
}

func date(t *testing.T) (*dated, *unionpay.Client) {
	d := &dated{terminal: created, network: created}
	s, c := script(t, func(cfg *unionpay.Config) { cfg.Clock = func() time.Time { return d.terminal } })
	d.scripted = s
	s.set = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header()["Date"] = nil
		if !d.network.IsZero() {
			w.Header().Set("Date", d.network.UTC().Format(http.TimeFormat))
		}
		return false
	}
	return d, c
}

// asked returns the kinds of the requests since it was asked last.
func (s *scripted) asked() (kinds []string) {
	for _, path := range s.requests() {
		kinds = append(kinds, strings.TrimPrefix(path, "/gateway/api/"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hits = nil
	return kinds
}

// TestReading asks for the network's time only where no answer has told it lately.
func TestReading(t *testing.T) {
	d, c := date(t)
	d.network = created.Add(-30 * time.Minute)
	const query, show = "queryTrans.do", "backTransReq.do"
	o := order("T0000001A0032", txn.Show, 1)
	for _, tt := range []struct {
		name  string
		order txn.OrderNo
		later time.Duration // by the terminal's clock
		drift time.Duration // of the network's
		want  []string
		end   string
	}{
		{"the first code", "T0000001A0032", 0, 0, []string{query, show}, "20261123100656"},
		{"the next", "T0000001A0033", time.Hour, 0, []string{show}, "20261123110656"},
		{"again", "T0000001A0033", time.Second, time.Second, []string{show}, "20261123110656"},
		{"and again", "T0000001A0033", 20 * time.Second, 2 * time.Second, []string{show}, "20261123110656"},
		{"long after", "T0000001A0034", 13 * time.Hour, 0, []string{query, show}, "20261124000720"},
	} {
		d.terminal, d.network = d.terminal.Add(tt.later), d.network.Add(tt.later+tt.drift)
		if o.No != tt.order {
			o.No, o.Created, o.Expires = tt.order, d.terminal, d.terminal.Add(2*time.Minute)
		}
		d.say(reply(o, "qrCode=https://qr.95516.com/1", "txnTime="+o.Created.Add(8*time.Hour).Format("20060102150405")))
		if _, err := c.Show(context.Background(), o); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if asked, end := d.asked(), d.seen.Get("payTimeout"); !slices.Equal(asked, tt.want) || end != tt.end {
			t.Errorf("%s: asked %v, ends %s; want %v, %s", tt.name, asked, end, tt.want, tt.end)
		}
	}
}

// TestClockSetMeanwhile sets the terminal's clock between an order's beginning and its request: no code lives longer
// than the order.
func TestClockSetMeanwhile(t *testing.T) {
	for name, tt := range map[string]struct {
		set time.Duration
		end string
	}{
		"back":  {-time.Hour, "20261123103656"},
		"ahead": {time.Minute, "20261123103556"},
	} {
		d, c := date(t)
		o := order("T0000001A0033", txn.Show, 1)
		d.terminal = d.terminal.Add(tt.set)
		d.say(reply(o, "qrCode=https://qr.95516.com/1"))
		if _, err := c.Show(context.Background(), o); err != nil || d.seen.Get("payTimeout") != tt.end {
			t.Errorf("%s: ends %s, %v; want %s", name, d.seen.Get("payTimeout"), err, tt.end)
		}
	}
}

// TestNoReading shows no code whose end nobody could tell.
func TestNoReading(t *testing.T) {
	o := order("T0000001A0034", txn.Show, 1)
	k := testKeys()
	for name, tt := range map[string]struct {
		set   func(*dated)
		fault txn.Fault
	}{
		"no Date":       {func(d *dated) { d.network = time.Time{} }, txn.FaultConfig},
		"a forged one":  {func(d *dated) { d.sayRaw(200, reply(o).signed(k.other, k.networkKey)) }, txn.FaultUnverified},
		"in trouble":    {func(d *dated) { d.sayRaw(502, "") }, txn.FaultSystem},
		"not a message": {func(d *dated) { d.sayRaw(200, "") }, txn.FaultUnverified},
	} {
		d, c := date(t)
		d.say(reply(o, "qrCode=https://qr.95516.com/1"))
		tt.set(d)
		a, err := c.Show(context.Background(), o)
		if pay.FaultOf(err) != tt.fault || a.CodeURL != "" {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
		if asked := d.asked(); !slices.Equal(asked, []string{"queryTrans.do"}) {
			t.Errorf("%s: sent %v", name, asked)
		}
	}
}
