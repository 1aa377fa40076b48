package store

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// The bytes are what docs/journal.md says: nobody needs this program to read them.
func TestAnchorAsDocumented(t *testing.T) {
	a := grow(t, t.TempDir())
	commit(t, a, storetest.Enrolled("9001"))
	sell(t, a, 5)
	a.close(t)
	a.prune(t, old)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	f := load(t, a.dir)
	b := f.value(bucketMeta, []byte("anchor"))
	number := func(at int) uint64 { return binary.BigEndian.Uint64(b[at:]) }
	first := f.value(bucketRecords, u64(14))
	for what, ok := range map[string]bool{
		"version":             b[0] == 1,
		"record":              number(1) == 13,
		"hash":                bytes.Equal(b[9:41], first[12:44]),
		"orders":              number(41) == 4,
		"exceptions":          number(49) == 0,
		"codes":               number(57) == 0,
		"till":                number(65) == 1,
		"time":                number(73) == uint64(storetest.Day.UnixMilli()+14*60_000),
		"settled":             number(81) == 16,
		"backup":              number(89) == 17,
		"the backup's hash":   bytes.Equal(b[97:129], sha256sum(f.value(bucketRecords, u64(17)))),
		"length of the rest":  int(binary.BigEndian.Uint32(b[129:])) == len(b)-133-32,
		"no PIN in the clear": !bytes.Contains(b, pinHash),
	} {
		if !ok {
			t.Errorf("%s: %x", what, b)
		}
	}
	salt := f.value(bucketMeta, []byte(keyIdentity))[:32]
	key := must(hkdf.Key(sha256.New, read(t, filepath.Join(a.dir, KeyName)), salt, "smartpos journal 3: payload", 32))
	aead := must(cipher.NewGCM(must(aes.NewCipher(key))))
	rest := b[133 : len(b)-32]
	text, err := aead.Open(nil, rest[:12], rest[12:], b[:133])
	var at struct {
		Till  txn.Till  `json:"till"`
		Batch txn.Batch `json:"batch"`
	}
	if err == nil {
		err = json.Unmarshal(text, &at)
	}
	if err != nil || len(at.Till.Operators) != 1 || at.Batch.From != 1 || at.Batch.Orders != 4 {
		t.Errorf("%s, %v", text, err)
	}
}

func sha256sum(b []byte) []byte { h := sha256.Sum256(b); return h[:] }

// FuzzAnchor holds that no bytes, under a good seal or none, get further than damage unless they are an anchor.
func FuzzAnchor(f *testing.F) {
	k := keys{value: bytes.Repeat([]byte{0x11}, keySize), payload: bytes.Repeat([]byte{0x22}, keySize)}
	good, err := anchor{records: 7, orders: 2, settled: 9, backup: mark{records: 8}}.encode(k, known{Batch: txn.FirstBatch})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:anchorTextAt])
	f.Add([]byte{anchorVersion})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, sealed := range [][]byte{b, k.seal(bucketMeta, []byte(keyAnchor), b)} {
			a, err := decodeAnchor(sealed, k)
			if err == nil {
				if a.records == 0 || a.records > a.settled || a.records > a.backup.records {
					t.Errorf("%+v passes", a)
				}
				_, err = a.tally(k, identity{})
			}
			if err != nil && !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("%v, want ErrJournalDamaged", err)
			}
		}
	})
}
