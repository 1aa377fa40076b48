package scenario

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"smartpos/cmd/internal/board"
	"smartpos/cmd/internal/board/camera"
	"smartpos/txn"
	"smartpos/txn/pay/paynet"
)

// await waits until check returns nil, which is asked at every change of the board, and returns its last error
// when the limit is over. A firmware that ends meanwhile ends the wait: nothing will come of it any more.
func (s *session) await(ctx context.Context, b *board.Board, limit time.Duration, check func() error) error {
	ctx, cancel := context.WithTimeout(ctx, s.limit(limit))
	defer cancel()
	var last error
	err := b.Await(ctx, func() bool {
		if last = check(); last == nil {
			return true
		}
		return b.Power().State == board.PowerExited
	})
	if err == nil {
		return last
	}
	if last = check(); last != nil {
		return fmt.Errorf("%w (waited %v)", last, s.limit(limit))
	}
	return nil
}

// within takes "-within 30s" off the front of args.
func within(args []string) (time.Duration, []string, error) {
	if len(args) < 2 || args[0] != "-within" {
		return defaultLimit, args, nil
	}
	d, err := time.ParseDuration(args[1])
	if err != nil || d <= 0 {
		return 0, nil, fmt.Errorf("%w: -within %s is no time", errUsage, args[1])
	}
	return d, args[2:], nil
}

// texts is within, and insists on something to look for.
func texts(args []string) (time.Duration, []string, error) {
	d, args, err := within(args)
	if err == nil && (len(args) == 0 || slices.Contains(args, "")) {
		err = fmt.Errorf("%w: say what to look for", errUsage)
	}
	return d, args, err
}

// longer gives the verb as long as its own limit asks for.
func (s *session) longer(limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), s.limit(limit)+time.Second)
}

func expectLCD(_ context.Context, s *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	limit, args, err := texts(args)
	if err != nil {
		return err
	}
	ctx, cancel := s.longer(limit)
	defer cancel()
	return s.await(ctx, b, limit, func() error {
		if m := missing(b.DisplayText(), args); len(m) > 0 {
			return fmt.Errorf("the display does not show %q", m)
		}
		return nil
	})
}

func expectNoLCD(_ context.Context, s *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	limit, args, err := texts(args)
	if err != nil {
		return err
	}
	ctx, cancel := s.longer(limit)
	defer cancel()
	return s.await(ctx, b, limit, func() error {
		if m := missing(b.DisplayText(), args); len(m) != len(args) {
			return fmt.Errorf("the display still shows one of %q", args)
		}
		return nil
	})
}

func expectPaper(_ context.Context, s *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	limit, args, err := within(args)
	if err != nil {
		return err
	}
	count := -1
	if len(args) > 1 && args[0] == "-count" {
		if count, err = strconv.Atoi(args[1]); err != nil {
			return fmt.Errorf("%w: expect-paper -count N TEXT", errUsage)
		}
		args = args[2:]
	}
	if len(args) == 0 || slices.Contains(args, "") {
		return fmt.Errorf("%w: say what to look for", errUsage)
	}
	ctx, cancel := s.longer(limit)
	defer cancel()
	return s.await(ctx, b, limit, func() error {
		paper := b.Paper().Text()
		if m := missing(paper, args); len(m) > 0 && count != 0 {
			return fmt.Errorf("the paper does not say %q", m)
		}
		for _, a := range args {
			if n := strings.Count(bare(paper), bare(a)); count >= 0 && n != count {
				return fmt.Errorf("the paper says %q %d times, not %d", a, n, count)
			}
		}
		return nil
	})
}

func expectNoPaper(_ context.Context, _ *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	_, args, err := texts(args)
	if err != nil {
		return err
	}
	if m := missing(b.Paper().Text(), args); len(m) != len(args) {
		return fmt.Errorf("the paper says one of %q", args)
	}
	return nil
}

