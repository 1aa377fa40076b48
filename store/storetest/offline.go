package storetest

import (
	"testing"

	"smartpos/txn"
)

func testOffline(t *testing.T, j txn.Journal) {
	mode := func(count int, fen int64, tries int) {
		t.Helper()
		if s := start(t, j).Till.Offline; s.Count != count || s.Fen != fen || s.Tries != tries {
			t.Errorf("the mode is %+v, want %d codes of %d fen, %d tries", s, count, fen, tries)
		}
	}
	for name, change := range map[string]func(*txn.Intent){
		"scanned":   func(in *txn.Intent) { in.Method = txn.Scan },
		"5 digits":  func(in *txn.Intent) { in.Offline.Digits = 5 },
		"9 digits":  func(in *txn.Intent) { in.Offline.Digits = 9 },
		"no amount": func(in *txn.Intent) { in.Amount.Fen = 0 },
		"too much":  func(in *txn.Intent) { in.Amount.Fen = 1 << 48 },
	} {
		in := Offline(100, "")
		change(in)
		t.Log(name)
		refuse(t, j, in, txn.ErrTransition)
	}
	o := commit(t, j, Offline(100, ""))
	mode(1, 100, 0)
	refuse(t, j, OfflineTried(o), txn.ErrTransition) // no code was made
	refuse(t, j, OfflineAnswered(o), txn.ErrTransition)
	commit(t, j, OfflineMade(o))
	refuse(t, j, OfflineMade(o), txn.ErrTransition)     // a second one
	refuse(t, j, OfflineAnswered(o), txn.ErrTransition) // no try was counted
	refuse(t, j, Intent(100, o.No), txn.ErrTransition)  // it can be paid
	for range txn.MaxCodeTries {
		commit(t, j, OfflineTried(o))
	}
	refuse(t, j, OfflineTried(o), txn.ErrTransition)
	mode(1, 100, 3)
	commit(t, j, OfflineAnswered(o))
	mode(1, 100, 2)
	refuse(t, j, OfflineAnswered(o), txn.ErrTransition)
	refuse(t, j, Move(o, txn.Closing), txn.ErrTransition)
	refuse(t, j, Intent(100, o.No), txn.ErrTransition) // goods may have been handed over for it
	refuse(t, j, Outcome(o, txn.Paid), txn.ErrTransition)
	commit(t, j, Printed(o))

	void := commit(t, j, Offline(200, ""))
	mode(2, 300, 2)
	commit(t, j, OfflineMade(void))
	for range txn.MaxCodeTries {
		commit(t, j, OfflineTried(void))
	}
	refuse(t, j, Move(void, txn.Closing), txn.ErrTransition) // it would go on counting
	move := Move(void, txn.Closing)
	move.Settles = void.Amount
	commit(t, j, move)
	mode(1, 100, 5)
	unpaid := Outcome(void, txn.Disputed)
	unpaid.Exception = txn.Unpaid
	refuse(t, j, unpaid, txn.ErrTransition) // nobody had its answer
	commit(t, j, Outcome(void, txn.Closed))
	refuse(t, j, &txn.OfflineRenewed{Operator: "9001", At: Day}, txn.ErrTransition) // one is unconfirmed

	paid := Outcome(o, txn.Paid)
	paid.Settles = o.Amount
	commit(t, j, paid)
	mode(0, 0, 5)

	// Ten tries end the mode, and so does an answer that nobody paid for.
	for mode := start(t, j).Till.Offline; mode.Tries < txn.MaxModeTries; mode = start(t, j).Till.Offline {
		o = commit(t, j, Offline(1, ""))
		commit(t, j, OfflineMade(o))
		for range min(txn.MaxCodeTries, txn.MaxModeTries-mode.Tries) {
			commit(t, j, OfflineTried(o))
		}
		move := Move(o, txn.Closing)
		move.Settles = o.Amount
		commit(t, j, move)
	}
	refuse(t, j, Offline(1, ""), txn.ErrTransition)
	renew(t, j)
	o = commit(t, j, Offline(1, ""))
	commit(t, j, OfflineMade(o))
	commit(t, j, OfflineTried(o))
	commit(t, j, OfflineAnswered(o))
	unpaid = Outcome(o, txn.Disputed)
	unpaid.Exception, unpaid.Settles = txn.Unpaid, o.Amount
	commit(t, j, unpaid)
	refuse(t, j, Offline(1, ""), txn.ErrTransition)
	renew(t, j)
	commit(t, j, Offline(1, ""))
	if s := start(t, j).Till.Offline; s.Renewed != 2 || s.Unpaid {
		t.Errorf("the mode is %+v", s)
	}
}

// renew has a supervisor renew the mode.
func renew(t *testing.T, j txn.Journal) {
	t.Helper()
	refuse(t, j, &txn.OfflineRenewed{At: Day}, txn.ErrTransition) // nobody did
	if _, err := j.Commit(&txn.OfflineRenewed{Operator: "9001", At: Day}); err != nil {
		t.Fatal(err)
	}
}
