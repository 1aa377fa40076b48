package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"smartpos/keypad"
	"smartpos/printer"
	"smartpos/txn"
	"smartpos/txn/pay"
)

func TestSale(t *testing.T) {
	f := startTerminal(t)
	f.keys.press(t, "7", "OK")
	f.glass.until(t, "weixin://x")
	f.network.mu.Lock()
	f.network.say = txn.Answer{Status: txn.StatusPaid, TransactionID: "42", Payer: txn.Yuan(700)}
	f.network.mu.Unlock()
	f.glass.until(t, "收款成功")
	select {
	case <-f.paper.slips:
	case <-time.After(10 * time.Second):
		t.Fatal("no receipt")
	}
	f.glass.until(t, "小票已打印")
}

// A request that never ends must not keep the terminal from ending.
func TestRunEndsWithARequestInFlight(t *testing.T) {
	f := startTerminal(t)
	asked := make(chan struct{})
	f.network.show = func(ctx context.Context, _ txn.Order) (txn.Answer, error) {
		close(asked)
		<-ctx.Done()
		return txn.Answer{}, ctx.Err()
	}
	f.keys.press(t, "7", "OK")
	<-asked
	if err := f.end(); err != nil {
		t.Fatal(err)
	}
}

// A display that fails does not stop a sale.
func TestBrokenDisplay(t *testing.T) {
	f := startTerminal(t)
	f.glass.mu.Lock()
	f.glass.err = errors.New("unplugged")
	f.glass.mu.Unlock()
	f.keys.press(t, "7", "OK")
	f.glass.until(t, "weixin://x")
}

// A display that did not take a screen is given it again, or it shows the one before for as long as nothing changes.
func TestDisplayThatComesBack(t *testing.T) {
	glass := newGlass()
	term := newTerminal(Ports{Screen: glass, Log: slog.New(slog.DiscardHandler)})
	glass.err = errors.New("unplugged")
	term.show(txn.Screen{Title: "收款成功"})
	glass.err, glass.last = nil, txn.Screen{Title: "收款码"}
	now := time.Now()
	if term.redraw(now); glass.last.Title != "收款码" {
		t.Error("a display that fails is tried at every turn")
	}
	term.redraw(now.Add(redrawAfter))
	if glass.last.Title != "收款成功" {
		t.Errorf("the display still says %q", glass.last.Title)
	}
	glass.last = txn.Screen{}
	if term.redraw(now.Add(2 * redrawAfter)); glass.last.Title != "" {
		t.Error("it is drawn again and again")
	}
}

func TestOrderOfANetworkThatIsGone(t *testing.T) {
	f := startTerminal(t)
	_, err := f.ask(context.Background(), txn.Request{Op: txn.OpQuery, Order: txn.Order{Network: txn.Alipay}})
	if pay.FaultOf(err) != txn.FaultNotSetUp {
		t.Fatal(err)
	}
}

// A network of the profile that could not be set up is said to be missing, and the terminal sells on.
func TestNetworkLeftOut(t *testing.T) {
	cfg := testConfig()
	cfg.Networks = append(cfg.Networks, txn.NetworkConfig{ID: txn.Alipay, Name: "支付宝"})
	f := startTerminalAs(t, cfg)
	f.glass.until(t, "支付宝无法使用")
	f.keys.press(t, "7", "OK")
	f.glass.until(t, "weixin://x")
}

func TestSortHidesPaymentCodes(t *testing.T) {
	f := startTerminal(t)
	ev := f.sort("134567890123456789").(txn.Scanned)
	if ev.Text != "" || ev.Network != txn.WeChat || ev.Digest == "" || ev.Payment.IsZero() {
		t.Fatalf("%+v", ev)
	}
	if ev := f.sort("6901234567892").(txn.Scanned); ev.Text != "6901234567892" || !ev.Payment.IsZero() {
		t.Fatalf("%+v", ev)
	}
}

func TestPrintFaults(t *testing.T) {
	for c := printer.Unprintable; c <= printer.Canceled; c++ {
		f, done := printFault(&printer.Fault{Cause: c, Extent: printer.MaybePartial})
		if f == txn.PrintOK || done != txn.PrintedPart {
			t.Errorf("%v: %q, %v", c, f, done)
		}
	}
	if f, _ := printFault(errors.New("x")); f == txn.PrintOK {
		t.Error("an unknown error counts as printed")
	}
}

// Names from a catalogue can't reach the paper as control bytes, whatever a technician types.
func TestReceiptTakesHostileNames(t *testing.T) {
	r := Receipt(txn.Slip{
		Title: "店\x1b@\x00", Copy: "c", Rows: []txn.Row{{Label: "a\x1d(k", Value: "\x10\x04\x01"}},
		Items: []txn.Item{{Name: "可乐\x1bp\x00\x19\xfa", Quantity: 2, Price: txn.Yuan(350)}},
		Total: []txn.Row{{Label: "金额", Value: "¥7.00"}},
	})
	b, err := printer.Model{}.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"\x10\x04", "\x1bp", "\x1d(k"} {
		if bytes.Contains(b, []byte(bad)) {
			t.Errorf("% x reached the printer", bad)
		}
	}
}

// A keypad that goes away is said on the screen, and whatever else it reports ends nothing.
func TestKeypadGone(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want []txn.Event
	}{
		{fmt.Errorf("keypad pad: %w: no such device", keypad.ErrGone), []txn.Event{txn.KeypadGone{}}},
		{&keypad.UnknownKeyError{Device: "pad", Input: "F13"}, []txn.Event{txn.KeyStrange{}}},
		{&keypad.StuckError{Device: "pad", Key: keypad.OK}, nil},
	} {
		pad := newKeys()
		pad.errs = make(chan error)
		term := newTerminal(Ports{Keys: pad, Log: slog.New(slog.DiscardHandler)})
		ended := make(chan error)
		go func() { ended <- term.readKeys(t.Context()) }()
		pad.errs <- tt.err
		pad.Close()
		if err := <-ended; !keypad.Ended(err) {
			t.Errorf("%v: ended with %v", tt.err, err)
		}
		var got []txn.Event
		for len(term.events) > 0 {
			got = append(got, <-term.events)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%v: told %+v, want %+v", tt.err, got, tt.want)
		}
	}
}
