package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"smartpos/txn"
)

// An anchor stands where a pruned journal begins, in the place of everything before it:
//
//	  0  1  version, 1
//	  1  8  latest record that is gone, S
//	  9 32  its hash: the first record that is kept follows on it
//	 41  8  latest order that is gone
//	 49  8  entries of the exception list that are gone
//	 57  8  digests of payment codes that are gone
//	 65  8  latest record of the till that is gone, or 0
//	 73  8  time of record S, ms since 1970 UTC
//	 81  8  record through which everything was settled, at least S
//	 89  8  latest record in the backup that holds what is gone, at least S
//	 97 32  its hash
//	129  4  length of what follows, n
//	133  n  till and batch after record S: a nonce and JSON under AES-256-GCM, authenticated with bytes 0 to 132
//
// The state names S, so no older anchor passes for this one, and none for none.
const (
	anchorVersion = 1
	anchorTextAt  = 133
)

// anchor is where a journal begins. Of one that was never pruned it is empty, but for the hash of the identity.
type anchor struct {
	records    uint64
	hash       [hashSize]byte
	orders     uint64
	exceptions uint64
	codes      uint64
	till       uint64
	at         time.Time // to the millisecond
	settled    uint64
	backup     mark

	text   []byte // what was known there, enciphered
	of     []byte // what that is authenticated with
	sealed []byte // as it lies in the journal; nil where there is none
}

// known is what the terminal knew of itself where a journal begins.
type known struct {
	Till  txn.Till  `json:"till"`
	Batch txn.Batch `json:"batch"`
}

// mark is how far a backup goes that was written and read back.
type mark struct {
	records uint64
	head    Head
}

// encode returns the body of an anchor.
func (a anchor) encode(k keys, at known) ([]byte, error) {
	text, err := json.Marshal(at)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrRecord, err)
	}
	b := append([]byte{anchorVersion}, u64(a.records)...)
	b = append(b, a.hash[:]...)
	for _, n := range []uint64{a.orders, a.exceptions, a.codes, a.till, uint64(a.at.UnixMilli()), a.settled, a.backup.records} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	b = append(b, a.backup.head[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(text)+cipherOverhead))
	if len(b)+len(text)+cipherOverhead > maxValue-macSize {
		return nil, fmt.Errorf("%w: an anchor of %d bytes", ErrRecord, len(text))
	}
	return k.encipher(b, text, bytes.Clone(b))
}

// decodeAnchor reads a sealed anchor.
func decodeAnchor(sealed []byte, k keys) (anchor, error) {
	b, ok := k.unseal(bucketMeta, []byte(keyAnchor), sealed)
	if !ok {
		return anchor{}, damagedf("the anchor's seal doesn't hold")
	}
	if len(b) < anchorTextAt || b[0] != anchorVersion || uint64(binary.BigEndian.Uint32(b[129:])) != uint64(len(b)-anchorTextAt) {
		return anchor{}, damagedf("an anchor of %d bytes", len(b))
	}
	number := func(at int) uint64 { return binary.BigEndian.Uint64(b[at:]) }
	a := anchor{
		records: number(1), hash: [hashSize]byte(b[9:]), orders: number(41), exceptions: number(49), codes: number(57),
		till: number(65), at: time.UnixMilli(int64(number(73))).UTC(), settled: number(81),
		backup: mark{number(89), Head(b[97:129])},
		text:   b[anchorTextAt:], of: b[:anchorTextAt], sealed: sealed,
	}
	if a.records == 0 || a.records > a.settled || a.records > a.backup.records || a.till > a.records || a.orders > a.records {
		return anchor{}, damagedf("an anchor at record %d, settled to %d, backed up to %d", a.records, a.settled, a.backup.records)
	}
	return a, nil
}

// tally is the till, with its batches, where the journal begins.
func (a anchor) tally(k keys, id identity) (tillTally, error) {
	t := tillTally{incarnation: id.incarnation, record: a.till, batches: batchTally{from: txn.FirstBatch}}
	if a.sealed == nil {
		return t, nil
	}
	var at known
	text, err := k.decipher(a.text, a.of)
	if err == nil {
		err = json.Unmarshal(text, &at)
	}
	if err != nil {
		return t, damagedf("the anchor's till: %v", err)
	}
	t.till, t.batches.from = at.Till, at.Batch
	if t.till.Incarnation != "" {
		t.incarnation = t.till.Incarnation
	}
	return t, nil
}

// anchor returns where the journal begins, which must be where the state says.
func (v *view) anchor(st state) (anchor, error) {
	if st.gone == 0 {
		return anchor{hash: v.id.hash()}, nil
	}
	sealed, err := v.get(bucketMeta, []byte(keyAnchor))
	if err != nil {
		return anchor{}, err
	}
	if sealed == nil {
		return anchor{}, damagedf("the anchor at record %d is missing", st.gone)
	}
	a, err := decodeAnchor(sealed, v.keys)
	if err == nil && (a.records != st.gone || a.orders != st.goneOrders) {
		err = damagedf("the anchor is of record %d, should be of %d", a.records, st.gone)
	}
	return a, err
}

// checkAnchor holds what opening can know of the journal's beginning: the anchor, and that the first record follows it.
func (v *view) checkAnchor(st state) error {
	a, err := v.anchor(st)
	if err != nil {
		return err
	}
	if st.gone == 0 {
		if stray, err := v.get(bucketMeta, []byte(keyAnchor)); err != nil || stray != nil {
			return damagedf("an anchor in a journal that was never pruned")
		}
	}
	if st.swept > st.gone || st.sweptOrders > st.goneOrders || st.gone > st.records || st.goneOrders > st.orders {
		return damagedf("the state says that records to %d are gone, of %d", st.gone, st.records)
	}
	if _, err := a.tally(v.keys, v.id); err != nil || st.records == 0 {
		return err
	}
	e, _, err := v.record(st.gone + 1)
	if err == nil && e.previous != a.hash {
		err = damagedf("record %d doesn't follow where the journal begins", st.gone+1)
	}
	return err
}

// plant makes a journal that has no record yet begin at an anchor.
func (w *writer) plant(a anchor) error {
	t, err := a.tally(w.keys, w.id)
	if err != nil {
		return err
	}
	w.st = state{
		records: a.records, head: a.hash, orders: a.orders, exceptions: a.exceptions, codes: a.codes, till: a.till,
		gone: a.records, goneOrders: a.orders, swept: a.records, sweptOrders: a.orders,
	}
	if err := w.putRaw(bucketMeta, []byte(keyAnchor), a.sealed); err != nil {
		return err
	}
	if a.till > 0 {
		if err := w.putTillNow(t.till); err != nil {
			return err
		}
	}
	w.batch = t.batches.from
	if err := w.putBatchNow(); err != nil {
		return err
	}
	return w.putState()
}

// putState writes where everything ends.
func (w *writer) putState() error { return w.put(bucketMeta, []byte(keyState), w.st.encode()) }
