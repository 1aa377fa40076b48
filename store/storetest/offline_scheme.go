package storetest

import (
	"testing"

	"smartpos/txn"
)

// testOfflineScheme holds that the two kinds of offline codes have nothing of each other: a scheme's has no digest, no try
// and no way to end the mode, and the other has no cashier's word.
func testOfflineScheme(t *testing.T, j txn.Journal) {
	mode := func(count int, fen int64) {
		t.Helper()
		if s := start(t, j).Till.Offline; s.Count != count || s.Fen != fen || s.Tries != 0 || s.Unpaid {
			t.Fatalf("the mode is %+v, want %d codes of %d fen", s, count, fen)
		}
	}
	both := OfflineScheme(100, "")
	both.Offline.Digits = 6
	refuse(t, j, both, txn.ErrTransition) // of both kinds

	o := commit(t, j, OfflineScheme(100, ""))
	mode(1, 100)
	refuse(t, j, OfflineMade(o), txn.ErrTransition)
	refuse(t, j, OfflineTried(o), txn.ErrTransition)
	refuse(t, j, OfflineAnswered(o), txn.ErrTransition)
	early := Outcome(o, txn.Disputed)
	early.Exception, early.Settles = txn.Unbacked, o.Amount
	refuse(t, j, early, txn.ErrTransition) // nobody has said that it was paid
	if o = commit(t, j, OfflineSeen(o)); o.State != txn.Unconfirmed {
		t.Fatalf("seen paid: %+v", o)
	}
	mode(1, 100)
	refuse(t, j, OfflineSeen(o), txn.ErrTransition) // a second time
	ends := Outcome(o, txn.Disputed)
	ends.Exception, ends.Settles = txn.Unpaid, o.Amount
	refuse(t, j, ends, txn.ErrTransition) // nobody had an answer
	ends.Exception = txn.Unbacked
	commit(t, j, ends)
	mode(0, 0)

	other := commit(t, j, Offline(100, ""))
	commit(t, j, OfflineMade(other))
	refuse(t, j, OfflineSeen(other), txn.ErrTransition)
	commit(t, j, OfflineTried(other))
	commit(t, j, OfflineAnswered(other))
	unbacked := Outcome(other, txn.Disputed)
	unbacked.Exception, unbacked.Settles = txn.Unbacked, other.Amount
	refuse(t, j, unbacked, txn.ErrTransition)
}
