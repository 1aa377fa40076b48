package powercut

import (
	"context"
	"errors"
	"strings"

	"smartpos/cmd/internal/board"
	"smartpos/txn/pay/paynet"
)

// What the terminal's people key in: the supervisor's number and PIN, and the technician's code of the board's profile.
const (
	supervisor = "S01"
	pinKeys    = "7 3 9 1 0 5 OK"
	wrongKeys  = "1 1 1 2 2 2 OK"
	enrolKeys  = "MENU 7 2 0 2 6 0 3 0 1 OK"
)

// mostTries is how many counted tries leave room for one more wrong PIN and the right one, before the lock-out.
const mostTries = 3

// giveBack sells and gives the money back, as far as the supervisor's tries last.
func (t *till) giveBack(ctx context.Context, s sale) error {
	if _, known := t.books.till.Operator(supervisor); !known && !t.books.enrolled && !t.enrolled {
		if err := t.steps(ctx, t.press(enrolKeys), t.shows(saysNewPIN), t.press(pinKeys), t.shows(saysAgain), t.press(pinKeys), t.shows(saysReady)); err != nil {
			return err
		}
		t.enrolled = true // also where another message has hidden the one that says so
	}
	first := sale{kind: shown, fen: s.fen}
	if s.cash {
		first.kind = cash
	}
	operator, _ := t.books.till.Operator(supervisor)
	tries := max(operator.Tries, t.books.wrongPINs)
	if err := t.serve(ctx, first); err != nil || tries > mostTries+1 {
		return err
	}
	if err := t.steps(ctx, t.press("OK MENU 5 OK"), t.shows(saysPick), t.press("1"), t.shows(saysRefundAmount), t.press("OK"), t.shows(saysPIN)); err != nil {
		return err
	}
	if s.wrong && tries <= mostTries {
		if err := t.steps(ctx, t.press(wrongKeys), t.shows(saysWrongPIN)); err != nil {
			return err
		}
		t.books.wrongPINs = tries + 1
	}
	t.books.wrongPINs, t.books.rightPIN = 0, true // a right one gives all tries back, at some time from now on
	return t.steps(ctx, t.press(pinKeys), t.shows(saysRefunded), t.shows(saysPrinted))
}

// sellOffline takes the network away, sells with a code of the terminal's own, and brings the network back.
func (t *till) sellOffline(ctx context.Context, amount string, wrong bool) (err error) {
	defer func() { err = errors.Join(err, t.b.Break(board.Faults{Network: board.FaultOK})) }()
	if err := t.b.Break(board.Faults{Network: string(paynet.FaultDown)}); err != nil {
		return err
	}
	if err := t.steps(ctx, t.press(amount+" OK"), t.shows(saysOfflineKey), t.press("8 OK"), t.shows(saysAnswer)); err != nil {
		return err
	}
	if wrong {
		before := t.books.till.Offline.Tries
		if err := t.steps(ctx, t.press("1 1 1 1 1 1 OK"), t.shows(saysWrongAnswer)); err != nil {
			return err
		}
		t.books.wrongAnswers = max(before, t.books.wrongAnswers) + 1
	}
	if err := t.steps(ctx, t.phone(board.DoScanLCD), t.phone(board.DoConfirm)); err != nil {
		return err
	}
	answer := t.b.Phones()[paynet.WeChat].Answer
	return t.steps(ctx, t.press(strings.Join(strings.Split(answer, ""), " ")+" OK"), t.shows(saysUnconfirmed), t.shows(saysPrinted))
}
