package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// maxValue is the longest value that any bucket holds, in bytes. A damaged page can claim gigabytes.
const maxValue = 1 << 20

// view reads the journal within one transaction. Every value passes its MAC or seal before it is believed,
// and is copied before it leaves bbolt's memory map.
type view struct {
	tx     *bbolt.Tx
	id     identity
	keys   keys
	visits *int
}

func damagedf(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{txn.ErrJournalDamaged}, args...)...)
}

func (v *view) bucket(name string) (*bbolt.Bucket, error) {
	b := v.tx.Bucket([]byte(name))
	if b == nil {
		return nil, damagedf("no bucket %s", name)
	}
	return b, nil
}

// get returns a copy of a value, or nil if there is none.
func (v *view) get(bucket string, key []byte) ([]byte, error) {
	b, err := v.bucket(bucket)
	if err != nil {
		return nil, err
	}
	*v.visits++
	value := b.Get(key)
	if len(value) > maxValue {
		return nil, damagedf("%s %x has %d bytes", bucket, key, len(value))
	}
	return bytes.Clone(value), nil
}

// sealed returns the body of a sealed value, or false if there is none.
func (v *view) sealed(bucket string, key []byte) (body []byte, ok bool, err error) {
	value, err := v.get(bucket, key)
	if err != nil || value == nil {
		return nil, false, err
	}
	body, ok = v.keys.unseal(bucket, key, value)
	if !ok {
		return nil, false, damagedf("%s %x: its seal doesn't hold", bucket, key)
	}
	return body, true, nil
}

// must is sealed for a value that has to be there.
func (v *view) must(bucket string, key []byte) ([]byte, error) {
	body, ok, err := v.sealed(bucket, key)
	if err == nil && !ok {
		err = damagedf("%s %x is missing", bucket, key)
	}
	return body, err
}

// number returns the sealed 8-byte number under key.
func (v *view) number(bucket string, key uint64) (uint64, error) {
	body, err := v.must(bucket, u64(key))
	if err != nil {
		return 0, err
	}
	if len(body) != 8 {
		return 0, damagedf("%s %d: %d bytes", bucket, key, len(body))
	}
	return binary.BigEndian.Uint64(body), nil
}

// format returns the version of the journal's layout, if it is one that this firmware knows.
func (v *view) format() (int, error) {
	b, err := v.get(bucketMeta, []byte(keyFormat))
	if err != nil {
		return 0, err
	}
	return decodeFormat(b)
}

func decodeFormat(b []byte) (int, error) {
	if len(b) != 4 {
		return 0, damagedf("format of %d bytes", len(b))
	}
	n := binary.BigEndian.Uint32(b)
	switch {
	case n > Format:
		return 0, fmt.Errorf("%w: format %d, this firmware knows %d", txn.ErrJournalNewer, n, Format)
	case n < 1:
		return 0, damagedf("format %d", n)
	}
	return int(n), nil
}

// identity returns what makes the journal this one, and its key: the device's, or the one that the device's opens.
func (v *view) identity(device []byte) (id identity, key []byte, k keys, err error) {
	b, err := v.get(bucketMeta, []byte(keyIdentity))
	if err != nil {
		return id, nil, k, err
	}
	wrapped, err := v.get(bucketMeta, []byte(keyWrapped))
	if err != nil {
		return id, nil, k, err
	}
	return openIdentity(b, wrapped, device)
}

func (v *view) state() (state, error) {
	b, err := v.must(bucketMeta, []byte(keyState))
	if err != nil {
		return state{}, err
	}
	return decodeState(b)
}

// record returns the record with a sequence and its hash.
func (v *view) record(seq uint64) (envelope, [hashSize]byte, error) {
	b, e, err := v.raw(seq)
	if err != nil {
		return e, [hashSize]byte{}, err
	}
	return e, sha256.Sum256(b), nil
}

