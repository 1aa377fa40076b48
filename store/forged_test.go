package store

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"smartpos/txn"
)

// What lies in the file is whole and sealed here, and still not what was written: entries are missing, or stand
// in another's place.
func TestWrongButSealed(t *testing.T) {
	for _, test := range forgeries {
		t.Run(test.name, func(t *testing.T) {
			dir := test.base.of(t)
			edit(t, dir, test.forge)
			if _, err := use(dir); !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("use: %v, want ErrJournalDamaged", err)
			}
		})
	}
}

// Here somebody even has the key, as a faulty program would: every MAC holds, and what is said is not true.
func TestWrongUnderTheRightKey(t *testing.T) {
	put := func(tx *bbolt.Tx, k keys, bucket string, key, body []byte) error {
		return tx.Bucket([]byte(bucket)).Put(key, k.seal(bucket, key, body))
	}
	changed := func(tx *bbolt.Tx, k keys, change func(*state)) error {
		body, _ := k.unseal(bucketMeta, []byte(keyState), tx.Bucket([]byte(bucketMeta)).Get([]byte(keyState)))
		st, err := decodeState(body)
		if err != nil {
			return err
		}
		change(&st)
		return put(tx, k, bucketMeta, []byte(keyState), st.encode())
	}
	rewritten := func(tx *bbolt.Tx, k keys, seq uint64, change func(*envelope)) error {
		b := tx.Bucket([]byte(bucketRecords))
		e, err := decodeEnvelope(b.Get(u64(seq)), k.record)
		if err != nil {
			return err
		}
		change(&e)
		return b.Put(u64(seq), e.encode(k.record))
	}
	for name, fn := range map[string]func(tx *bbolt.Tx, k keys) error{
		"the state of an earlier time": func(tx *bbolt.Tx, k keys) error {
			return changed(tx, k, func(st *state) { st.records-- })
		},
		"another head": func(tx *bbolt.Tx, k keys) error {
			return changed(tx, k, func(st *state) { st.head[0]++ })
		},
		"another latest record": func(tx *bbolt.Tx, k keys) error {
			return rewritten(tx, k, wornRecords, func(e *envelope) { e.at = e.at.Add(time.Second) })
		},
		"a record that follows no other": func(tx *bbolt.Tx, k keys) error {
			return rewritten(tx, k, 50, func(e *envelope) { e.previous[0]++ })
		},
		"a record of another type": func(tx *bbolt.Tx, k keys) error {
			return rewritten(tx, k, 50, func(e *envelope) { e.kind = 99 })
		},
		"an order that its records don't make": func(tx *bbolt.Tx, k keys) error {
			key := u64(7)
			body, _ := k.unseal(bucketOrders, key, tx.Bucket([]byte(bucketOrders)).Get(key))
			return put(tx, k, bucketOrders, key, bytes.Replace(body, []byte(`"fen":350`), []byte(`"fen":351`), 1))
		},
		"an order of no records": func(tx *bbolt.Tx, k keys) error {
			key := u64(7)
			body, _ := k.unseal(bucketOrders, key, tx.Bucket([]byte(bucketOrders)).Get(key))
			return put(tx, k, bucketOrders, key, bytes.Replace(body, []byte(`[19,20,21]`), []byte(`[]`), 1))
		},
		"another order paid last": func(tx *bbolt.Tx, k keys) error {
			return changed(tx, k, func(st *state) { st.last-- })
		},
		"an order in two sales": func(tx *bbolt.Tx, k keys) error {
			return put(tx, k, bucketSales, u64(7), append(u64(6), u64(7)...))
		},
		"a settled sale pending": func(tx *bbolt.Tx, k keys) error {
			return errors.Join(put(tx, k, bucketPending, u64(7), nil), changed(tx, k, func(st *state) { st.pending++ }))
		},
		"another code": func(tx *bbolt.Tx, k keys) error {
			return put(tx, k, bucketCodes, u64(1), []byte("c0de"))
		},
		"another exception": func(tx *bbolt.Tx, k keys) error { return put(tx, k, bucketExceptions, u64(1), u64(7)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := worn(t)
			edit(t, dir, func(tx *bbolt.Tx) error {
				_, k, err := decodeIdentity(tx.Bucket([]byte(bucketMeta)).Get([]byte(keyIdentity)), made.key)
				if err != nil {
					return err
				}
				return fn(tx, k)
			})
			if _, err := use(dir); !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("use: %v, want ErrJournalDamaged", err)
			}
		})
	}
}

// A sale that fell out of the pending index must not wait for a technician's check to be missed.
func TestStartMissesNothing(t *testing.T) {
	for _, bucket := range []string{bucketPending, bucketSales, bucketOrders} {
		dir := worn(t)
		edit(t, dir, func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucket)).Delete(u64(wornOrders)) })
		j, err := Open(dir, Config{Terminal: "T0000001"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := j.Start(); !errors.Is(err, txn.ErrJournalDamaged) {
			t.Errorf("%s: %v, want ErrJournalDamaged", bucket, err)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	}
}

func move(tx *bbolt.Tx, bucket string, from, to []byte) error {
	b := tx.Bucket([]byte(bucket))
	v := bytes.Clone(b.Get(from))
	return errors.Join(b.Delete(from), b.Put(to, v))
}
