package powercut

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"smartpos/cmd/internal/board"
	"smartpos/cmd/internal/board/camera"
	"smartpos/txn/pay/paynet"
)

const (
	// seeLimit is how long the terminal may take to show something, on an emulated processor of a busy host.
	seeLimit = time.Minute
	// reachLimit is how long a point gets to be reached when the sales are done.
	reachLimit = 300 * time.Millisecond
	// offLimit is how long the end of a machine takes at most.
	offLimit = 10 * time.Second
	// homeTries bounds the keys that lead back to the screen that takes an amount.
	homeTries = 8
	// restLimit is how long the terminal gets to find out what came of all orders: a shown code's life and the margin
	// after it, counted from its start, and the work of a busy host.
	restLimit = 3 * time.Minute
	// restEvery is how often a cashier at rest looks at the display.
	restEvery = 300 * time.Millisecond
)

// errOff ends what a cashier and a customer do when the power goes, and errNoSale a sale that the terminal gave up: on
// a busy host an answer can come too late.
var (
	errOff    = errors.New("the power is off")
	errNoSale = errors.New("the terminal says that the sale came to nothing")
)

// What stands on the display.
const (
	saysReady     = "请输入金额"
	saysPaid      = "收款成功"
	saysPrinted   = "小票已打印"
	saysUnprinted = "小票未打完"
	saysShow      = "请用微信支付扫码"
	saysScan      = "请顾客出示付款码"
	saysCash      = "收现金"
	saysFailed    = "未收款"
	saysUnknown   = "结果未知"
	saysOpen      = "未决订单"
	saysNoneOpen  = "未决订单0"

	saysNewPIN       = "新PIN，"
	saysAgain        = "再输入一次"
	saysEnrolled     = "主管PIN已设好"
	saysPick         = "退哪一单"
	saysRefundAmount = "退款金额"
	saysPIN          = "主管PIN"
	saysWrongPIN     = "PIN不对"
	saysRefunded     = "退款成功"
	saysRefund       = "退款"
	saysOffline      = "离线"
	saysOfflineKey   = "8出离线码"
	saysAnswer       = "答案_"
	saysWrongAnswer  = "答案错"
	saysUnconfirmed  = "离线待确认"
)

// What stands on the phone when its network knows the order and takes no payment for it any more.
const (
	pageExpired = "订单已过期"
	pageClosed  = "订单已关闭"
)

// till is a cashier and a customer at a board, for one round.
type till struct {
	b     *board.Board
	books *books
	round round
	began time.Time // the terminal's start, at the latest

	serving  kind // the sale under way, or the latest
	enrolled bool // a supervisor, in this round
	actions  int
	sold     int // sales that were seen through
	cuts     sync.WaitGroup
}

// sell goes through the round's sales, and returns when the power is gone. Another error is the cashier's: the
// terminal has power and does not do what it should.
func (t *till) sell(ctx context.Context) error {
	defer t.cuts.Wait()
	err := t.home(ctx)
	for _, s := range t.round.sales {
		if err != nil {
			break
		}
		t.serving = s.kind
		t.serving = s.kind
		if err = t.serve(ctx, s); err == nil {
			t.sold++
		}
		if err == nil || errors.Is(err, errNoSale) {
			err = t.home(ctx)
		}
	}
	if err == nil {
		err = t.outwait(ctx)
	}
	if !errors.Is(err, errOff) {
		return err
	}
	return nil
}

// outwait lets an armed point be reached by what the terminal does by itself; if it is not, the power goes now.
func (t *till) outwait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reachLimit)
	defer cancel()
	if t.b.AwaitOff(ctx) == nil {
		return errOff
	}
	return errors.Join(t.b.PowerCut(), errOff)
}

