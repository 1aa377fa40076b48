package terminal

import (
	"context"
	"errors"
	"io"
	"log/slog"
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

func (g *glass) latest() txn.Screen {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.last
}

func (g *glass) Close() error { return nil }

// until waits for a screen that says want.
func (g *glass) until(t *testing.T, want string) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		s := g.latest()
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

func (n *till) Query(context.Context, txn.Order) (txn.Answer, error) { return n.answer() }

func (n *till) Close(context.Context, txn.Order) (txn.Answer, error) { return n.answer() }

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

func (p *paper) Kick(context.Context) error { return p.err }

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
