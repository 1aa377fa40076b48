package store

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"smartpos/txn"
)

// Newer firmware's journal is recognised before anything is written, whatever else is in it.
func TestNewer(t *testing.T) {
	for name, newer := range map[string]func(t *testing.T, dir string){
		"format": func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bbolt.Tx) error {
				meta := tx.Bucket([]byte(bucketMeta))
				for _, key := range []string{keyIdentity, keyState} {
					if err := meta.Delete([]byte(key)); err != nil {
						return err
					}
				}
				if err := tx.DeleteBucket([]byte(bucketOrders)); err != nil {
					return err
				}
				return meta.Put([]byte(keyFormat), u32(Format+1))
			})
		},
		"bbolt": func(t *testing.T, dir string) {
			f := load(t, dir)
			for i := range uint64(2) {
				order.PutUint32(f.page(i)[pageHeader+4:], metaVersion+1)
			}
			write(t, filepath.Join(dir, FileName), f.b)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := worn(t)
			newer(t, dir)
			other := filepath.Join(dir, FileName+tempSuffix) // what newer firmware may be about to do
			write(t, other, []byte("not ours"))
			then := time.Now().Add(-time.Hour)
			if err := os.Chtimes(filepath.Join(dir, FileName), then, then); err != nil {
				t.Fatal(err)
			}
			before := stat(t, dir)
			for _, cfg := range []Config{{Terminal: "T0000001"}, {ReadOnly: true}} {
				if _, err := Open(dir, cfg); !errors.Is(err, txn.ErrJournalNewer) {
					t.Errorf("%+v: %v, want ErrJournalNewer", cfg, err)
				}
			}
			if after := stat(t, dir); after != before {
				t.Error("the file was touched")
			}
			if got := read(t, other); string(got) != "not ours" {
				t.Errorf("what lies beside it is %q now", got)
			}
		})
	}
}

func TestOlderFormatIsUnknown(t *testing.T) {
	if _, err := decodeFormat(binary.BigEndian.AppendUint32(nil, 0)); !errors.Is(err, txn.ErrJournalDamaged) {
		t.Errorf("format 0: %v, want ErrJournalDamaged", err)
	}
}