// act is one thing that cashier or customer do. When the power goes meanwhile, what came of it does not matter.
func (t *till) act(ctx context.Context, do func() error) error {
	if t.actions == t.round.armed {
		if err := t.arm(); err != nil {
			return err
		}
	}
	t.actions++
	err := do()
	if err == nil || !t.off() {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, offLimit)
	defer cancel()
	if t.b.AwaitOff(ctx) != nil {
		return err
	}
	if p := t.b.Power(); p.State == board.PowerExited {
		return &Loss{What: p.Reason + "\n" + p.Log}
	}
	return errOff
}

// off reports whether the power goes, or is gone: a machine is dead before its board says so.
func (t *till) off() bool {
	return t.b.Power().State != board.PowerOn || strings.TrimSpace(t.b.DisplayText()) == ""
}

func (t *till) arm() error {
	if t.round.point.What != "" {
		return t.b.CutAt(t.round.point)
	}
	t.cuts.Go(func() {
		time.Sleep(t.round.pause) // at any time is what it is for
		_ = t.b.PowerCut()
	})
	return nil
}

// text is what stands on the display, which the books take down.
func (t *till) text() string {
	text := t.b.DisplayText()
	t.books.look(text)
	return strings.Join(strings.Fields(text), "")
}

// sees waits until one of the texts stands on the display.
func (t *till) sees(ctx context.Context, texts ...string) error {
	ctx, cancel := context.WithTimeout(ctx, seeLimit)
	defer cancel()
	gone := false
	err := t.b.Await(ctx, func() bool {
		text := t.text()
		gone = t.b.Power().State != board.PowerOn
		return gone || slices.ContainsFunc(texts, func(want string) bool { return strings.Contains(text, want) })
	})
	switch {
	case gone:
		return errOff
	case err != nil:
		return &Loss{What: fmt.Sprintf("the display does not show %q: %v\n%s", texts, err, t.b.DisplayText())}
	}
	return nil
}