// raw returns the record with a sequence as it lies on disk and as it reads.
func (v *view) raw(seq uint64) ([]byte, envelope, error) {
	b, err := v.get(bucketRecords, u64(seq))
	if err != nil {
		return nil, envelope{}, err
	}
	e, err := decodeEnvelope(b, v.keys.record)
	if err != nil {
		return nil, e, damagedf("record %d: %v", seq, err)
	}
	if e.sequence != seq {
		return nil, e, damagedf("record %d says it is %d", seq, e.sequence)
	}
	return b, e, nil
}

// checkHead holds the latest record against the state, and that there is none after it.
func (v *view) checkHead(st state) error {
	b, err := v.bucket(bucketRecords)
	if err != nil {
		return err
	}
	last, _ := b.Cursor().Last()
	if st.records == 0 {
		if last != nil {
			return damagedf("records beyond the head")
		}
		return nil
	}
	if !bytes.Equal(last, u64(st.records)) {
		return damagedf("the latest record is %x, should be %x", last, st.records)
	}
	_, hash, err := v.record(st.records)
	if err == nil && hash != st.head {
		err = damagedf("record %d is not the head of the chain", st.records)
	}
	return err
}

// order returns the snapshot of the order with a sequence.
func (v *view) order(seq uint64) (snapshot, error) {
	body, err := v.must(bucketOrders, u64(seq))
	if err != nil {
		return snapshot{}, err
	}
	s, err := v.keys.decodeOrder(seq, body)
	if err != nil {
		return snapshot{}, damagedf("order %d: %v", seq, err)
	}
	if n, ok := rules.Sequence(s.Order.No); !ok || n != seq {
		return snapshot{}, damagedf("order %d is %s", seq, s.Order.No)
	}
	return s, nil
}

// orderByNo returns the snapshot of an order, or [txn.ErrNoOrder].
func (v *view) orderByNo(no txn.OrderNo) (snapshot, error) {
	st, err := v.state()
	if err != nil {
		return snapshot{}, err
	}
	seq, ok := rules.Sequence(no)
	if !ok || seq > st.orders || seq <= st.goneOrders {
		return snapshot{}, fmt.Errorf("%w: %q", txn.ErrNoOrder, no)
	}
	s, err := v.order(seq)
	if err == nil && s.Order.No != no {
		return snapshot{}, fmt.Errorf("%w: %q", txn.ErrNoOrder, no)
	}
	return s, err
}

// sale returns the sequences of a sale's orders, oldest first.
func (v *view) sale(first uint64) ([]uint64, error) {
	body, err := v.must(bucketSales, u64(first))
	if err != nil {
		return nil, err
	}
	if len(body)%8 != 0 || len(body) == 0 {
		return nil, damagedf("sale %d: %d bytes", first, len(body))
	}
	seqs := make([]uint64, len(body)/8)
	for i := range seqs {
		seqs[i] = binary.BigEndian.Uint64(body[8*i:])
	}
	return seqs, nil
}

// derive builds an order again from its records and holds it against its snapshot. It tells step, if there is
// one, of every record.
func (v *view) derive(s snapshot, step func(record uint64, before, after txn.Order)) error {
	var o txn.Order
	latest := uint64(0)
	for _, seq := range s.Records {
		e, _, err := v.record(seq)
		if err != nil {
			return err
		}
		rec, err := e.record(v.keys)
		if err != nil {
			return damagedf("record %d: %v", seq, err)
		}
		if rec.OrderNo() != s.Order.No || seq <= latest {
			return damagedf("record %d doesn't belong to order %s", seq, s.Order.No)
		}
		next, err := o.Apply(rec)
		if err != nil {
			return damagedf("record %d: %v", seq, err)
		}
		if step != nil {
			step(seq, o, next)
		}
		o, latest = next, seq
	}
	if !sameOrder(o, s.Order) {
		return damagedf("order %s is not the sum of its records", s.Order.No)
	}
	return nil
}

func sameOrder(a, b txn.Order) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
