package terminal

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// Every screen of a reconciliation fits, whatever comes of it.
func TestBooksFit(t *testing.T) {
	for _, language := range []txn.Language{txn.Chinese, txn.English} {
		w := newWanderer(t, 1, language)
		for range 100 {
			w.keys("MENU 6 1 OK OK OK MENU CANCEL CANCEL MENU 6 3 CANCEL")
		}
		w.step(txn.KeyPressed{Key: txn.KeyMenu})
		w.step(txn.KeyPressed{Key: "6"})
		w.step(txn.KeyPressed{Key: txn.KeyOK}) // and while it runs
		w.pass(6 * time.Minute)                // … without an end
	}
}

// crowd is a batch with every network and method, and everything in all of them.
func crowd() (rows []txn.BatchRow) {
	sum := txn.Sum{N: 9_999, Fen: 9_999_999_99}
	for _, id := range []txn.NetworkID{"", txn.Alipay, txn.UnionPay, txn.WeChat} {
		for _, method := range []txn.Method{txn.Scan, txn.Show} {
			if id == "" {
				method = txn.Cash
			}
			rows = append(rows, txn.BatchRow{
				Network: id, Method: method, Currency: txn.CNY, Sales: sum, Refunds: sum, Voids: sum, Unconfirmed: sum, Open: sum, Refunding: sum,
			})
		}
	}
	return slices.Compact(rows)
}

// Every screen of a settlement fits, whatever is in the batch.
func TestBatchFits(t *testing.T) {
	for _, language := range []txn.Language{txn.Chinese, txn.English} {
		for seed := range uint64(2) { // without a supervisor and with one
			w := newWanderer(t, seed, language)
			for i := range 60 {
				w.crowded = i%2 == 0
				w.keys("CANCEL CANCEL MENU 9 1 1 1 MENU 2 1 OK OK 1 2 3 4 5 6 OK OK OK")
				w.pass(time.Second)
			}
			if report, err := w.journal.Batch(); err != nil || report.No < 2 {
				t.Errorf("%d batches, %v", report.No-1, err)
			}
		}
	}
}

// What the medium of the journal has to say fits, in every state.
func TestStorageFits(t *testing.T) {
	for _, language := range []txn.Language{txn.Chinese, txn.English} {
		w := newWanderer(t, 1, language)
		for _, s := range []txn.Storage{{Sales: 499}, {Sales: 9}, {Sales: 499, Damaged: true}, {}} {
			w.step(s)
			w.keys("5 OK")
			w.step(txn.Tick{})
			w.keys("MENU CANCEL CANCEL CANCEL")
		}
	}
}

// Every screen of a backup fits, whatever comes of it, and so does what is said of a stick.
func TestBackupFits(t *testing.T) {
	for _, language := range []txn.Language{txn.Chinese, txn.English} {
		for seed := range uint64(2) { // without a recovery key, and with one
			w := newWanderer(t, seed, language)
			w.keys("MENU . OK CANCEL CANCEL")
			for range 100 {
				w.step(txn.StickChanged{Spare: w.rng.IntN(4) == 0, State: pick(w, txn.StickNone, txn.StickReady, txn.StickReady,
					txn.StickReady, txn.StickReadOnly, txn.StickUnknown, txn.StickBroken, txn.StickSilent)})
				w.keys("CANCEL MENU . OK OK CANCEL MENU . CANCEL CANCEL")
				w.pass(time.Minute)
			}
			w.step(txn.StickChanged{State: txn.StickReady})
			w.step(txn.KeyPressed{Key: txn.KeyMenu})
			w.step(txn.KeyPressed{Key: "."})
			w.step(txn.KeyPressed{Key: txn.KeyOK}) // and while it is written
			w.step(txn.BackingUp{})
			w.step(txn.KeyPressed{Key: txn.KeyCancel})
		}
	}
}

// Whatever the machine says, in both languages, stands on the smallest display whole: what would be cut off an
// end is the next step.
func TestEveryScreenFits(t *testing.T) {
	for _, language := range []txn.Language{txn.Chinese, txn.English} {
		t.Run(string(language), func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			for seed := range uint64(4) {
				w := newWanderer(t, seed, language)
				w.seen = seen
				for i := range 1000 {
					switch w.wander(); i % 50 {
					case 24:
						w.scheme()
					case 49:
						w.offline()
					}
					if t.Failed() {
						t.Fatalf("seed %d", seed)
					}
				}
				w.deceived()
			}
			all := strings.Join(slices.Collect(maps.Keys(seen)), "\n")
			for _, word := range offlineWords[language] {
				if !strings.Contains(all, word) {
					t.Errorf("no screen said %q", word)
				}
			}
			t.Logf("%d different texts", len(seen))
		})
	}
}
