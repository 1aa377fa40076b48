package store

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"path/filepath"
	"reflect"
	"testing"

	"go.etcd.io/bbolt"

	"smartpos/store/internal/rules"
	"smartpos/store/storetest"
	"smartpos/txn"
)

// pinHash is what can be searched for a PIN, as it would stand in a record.
var pinHash = []byte("argon2id")

func TestPINsAreEnciphered(t *testing.T) {
	dir := supervised(t)
	if bytes.Contains(read(t, filepath.Join(dir, FileName)), pinHash) {
		t.Error("a PIN's hash lies in clear in the journal")
	}
	j := open(t, dir)
	if o, ok := must(j.Start()).Till.Operator("9001"); !ok || !bytes.Contains([]byte(o.PIN), pinHash) {
		t.Errorf("operator %+v", o)
	}
}

// The digest of an offline code's answer stands in a record and in its order, and lies in clear in neither.
func TestAnswersAreEnciphered(t *testing.T) {
	dir := worn(t)
	j := open(t, dir)
	o := commit(t, j, storetest.Offline(100, ""))
	o = commit(t, j, storetest.OfflineMade(o))
	digest := o.Offline.Digest
	o = commit(t, j, storetest.OfflineTried(o))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(read(t, filepath.Join(dir, FileName)), []byte(digest)) {
		t.Error("the digest of an answer lies in clear in the journal")
	}
	if in, err := Inspect(dir, Config{}); err != nil || in.Orders != wornOrders+1 {
		t.Errorf("%+v, %v", in, err)
	}
	j = open(t, dir)
	if got := must(j.Order(o.No)); storetest.Text(got) != storetest.Text(o) || got.Offline.Digest != digest {
		t.Errorf("%+v", got)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	// Format 3 had both in clear, and is read as it is.
	edit(t, dir, func(tx *bbolt.Tx) error {
		_, k, err := decodeIdentity(tx.Bucket([]byte(bucketMeta)).Get([]byte(keyIdentity)), made.key)
		if err != nil {
			return err
		}
		key, b := u64(wornOrders+1), tx.Bucket([]byte(bucketOrders))
		body, _ := k.unseal(bucketOrders, key, b.Get(key))
		s, err := k.decodeOrder(wornOrders+1, body)
		if err != nil {
			return err
		}
		return b.Put(key, k.seal(bucketOrders, key, must(json.Marshal(s))))
	})
	recheck(t, dir)
	if in, err := Inspect(dir, Config{}); err != nil || in.Orders != wornOrders+1 {
		t.Errorf("in clear: %+v, %v", in, err)
	}
}

// A record that holds a PIN's hash says that it is sensitive, also one that is yet to come.
func TestSensitive(t *testing.T) {
	for kind := range 256 {
		rec := txn.NewRecord(txn.RecordType(kind))
		if rec == nil {
			continue
		}
		holds := false
		for f := range reflect.TypeOf(rec).Elem().Fields() {
			holds = holds || f.Type == reflect.TypeFor[txn.PINHash]() || f.Type == reflect.TypeFor[txn.AnswerDigest]()
		}
		if holds && !txn.Sensitive(rec) {
			t.Errorf("%T holds a secret's hash and is kept in clear", rec)
		}
	}
}

// The bytes are what docs/journal.md says: nobody needs this program to read them.
func TestCipherAsDocumented(t *testing.T) {
	dir := supervised(t)
	f := load(t, dir)
	salt := f.value(bucketMeta, []byte(keyIdentity))[:32]
	key := must(hkdf.Key(sha256.New, read(t, filepath.Join(dir, KeyName)), salt, "smartpos journal 3: payload", 32))
	aead := must(cipher.NewGCM(must(aes.NewCipher(key))))

	record := f.value(bucketRecords, u64(wornRecords+1))
	payload := record[56 : len(record)-32]
	text, err := aead.Open(nil, payload[:12], payload[12:], record[:52])
	if err != nil || record[1] != 5 || record[3] != 1 || !bytes.Contains(text, pinHash) || !json.Valid(text) {
		t.Errorf("record: %s, %v", text, err)
	}
	till := f.value(bucketTill, []byte(keyNow))
	text, err = aead.Open(nil, till[1:13], till[13:len(till)-32], []byte("till"))
	if err != nil || till[0] != 1 || !bytes.Contains(text, pinHash) || !json.Valid(text) {
		t.Errorf("till: %s, %v", text, err)
	}
}

// A journal of format 2 has both in clear. It is read as it is; the next record of the till enciphers that.
func TestFormat2(t *testing.T) {
	dir := worn(t)
	j := open(t, dir)
	payload, _, err := rules.Canonical(storetest.Enrolled("9001"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = j.transact(storetest.Day, func(w *writer) (txn.Order, error) {
		return w.replay(envelope{kind: txn.TypeEnrolled, sequence: wornRecords + 1, previous: w.st.head, at: storetest.Day, payload: payload})
	})
	if err := errors.Join(err, j.Close()); err != nil {
		t.Fatal(err)
	}
	edit(t, dir, func(tx *bbolt.Tx) error {
		_, k, err := decodeIdentity(tx.Bucket([]byte(bucketMeta)).Get([]byte(keyIdentity)), made.key)
		if err != nil {
			return err
		}
		till := tx.Bucket([]byte(bucketTill))
		body, _ := k.unseal(bucketTill, []byte(keyNow), till.Get([]byte(keyNow)))
		now, err := k.decodeTill(body)
		if err != nil {
			return err
		}
		return errors.Join(
			till.Delete([]byte(keyBatch)), till.Put([]byte(keyNow), k.seal(bucketTill, []byte(keyNow), must(json.Marshal(now)))),
			tx.Bucket([]byte(bucketMeta)).Put([]byte(keyFormat), u32(2)))
	})
	before := load(t, dir)
	if v := before.value(bucketTill, []byte(keyNow)); v[0] != '{' || !bytes.Contains(before.value(bucketRecords, u64(wornRecords+1)), pinHash) {
		t.Fatal("this is not format 2")
	}
	recheck(t, dir)

	j = open(t, dir)
	commit(t, j, storetest.PINTried("9001", false))
	info := must(j.Info())
	if o, ok := must(j.Start()).Till.Operator("9001"); !ok || o.Tries != 1 || info.Format != Format {
		t.Errorf("operator %+v in format %d", o, info.Format)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if v := load(t, dir).value(bucketTill, []byte(keyNow)); v[0] != cipherMark {
		t.Errorf("the till is still in clear: %.40s", v)
	}
	again, _ := mustRestore(t, t.TempDir(), backup(t, dir)) // the record stays what it was
	if info := must(again.Info()); info.Records != wornRecords+3 {
		t.Errorf("restored: %+v", info)
	}
}