func expectLedger(_ context.Context, s *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	limit, args, err := within(args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return fmt.Errorf("%w: expect-ledger AMOUNT…, AMOUNT-BACK, or expect-ledger nothing", errUsage)
	}
	want := []string{}
	if len(args) != 1 || args[0] != "nothing" {
		for _, a := range args {
			paid, back, _ := strings.Cut(a, "-")
			if _, err := parseFen(paid); err != nil {
				return err
			}
			if _, err := parseFen(cmp.Or(back, "0")); err != nil {
				return err
			}
			want = append(want, a)
		}
	}
	both := strings.Contains(strings.Join(args, " "), "-")
	ctx, cancel := s.longer(limit)
	defer cancel()
	return s.await(ctx, b, limit, func() error {
		got := []string{}
		for _, o := range b.Ledger().Orders {
			net := o.Charged - o.GivenBack
			switch {
			case both && o.GivenBack != 0:
				got = append(got, txn.Yuan(o.Charged).Decimal()+"-"+txn.Yuan(o.GivenBack).Decimal())
			case net != 0:
				got = append(got, txn.Yuan(net).Decimal())
			}
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("the customers were charged %v, not %v", got, want)
		}
		return nil
	})
}

func expectPhone(_ context.Context, s *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	limit, args, err := texts(args)
	if err != nil {
		return err
	}
	wallet := paynet.WeChat
	if contains(board.Wallets, args[0]) {
		wallet, args = args[0], args[1:]
	}
	ctx, cancel := s.longer(limit)
	defer cancel()
	return s.await(ctx, b, limit, func() error {
		p := b.Phones()[wallet]
		shown := strings.Join([]string{string(p.State), p.Text, p.Payee, p.Amount, p.Order}, "\n")
		if m := missing(shown, args); len(m) > 0 {
			return fmt.Errorf("the phone does not show %q but %q", m, shown)
		}
		return nil
	})
}

func expectQR(_ context.Context, s *session, ts *testscript.TestScript, b *board.Board, args []string) error {
	limit, args, err := within(args)
	if err != nil {
		return err
	}
	if len(args) < 1 || len(args) > 2 || args[0] != "lcd" && args[0] != "paper" || len(args) == 2 && args[1] != "order" {
		return fmt.Errorf("%w: expect-qr lcd|paper [order]", errUsage)
	}
	ctx, cancel := s.longer(limit)
	defer cancel()
	return s.await(ctx, b, limit, func() error {
		img := b.Display()
		if args[0] == "paper" {
			img = b.Paper().Image()
		}
		text, err := camera.Last(img)
		switch {
		case err != nil:
			return err
		case len(args) == 2:
			if _, ok := b.Ledger().Order(text); !ok {
				return fmt.Errorf("the QR says %q, which is no order number that the network knows", text)
			}
			ts.Setenv("ORDER", text)
			return nil
		case !b.KnownCode(text):
			return fmt.Errorf("the QR says %q, which is no code that the network gave out", text)
		}
		return nil
	})
}

func expectPower(_ context.Context, s *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	limit, args, err := texts(args)
	if err != nil {
		return err
	}
	ctx, cancel := s.longer(limit)
	defer cancel()
	return s.await(ctx, b, limit, func() error {
		if p := b.Power(); string(p.State) != args[0] {
			return fmt.Errorf("the power is %s, not %s", p.State, args[0])
		}
		return nil
	})
}

// pollEvery is how often that is looked at again which tells nobody when it changes: the log, which is a file,
// and the scan engine, which is a lamp.
const pollEvery = 20 * time.Millisecond

// poll waits until check returns nil, and returns its last error when the limit is over.
func (s *session) poll(limit time.Duration, check func() error) error {
	deadline := time.Now().Add(s.limit(limit))
	for {
		err := check()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(pollEvery)
	}
}

func expectLog(_ context.Context, s *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	limit, args, err := texts(args)
	if err != nil {
		return err
	}
	return s.poll(limit, func() error {
		if m := missing(b.Log(1<<20), args); len(m) > 0 {
			return fmt.Errorf("the log does not say %q", m)
		}
		return nil
	})
}

func expectScanner(_ context.Context, s *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	limit, args, err := texts(args)
	if err != nil {
		return err
	}
	if len(args) != 1 || args[0] != "reading" && args[0] != "idle" {
		return fmt.Errorf("%w: expect-scanner reading|idle", errUsage)
	}
	return s.poll(limit, func() error {
		if b.ScannerReading() != (args[0] == "reading") {
			return fmt.Errorf("the scan engine is not %s", args[0])
		}
		return nil
	})
}

var errAmount = errors.New("write an amount like 12.50")

func parseYuan(s string) (int64, error) {
	m, err := txn.ParseYuan(s)
	if err != nil {
		return 0, errAmount
	}
	return m.Fen, nil
}
