package scenario

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"smartpos/cmd/internal/board"
)

// doLimit bounds a verb that does something.
const doLimit = 20 * time.Second

// verb is one verb: it gets the board, and an error fails the scenario at its line.
type verb func(ctx context.Context, s *session, ts *testscript.TestScript, b *board.Board, args []string) error

// errUsage is returned by a verb for arguments that it can't use.
var errUsage = errors.New("usage")

// verbs are the commands of a scenario file.
func verbs() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	cmds := map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"option":           option,
		"allow-unresolved": allowUnresolved,
	}
	for name, v := range map[string]verb{
		"keys": keys, "type": typed, "scan": scan, "phone": phone, "faults": faults, "power": power, "tear": tear,
		"bill": bill, "stick": stickDo, "expect-stick": expectStick, "expect-backup": expectBackup, "damage": damage,
		"expect-lcd": expectLCD, "expect-no-lcd": expectNoLCD, "expect-not-lcd": expectNoLCD,
		"expect-paper": expectPaper, "expect-no-paper": expectNoPaper, "expect-not-paper": expectNoPaper,
		"expect-ledger": expectLedger, "expect-phone": expectPhone, "expect-qr": expectQR,
		"expect-power": expectPower, "expect-log": expectLog, "expect-scanner": expectScanner,
	} {
		cmds[name] = v.command(name)
	}
	return cmds
}

// command makes a verb a command of testscript. "!" turns its success into failure: ! phone confirm.
func (v verb) command(name string) func(ts *testscript.TestScript, neg bool, args []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		s := sessionOf(ts)
		b, err := s.start()
		if err != nil {
			s.fail(ts, fmt.Errorf("the board does not start: %w", err))
		}
		s.name = ts.Name()
		ctx, cancel := context.WithTimeout(context.Background(), s.limit(doLimit))
		defer cancel()
		s.shoot(name, false)
		defer s.shoot(name, true)
		err = v(ctx, s, ts, b, args)
		switch {
		case errors.Is(err, errUsage):
			s.fail(ts, fmt.Errorf("%s: %w", name, err))
		case neg && err == nil:
			s.fail(ts, fmt.Errorf("%s was expected to fail and did not", name))
		case !neg && err != nil:
			s.fail(ts, fmt.Errorf("%s: %w", name, err))
		}
	}
}

func option(ts *testscript.TestScript, neg bool, args []string) {
	s := sessionOf(ts)
	if neg || len(args) != 1 || !strings.Contains(args[0], "=") {
		s.fail(ts, fmt.Errorf("%w: option KEY=VALUE, for example option sale.copies=1", errUsage))
	}
	if s.board != nil {
		s.fail(ts, errors.New("option: the board runs already; options come first"))
	}
	s.overrides = append(s.overrides, args[0])
}

func allowUnresolved(ts *testscript.TestScript, neg bool, args []string) {
	s := sessionOf(ts)
	if neg || len(args) != 0 {
		s.fail(ts, fmt.Errorf("%w: allow-unresolved", errUsage))
	}
	s.unresolved = true
}

func keys(ctx context.Context, _ *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	strokes, err := board.ParseStrokes(strings.Join(args, " "))
	if err != nil {
		return err
	}
	return b.Press(ctx, strokes)
}

func typed(ctx context.Context, _ *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return fmt.Errorf("%w: type CHARACTERS", errUsage)
	}
	return b.Type(ctx, args[0])
}

func scan(ctx context.Context, s *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	if len(args) == 3 && args[0] == "-times" {
		n, err := strconv.Atoi(args[1])
		if err != nil || n < 1 || n > 100_000 {
			return fmt.Errorf("%w: scan -times N TEXT", errUsage)
		}
		args = []string{strings.Repeat(args[2], n)}
	}
	if len(args) != 1 || args[0] == "" {
		return fmt.Errorf("%w: scan TEXT, or scan $CODE after phone code", errUsage)
	}
	return b.Scan(ctx, args[0], s.limit(defaultLimit))
}

func phone(ctx context.Context, _ *session, ts *testscript.TestScript, b *board.Board, args []string) error {
	var req board.PhoneRequest
	if err := parsePhone(&req, args); err != nil {
		return err
	}
	page, err := b.Phone(ctx, req)
	if err != nil {
		return err
	}
	if req.Do == board.DoCode {
		ts.Setenv("CODE", page.Code)
	}
	if page.Answer != "" { // by the keys that it takes: keys $ANSWER OK
		ts.Setenv("ANSWER", strings.Join(strings.Split(page.Answer, ""), " "))
	}
	ts.Logf("phone: %s %s %s %s", page.State, page.Text, page.Payee, page.Amount)
	return nil
}

// parsePhone reads "[WALLET] DO [balance=10.00] [coupon=1.00] [password=always]".
func parsePhone(req *board.PhoneRequest, args []string) error {
	for _, a := range args {
		name, value, isSetting := strings.Cut(a, "=")
		switch {
		case isSetting && name == "password":
			req.Password = value
		case isSetting && (name == "balance" || name == "coupon"):
			fen, err := parseFen(value)
			if err != nil {
				return err
			}
			if name == "balance" {
				req.Balance = &fen
			} else {
				req.Coupon = &fen
			}
		case isSetting:
			return fmt.Errorf("%w: phone: no setting %q; there are balance, coupon, password", errUsage, name)
		case contains(board.Wallets, a):
			req.Wallet = a
		default:
			req.Do = a
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

func faults(_ context.Context, _ *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	var f board.Faults
	for _, a := range args {
		part, value, _ := strings.Cut(a, "=")
		switch part {
		case "printer":
			f.Printer = value
		case "scanner":
			f.Scanner = value
		case "network":
			f.Network = value
		case "refunds":
			f.Refunds = value
		default:
			return fmt.Errorf("%w: faults PART=FAULT; the parts are printer, scanner, network, refunds", errUsage)
		}
	}
	return b.Break(f)
}

func power(ctx context.Context, _ *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	switch text := strings.Join(args, " "); {
	case text == "on":
		return b.PowerOn(ctx)
	case text == "cut":
		return b.PowerCut()
	case strings.HasPrefix(text, "cut at "):
		p, err := board.ParsePoint(strings.TrimPrefix(text, "cut at "))
		if err != nil {
			return err
		}
		return b.CutAt(p)
	}
	return fmt.Errorf("%w: power on, power cut, power cut at POINT", errUsage)
}

func bill(_ context.Context, _ *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%w: bill missing, stranger, amount, reversed, twice or ok", errUsage)
	}
	return b.BendBill(args[0])
}

func tear(_ context.Context, _ *session, _ *testscript.TestScript, b *board.Board, _ []string) error {
	b.Tear()
	return nil
}

// parseFen reads "12.50" as 1250.
func parseFen(s string) (int64, error) {
	m, err := parseYuan(s)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errUsage, err)
	}
	return m, nil
}
