package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"smartpos/store/internal/rules"
	"smartpos/store/storetest"
	"smartpos/txn"
)

// Even under the right key, no number of another incarnation than the one that holds passes for ours.
func TestNumberOfAnotherIncarnation(t *testing.T) {
	for name, rec := range map[string]txn.Record{
		"an order":  intentNo(must(rules.Number("T0000001", "0123WXYZ", wornOrders+1))),
		"a restore": &txn.Restored{Incarnation: "0123WXYZ", From: "9876WXYZ", At: storetest.Day},
	} {
		t.Run(name, func(t *testing.T) {
			dir := worn(t)
			j, err := Open(dir, Config{Terminal: "T0000001"})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = j.Close() }()
			_, err = j.transact(storetest.Day, func(w *writer) (txn.Order, error) {
				return w.replay(envelope{
					kind: rec.Type(), sequence: wornRecords + 1, previous: w.st.head, at: storetest.Day, payload: must(json.Marshal(rec)),
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := j.Verify(); !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("verify: %v, want ErrJournalDamaged", err)
			}
			var b bytes.Buffer
			if _, err := j.Backup(t.Context(), &b, safe().Recipient()); err != nil {
				t.Fatal(err)
			}
			if _, err := CheckBackup(&b, safe()); !errors.Is(err, ErrBackup) {
				t.Errorf("check: %v, want ErrBackup", err)
			}
		})
	}
}

func intentNo(no txn.OrderNo) *txn.Intent {
	in := storetest.Intent(100, no)
	in.No = no
	return in
}
