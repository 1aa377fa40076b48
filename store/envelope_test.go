package store

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// The bytes that docs/journal.md draws. They never change: journals in the field are made of them.
func TestEnvelopeBytes(t *testing.T) {
	key := bytes.Repeat([]byte{0x11}, keySize)
	e := envelope{kind: txn.TypePrinted, sequence: 7, at: storetest.Day, payload: []byte(`{"order":"X"}`)}
	copy(e.previous[:], bytes.Repeat([]byte{0xAB}, hashSize))
	const want = "01" + "04" + "0000" +
		"0000000000000007" +
		"abababababababababababababababababababababababababababababababab" +
		"0000019ca8bbb63b" +
		"0000000d" + "7b226f72646572223a2258227d" +
		"2595f9a1def5916fbefde5f36bbb82af9a79335f06172327b2da8fdd77a7ef6e"
	got := e.encode(key)
	if s := hex.EncodeToString(got); s != want {
		t.Errorf("bytes\n%s, want\n%s", s, want)
	}
	back, err := decodeEnvelope(got, key)
	if err != nil || back.kind != e.kind || back.sequence != 7 || back.previous != e.previous ||
		!back.at.Equal(e.at) || !bytes.Equal(back.payload, e.payload) {
		t.Errorf("%+v, %v", back, err)
	}
}

func FuzzEnvelope(f *testing.F) {
	key := bytes.Repeat([]byte{0x11}, keySize)
	good := envelope{kind: txn.TypeMove, sequence: 1, payload: []byte(`{}`)}.encode(key)
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte{})
	f.Add(make([]byte, headerSize+macSize))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, in := range [][]byte{b, append(bytes.Clone(b), sum(key, b)...)} { // as it is, and under a good MAC
			e, err := decodeEnvelope(in, key)
			if err != nil {
				if !errors.Is(err, errEnvelope) {
					t.Errorf("error %v", err)
				}
				continue
			}
			if again := e.encode(key); !bytes.Equal(again, in) {
				t.Errorf("%x decodes to what encodes as %x", in, again)
			}
		}
	})
}

// Whatever the pages of a file say, reading them ends, in an error or not.
func FuzzPages(f *testing.F) {
	dir := f.TempDir()
	makeWorn(f, dir)
	whole := load(f, dir)
	f.Add(uint32(0), []byte{})
	f.Add(uint32(whole.bucketRoot(bucketRecords)*uint64(whole.size)+24), []byte{1, 0, 0, 0})
	f.Add(uint32(whole.meta.freelist*uint64(whole.size)+8), []byte{0x10, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF})
	f.Add(uint32(pageHeader+8), []byte{0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, at uint32, b []byte) {
		file := bytes.Clone(whole.b)
		if int64(at) > int64(len(file)) {
			file = file[:int64(at)%int64(len(file))] // or cut it
		} else {
			copy(file[at:], b)
		}
		p, err := openPages(bytes.NewReader(file), int64(len(file)))
		if err == nil {
			err = p.check(true)
		}
		if err != nil && !errors.Is(err, txn.ErrJournalDamaged) && !errors.Is(err, txn.ErrJournalNewer) {
			t.Errorf("error %v", err)
		}
		if p != nil {
			_ = p.each(bucketRecords, func(error) error { return nil }, func([]byte, []byte) error { return nil })
		}
	})
}