// keys presses keys one by one. One that a busy host kept the firmware from scanning is pressed once more.
func (t *till) keys(ctx context.Context, keys string) error {
	strokes, err := board.ParseStrokes(keys)
	if err != nil {
		return err
	}
	return t.act(ctx, func() error {
		for _, s := range strokes {
			err := t.b.Press(ctx, []board.Stroke{s})
			if errors.Is(err, board.ErrNotTaken) && t.b.Power().State == board.PowerOn {
				err = t.b.Press(ctx, []board.Stroke{s})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// home leads to the screen that takes an amount. What a cut left unprinted is asked for once, and prints meanwhile.
func (t *till) home(ctx context.Context) error {
	for range homeTries {
		if err := t.act(ctx, func() error {
			return t.sees(ctx, saysReady, saysPaid, saysShow, saysScan, saysCash, saysFailed, saysUnknown, saysRefund, saysOffline, saysPIN)
		}); err != nil {
			return err
		}
		text := t.text()
		ready, owed := strings.Contains(text, saysReady), strings.Contains(text, saysUnprinted)
		switch {
		case ready && owed:
			return t.keys(ctx, "OK")
		case ready:
			return nil
		}
		key := "CANCEL"
		if strings.Contains(text, saysPaid) || strings.Contains(text, saysRefunded) || strings.Contains(text, saysUnconfirmed) {
			key = "OK"
		}
		if err := t.keys(ctx, key); err != nil {
			return err
		}
	}
	return &Loss{What: fmt.Sprintf("the terminal does not get back to its first screen\n%s", t.b.DisplayText())}
}

// rest is a cashier without customers: receipts that are owed get printed, and the terminal gets the time to find out
// what came of every order.
func (t *till) rest(ctx context.Context) error {
	settled := false
	for deadline := time.Now().Add(restLimit); time.Now().Before(deadline); {
		text := t.text()
		ready, owed := strings.Contains(text, saysReady), strings.Contains(text, saysUnprinted)
		key := "CANCEL"
		switch {
		case t.b.Power().State != board.PowerOn:
			return &Loss{What: "the power went by itself: " + t.b.Power().Reason}
		case strings.Contains(text, saysNoneOpen):
			settled = true
		case ready && owed:
			key = "OK"
		case ready && settled:
			return nil
		case ready:
			key = "MENU" // it counts the orders that are open
		case strings.Contains(text, saysOpen):
			key = ""
		}
		if key != "" {
			if err := t.keys(ctx, key); err != nil {
				return err
			}
		}
		time.Sleep(restEvery) // a person looks up now and then
	}
	return nil
}

// serve is one customer.
func (t *till) serve(ctx context.Context, s sale) error {
	amount := fmt.Sprint(s.fen / 100)
	switch s.kind {
	case backup:
		return t.awaitBackup(ctx)
	case refunded:
		return t.giveBack(ctx, s)
	case offline:
		return t.sellOffline(ctx, amount, s.wrong)
	case scanned:
		return t.steps(ctx, t.press(amount+" SCAN"), t.shows(saysScan), t.scan(), t.shows(saysPaid), t.shows(saysPrinted))
	case cash:
		return t.steps(ctx, t.press(amount+" MENU 0"), t.shows(saysCash), t.press("OK"), t.shows(saysPaid), t.shows(saysPrinted))
	}
	if err := t.steps(ctx, t.press(amount+" OK"), t.shows(saysShow), t.phone(board.DoScanLCD)); err != nil {
		return err
	}
	switch s.kind {
	case cancelled:
		return t.steps(ctx, t.press("CANCEL"), t.shows(saysReady))
	case left:
		return t.steps(ctx, t.press("CANCEL"), t.refusable(board.DoConfirm), t.shows(saysReady))
	}
	return t.steps(ctx, t.phone(board.DoConfirm), t.shows(saysPaid), t.shows(saysPrinted))
}

type step func(context.Context) error

func (t *till) steps(ctx context.Context, steps ...step) error {
	for _, do := range steps {
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t *till) press(keys string) step {
	return func(ctx context.Context) error { return t.keys(ctx, keys) }
}

func (t *till) shows(text string) step {
	return func(ctx context.Context) error {
		return t.act(ctx, func() error {
			err := t.sees(ctx, text, saysFailed, saysUnknown)
			if now := t.text(); err == nil && !strings.Contains(now, text) && (strings.Contains(now, saysFailed) || strings.Contains(now, saysUnknown)) {
				return errNoSale
			}
			return err
		})
	}
}

// phone is what the customer does. On a busy host a code may have run out before: then both say so, the network's page and
// the terminal.
func (t *till) phone(do string) step {
	return func(ctx context.Context) error {
		return t.act(ctx, func() error {
			err := t.tap(ctx, do)
			text := ""
			if errors.Is(err, board.ErrPhone) {
				text = t.b.Phones()[paynet.WeChat].Text
			}
			over := text == pageExpired || text == pageClosed || errors.Is(err, camera.ErrNoCode)
			if over && t.sees(ctx, saysFailed) == nil {
				return errNoSale
			}
			return err
		})
	}
}

// refusable is phone, where the network may have closed the order already.
func (t *till) refusable(do string) step {
	return func(ctx context.Context) error {
		return t.act(ctx, func() error {
			if err := t.tap(ctx, do); !errors.Is(err, board.ErrPhone) {
				return err
			}
			return nil
		})
	}
}

// tap holds the camera to what is still being drawn until it reads it, or until there is nothing to be read any more.
func (t *till) tap(ctx context.Context, do string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, seeLimit)
	defer cancel()
	late := t.b.Await(ctx, func() bool {
		_, err = t.b.Phone(ctx, board.PhoneRequest{Wallet: paynet.WeChat, Do: do})
		return !errors.Is(err, camera.ErrNoCode) || t.b.Power().State != board.PowerOn || strings.Contains(t.text(), saysFailed)
	})
	return cmp.Or(err, late)
}

func (t *till) scan() step {
	return func(ctx context.Context) error {
		return t.act(ctx, func() error {
			page, err := t.b.Phone(ctx, board.PhoneRequest{Wallet: paynet.WeChat, Do: board.DoCode})
			if err != nil {
				return err
			}
			return t.b.Scan(ctx, page.Code, seeLimit)
		})
	}
}
