package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smartpos/keypad"
	"smartpos/printer"
	"smartpos/scanner"
	"smartpos/store/storetest"
	"smartpos/txn"
	"smartpos/txn/pay"
)

// keys is a keypad that the test presses.
type keys struct {
	events chan keypad.Event
	errs   chan error // what else it reports; nil: nothing
	closed chan struct{}
	once   sync.Once
}

func newKeys() *keys {
	return &keys{events: make(chan keypad.Event), closed: make(chan struct{})}
}

func (k *keys) Next(ctx context.Context) (keypad.Event, error) {
	select {
	case ev := <-k.events:
		return ev, nil
	case err := <-k.errs:
		return keypad.Event{}, err
	case <-k.closed:
		return keypad.Event{}, keypad.ErrClosed
	case <-ctx.Done():
		return keypad.Event{}, ctx.Err()
	}
}

func (k *keys) Close() error { k.once.Do(func() { close(k.closed) }); return nil }

func (k *keys) press(t *testing.T, names ...string) {
	t.Helper()
	for _, n := range names {
		key, err := keypad.ParseKey(n)
		if err != nil {
			t.Fatal(err)
		}
		k.events <- keypad.Event{Key: key}
	}
}

// glass is a screen that the test watches.
type glass struct {
	mu      sync.Mutex
	last    txn.Screen
	changed chan struct{}
	err     error
}

func newGlass() *glass { return &glass{changed: make(chan struct{}, 1)} }

func (g *glass) Show(s txn.Screen) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = s
	select {
	case g.changed <- struct{}{}:
	default:
	}
	return g.err
}

func (g *glass) Close() error { return nil }

// until waits for a screen that says want.
func (g *glass) until(t *testing.T, want string) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		g.mu.Lock()
		s := g.last
		g.mu.Unlock()
		if strings.Contains(strings.Join(append([]string{s.Title, s.QR, s.Status, s.Amount}, s.Lines...), "\n"), want) {
			return
		}
		select {
		case <-g.changed:
		case <-limit:
			t.Fatalf("the screen never said %q; it says %+v", want, s)
		}
	}
}

// till is a network that answers what it is told to.
type till struct {
	mu   sync.Mutex
	show func(ctx context.Context, o txn.Order) (txn.Answer, error)
	say  txn.Answer
}

func (*till) ID() txn.NetworkID { return txn.WeChat }
func (n *till) Show(ctx context.Context, o txn.Order) (txn.Answer, error) {
	return n.show(ctx, o)
}
func (n *till) Scan(context.Context, txn.Order, txn.PaymentCode) (txn.Answer, error) {
	return n.answer()
}
func (n *till) Query(context.Context, txn.Order) (txn.Answer, error)   { return n.answer() }
func (n *till) Close(context.Context, txn.Order) (txn.Answer, error)   { return n.answer() }
func (n *till) Reverse(context.Context, txn.Order) (txn.Answer, error) { return n.answer() }
func (n *till) answer() (txn.Answer, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.say, nil
}

// paper is a printer that keeps what it was given.
type paper struct {
	slips chan printer.Receipt
	err   error
}

func (p *paper) Print(_ context.Context, r printer.Receipt) error { p.slips <- r; return p.err }
func (p *paper) Kick(context.Context) error                       { return p.err }
func (p *paper) Status(context.Context) (printer.Status, error) {
	return printer.Status{Online: true}, nil
}

type fixture struct {
	*Terminal
	keys    *keys
	glass   *glass
	network *till
	paper   *paper
	journal *storetest.Memory
	end     func() error
}

func testConfig() txn.Config {
	return txn.Config{
		Terminal: "T1", Operator: "01", Language: txn.Chinese, Printer: true, Scanner: true, Default: txn.WeChat, MaxAmount: txn.Yuan(100000),
		Networks: []txn.NetworkConfig{{ID: txn.WeChat, Name: "微信支付"}}, Copies: 1,
		ShowExpiry: time.Minute, Margin: time.Minute, ScanWindow: time.Minute, Timing: txn.Timing{
			PollShow: 20 * time.Millisecond, PollScan: 20 * time.Millisecond, ScanLimit: time.Minute, Reverse: time.Second,
		}, MaxBackoff: time.Second, Linger: time.Minute,
	}
}

