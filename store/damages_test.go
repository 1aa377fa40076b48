package store

import (
	"bytes"
	"errors"
	"testing"

	"go.etcd.io/bbolt"
)

// base makes the journal that is damaged; nil is [worn].
type base func(testing.TB) string

func (b base) of(t testing.TB) string {
	if b == nil {
		return worn(t)
	}
	return b(t)
}

// damages are what a medium does to a journal.
var damages = []struct {
	name    string
	damage  func(f *file)
	records uint64 // intact from the first on
	base
}{
	{"a bit in a record's payload", func(f *file) { f.flip(bucketRecords, u64(50), 80) }, 49, nil},
	{"a bit in a record's version", func(f *file) { f.flip(bucketRecords, u64(50), 0) }, 49, nil},
	{"a bit in a record's sequence", func(f *file) { f.flip(bucketRecords, u64(50), 11) }, 49, nil},
	{"a bit in a record's length", func(f *file) { f.flip(bucketRecords, u64(50), 55) }, 49, nil},
	{"a bit in the head's MAC", func(f *file) { f.flip(bucketRecords, u64(wornRecords), -1) }, wornRecords - 1, nil},
	{"a bit in a pending order", func(f *file) { f.flip(bucketOrders, u64(wornOrders), 40) }, wornRecords, nil},
	{"a bit in a paid order", func(f *file) { f.flip(bucketOrders, u64(7), 40) }, wornRecords, nil},
	{"a bit in the state", func(f *file) { f.flip(bucketMeta, []byte(keyState), 3) }, wornRecords, nil},
	{"a bit in the identity", func(f *file) { f.flip(bucketMeta, []byte(keyIdentity), 3) }, 0, nil},
	{"a bit in the device key's name", func(f *file) { f.flip(bucketMeta, []byte(keyIdentity), 50) }, 0, nil},
	{"a bit in a sale", func(f *file) { f.flip(bucketSales, u64(wornOrders), 3) }, wornRecords, nil},
	{"a bit in the pending index", func(f *file) { f.flip(bucketPending, u64(wornOrders), 3) }, wornRecords, nil},
	{"a bit in the exception list", func(f *file) { f.flip(bucketExceptions, u64(1), 3) }, wornRecords, nil},
	{"a bit in a code's digest", func(f *file) { f.flip(bucketCodes, u64(1), 3) }, wornRecords, nil},
	{"a page of records gone to zeros", func(f *file) {
		root, _ := f.read(f.bucketRoot(bucketRecords))
		children, _ := root.elements()
		clear(f.page(children[1].child))
	}, 1, nil},
	{"the root page gone to zeros", func(f *file) { clear(f.page(f.meta.root)) }, 0, nil},
	{"the free list gone to zeros", func(f *file) { clear(f.page(f.meta.freelist)) }, wornRecords, nil},
	{"the free list as long as memory", func(f *file) {
		order.PutUint16(f.page(f.meta.freelist)[10:], 0xFFFF)
		order.PutUint64(f.page(f.meta.freelist)[16:], 1<<40)
	}, wornRecords, nil},
	{"the free list naming a page in use", func(f *file) {
		order.PutUint64(f.page(f.meta.freelist)[16:], f.bucketRoot(bucketRecords))
	}, wornRecords, nil},
	{"a branch that is its own child", func(f *file) {
		root := f.bucketRoot(bucketRecords)
		order.PutUint64(f.page(root)[pageHeader+pageElement+8:], root)
	}, 1, nil},
	{"a value of four gigabytes", func(f *file) {
		root, _ := f.read(f.bucketRoot(bucketRecords))
		children, _ := root.elements()
		order.PutUint32(f.page(children[1].child)[pageHeader+12:], 0xFFFFFFFF)
	}, 1, nil},
	{"half the file", func(f *file) { f.b = f.b[:len(f.b)/2] }, 0, nil},
	{"all but the last page in use", func(f *file) { f.b = f.b[:int64(f.meta.high-1)*f.size] }, wornRecords, nil},
	{"a bit in the anchor", func(f *file) { f.flip(bucketMeta, []byte(keyAnchor), 3) }, 0, pruned},
	{"a bit in the anchor's till", func(f *file) { f.flip(bucketMeta, []byte(keyAnchor), anchorTextAt+20) }, 0, pruned},
	{"a bit in the first record behind the anchor", func(f *file) { f.flip(bucketRecords, u64(wornGone+1), 80) }, wornGone, pruned},
	{"both meta pages gone to zeros", func(f *file) { clear(f.b[:2*f.size]) }, 0, nil},
}

