package terminal

import (
	"context"
	"log/slog"
	"time"

	"smartpos/device"
	"smartpos/txn"
	"smartpos/txn/pay/offlineqr"
)

// Sealer makes the codes that are shown without a network, and judges the answers to them. *offlineqr.Sealer is one.
type Sealer interface {
	Issue(order txn.OrderNo, amount txn.Money, expires time.Time, digits int) (string, txn.AnswerDigest, error)
	Matches(order txn.OrderNo, digest txn.AnswerDigest, digits string) bool
}

// openOffline returns what makes offline codes; nil, with the cause in the log, where the profile has none or their key
// can't be read.
func openOffline(p *device.Profile, log *slog.Logger) Sealer {
	if !p.Offline.Answers() {
		return nil
	}
	s, err := newOffline(p, openVault(p))
	if err != nil {
		log.Error("offline codes left out", "err", err)
		return nil
	}
	return s
}

func newOffline(p *device.Profile, v vault) (*offlineqr.Sealer, error) {
	const table = "offline.acquirer"
	if err := v.lacks(table); err != nil {
		return nil, err
	}
	a := p.Offline.Acquirer
	return offlineqr.New(offlineqr.Config{
		Terminal: p.Terminal.ID, KeyNumber: a.KeyNumber, Key: v.source(table+".key", a.Key), Page: a.Page,
		Production: p.Environment == device.Production,
	})
}

// makeOffline draws an answer and seals it, or writes a scheme's code, beside the loop: random numbers may have to be waited for.
func (t *Terminal) makeOffline(ctx context.Context, e txn.MakeOffline) {
	t.work.Go(func() {
		ev := txn.OfflineCodeMade{Order: e.Order.No}
		switch {
		case e.Order.Offline.Scheme != "":
			ev.Code = t.makeScheme(e.Order)
		case t.ports.Offline != nil:
			code, digest, err := t.ports.Offline.Issue(e.Order.No, e.Order.Amount, e.Order.Expires, e.Order.Offline.Digits)
			if err != nil {
				t.ports.Log.Error("offline code", "order", e.Order.No, "err", err)
			} else {
				ev.Code, ev.Digest = code, digest
			}
		}
		t.tell(ctx, ev)
	})
}

// checkAnswer compares an answer whose try is on disk.
func (t *Terminal) checkAnswer(ctx context.Context, e txn.CheckAnswer) {
	t.work.Go(func() {
		right := t.ports.Offline != nil && t.ports.Offline.Matches(e.Order.No, e.Order.Offline.Digest, e.Answer.Reveal())
		t.tell(ctx, txn.AnswerChecked{Order: e.Order.No, Right: right})
	})
}
