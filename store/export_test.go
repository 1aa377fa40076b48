package store

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// Every field of a record that is a digest or a hash of a secret is left out, also in records that are yet to come.
func TestExportLeavesSecretsOut(t *testing.T) {
	secrets := []reflect.Type{reflect.TypeFor[txn.PINHash](), reflect.TypeFor[txn.CodeDigest](), reflect.TypeFor[txn.PaymentCode](), reflect.TypeFor[txn.AnswerDigest]()}
	var walk func(of reflect.Type, path string)
	walk = func(of reflect.Type, path string) {
		switch of.Kind() {
		case reflect.Pointer, reflect.Slice:
			walk(of.Elem(), path)
		case reflect.Struct:
			for f := range of.Fields() {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				if slices.Contains(secrets, f.Type) && !slices.Contains(secretFields, name) {
					t.Errorf("%s.%s is exported", path, name)
				}
				walk(f.Type, path+"."+name)
			}
		}
	}
	records := 0
	for kind := range 256 {
		if rec := txn.NewRecord(txn.RecordType(kind)); rec != nil {
			walk(reflect.TypeOf(rec), reflect.TypeOf(rec).Elem().Name())
			records++
		}
	}
	if walk(reflect.TypeFor[txn.Order](), "Order"); records < 6 {
		t.Errorf("%d types of record", records)
	}
}

func TestExport(t *testing.T) {
	j := open(t, supervised(t))
	var before Head
	n := 0
	err := j.Walk(func(e Entry) error {
		x, err := e.Export()
		if err != nil {
			return err
		}
		if n++; x.Sequence != uint64(n) || n > 1 && x.Previous != before {
			t.Errorf("record %d: %+v", n, x)
		}
		before = x.Hash
		for _, secret := range []string{"argon2id", `"code"`, `"pin"`} {
			if strings.Contains(string(x.Record), secret) {
				t.Errorf("record %d holds %s: %s", n, secret, x.Record)
			}
		}
		return nil
	})
	if err != nil || before != must(j.Info()).Head {
		t.Errorf("the last hash is %s, %v", before.Short(), err)
	}
}

func TestHistory(t *testing.T) {
	j := open(t, worn(t))
	for _, want := range must(j.Recent(1000)) {
		o, entries, err := j.History(want.No)
		if err != nil || storetest.Text(o) != storetest.Text(want) {
			t.Fatalf("%s: %s, %v", want.No, storetest.Text(o), err)
		}
		var sum txn.Order
		for _, e := range entries {
			sum = must(sum.Apply(e.Record))
		}
		if storetest.Text(sum) != storetest.Text(want) {
			t.Errorf("%s is not the sum of its %d records", want.No, len(entries))
		}
	}
	if _, _, err := j.History("T0000001TEST000100000001"); !errors.Is(err, txn.ErrNoOrder) {
		t.Errorf("%v, want ErrNoOrder", err)
	}
}