// forgeries are what somebody does to it who can write the disk and has no key: every value that is left is whole.
var forgeries = []struct {
	name  string
	forge func(*bbolt.Tx) error
	base
}{
	{"the latest record is gone", remove(bucketRecords, u64(wornRecords)), nil},
	{"a record is gone", remove(bucketRecords, u64(5)), nil},
	{"two records changed places", swap(bucketRecords, u64(5), u64(6)), nil},
	{"an order is gone", remove(bucketOrders, u64(5)), nil},
	{"two orders changed places", swap(bucketOrders, u64(5), u64(6)), nil},
	{"a sale is gone", remove(bucketSales, u64(5)), nil},
	{"a pending sale is forgotten", remove(bucketPending, u64(wornOrders)), nil},
	{"an exception is forgotten", remove(bucketExceptions, u64(2)), nil},
	{"exceptions changed places", swap(bucketExceptions, u64(1), u64(2)), nil},
	{"a code is forgotten", remove(bucketCodes, u64(1)), nil},
	{"the batch is gone", remove(bucketTill, []byte(keyBatch)), nil},
	{"the state is gone", remove(bucketMeta, []byte(keyState)), nil},
	{"the format is gone", remove(bucketMeta, []byte(keyFormat)), nil},
	{"the pending index is gone", func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(bucketPending)) }, nil},
	{"an entry too many", func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucketCodes)).Put(u64(0), nil) }, nil},
	{"a record beyond the head", func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucketRecords)).Put(u64(999), []byte{1}) }, nil},
	{"the anchor is gone", remove(bucketMeta, []byte(keyAnchor)), pruned},
	{"an older anchor is put back", func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucketMeta)).Put([]byte(keyAnchor), cut.older) }, pruned},
	{"an anchor of another journal", func(tx *bbolt.Tx) error {
		meta := tx.Bucket([]byte(bucketMeta))
		return meta.Put([]byte(keyAnchor), keys{value: make([]byte, keySize)}.seal(bucketMeta, []byte(keyAnchor), meta.Get([]byte(keyAnchor))[macSize:]))
	}, pruned},
	{"an anchor in a whole journal", func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucketMeta)).Put([]byte(keyAnchor), cut.older) }, nil},
	{"the first record behind the anchor is gone", remove(bucketRecords, u64(wornGone+1)), pruned},
	{"the first order behind the anchor is gone", remove(bucketOrders, u64(wornGoneOrders+1)), pruned},
	{"a record that went comes back", func(tx *bbolt.Tx) error {
		records := tx.Bucket([]byte(bucketRecords))
		return records.Put(u64(wornGone), records.Get(u64(wornGone+1)))
	}, pruned},
	{"a sealed value of another key", func(tx *bbolt.Tx) error { return move(tx, bucketPending, u64(wornOrders), u64(7)) }, nil},
}

func swap(bucket string, a, b []byte) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error {
		bkt := tx.Bucket([]byte(bucket))
		x, y := bytes.Clone(bkt.Get(a)), bytes.Clone(bkt.Get(b))
		return errors.Join(bkt.Put(a, y), bkt.Put(b, x))
	}
}

func remove(bucket string, key []byte) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucket)).Delete(key) }
}