func startTerminal(t *testing.T) *fixture {
	t.Helper()
	return startTerminalAs(t, testConfig())
}

func startTerminalAs(t *testing.T, cfg txn.Config) *fixture {
	t.Helper()
	return startTerminalWith(t, cfg, nil)
}

// startTerminalWith starts a terminal with a network of the test's own; nil: with a till.
func startTerminalWith(t *testing.T, cfg txn.Config, network pay.Network) *fixture {
	t.Helper()
	table, err := scanner.NewTable(scanner.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{keys: newKeys(), glass: newGlass(), network: &till{}, paper: &paper{slips: make(chan printer.Receipt, 4)}, journal: storetest.NewMemory("T1")}
	f.network.show = func(context.Context, txn.Order) (txn.Answer, error) {
		return txn.Answer{Status: txn.StatusReady, CodeURL: "weixin://x"}, nil
	}
	f.network.say = txn.Answer{Status: txn.StatusWaiting}
	if network == nil {
		network = f.network
	}
	f.Terminal = New(cfg, txn.Start{}, Ports{
		Journal: f.journal, Networks: func() Networks { return Networks{Open: []pay.Network{network}} }, Keys: f.keys, Codes: table, Printer: f.paper,
		Screen: f.glass, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), RequestTimeout: 5 * time.Second,
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	var once sync.Once
	f.end = func() (err error) {
		once.Do(func() {
			cancel()
			select {
			case err = <-ended:
			case <-time.After(10 * time.Second):
				err = errors.New("Run did not end")
			}
		})
		return err
	}
	t.Cleanup(func() {
		if err := f.end(); err != nil {
			t.Error(err)
		}
	})
	return f
}

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
	if pay.FaultOf(err) != txn.FaultConfig {
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

func TestEventLogIsBounded(t *testing.T) {
	dir := t.TempDir()
	log, closeLog := OpenEventLog(dir, nil, io.Discard)
	long := strings.Repeat("x", 10_000)
	for i := range 3 * eventLogSize / len(long) {
		log.Info(long)
		if i%(eventLogQueue/2) == 0 { // the disk keeps up: what is logged is there when it is closed
			if err := closeLog(); err != nil {
				t.Fatal(err)
			}
			log, closeLog = OpenEventLog(dir, nil, io.Discard)
		}
	}
	if err := closeLog(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"events.log", "events.log.1"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Size() > eventLogSize || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

// A disk that hangs must not hang the till: lines are lost, counted, and said.
func TestEventLogNeverWaits(t *testing.T) {
	l := &eventLog{lines: make(chan []byte, 2)} // and nobody who writes
	for range 5 {
		if _, err := l.Write([]byte("x\n")); err != nil {
			t.Fatal(err)
		}
	}
	<-l.lines
	if _, err := l.Write([]byte("y\n")); err != nil {
		t.Fatal(err)
	}
	<-l.lines
	if line := string(<-l.lines); !strings.Contains(line, "3 lines lost") || !strings.HasSuffix(line, "y\n") {
		t.Fatalf("%q", line)
	}
}

// A full log that can't be set aside does not grow for ever, and the lines that come after it are kept.
func TestEventLogCannotBeSetAside(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "events.log.1", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "events.log"), bytes.Repeat([]byte("x"), eventLogSize), 0o600); err != nil {
		t.Fatal(err)
	}
	log, closeLog := OpenEventLog(dir, nil, io.Discard)
	log.Info("after it")
	if err := closeLog(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "events.log"))
	if err != nil || len(text) > 1000 || !bytes.Contains(text, []byte("after it")) {
		t.Errorf("the log has %d bytes, %v", len(text), err)
	}
}
