package store

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// The buckets. Keys are 8-byte big-endian numbers except in meta. The records are the journal; everything
// else is derived from them and could be built again.
const (
	bucketMeta       = "meta"       // format, identity, state
	bucketRecords    = "records"    // record sequence → envelope
	bucketOrders     = "orders"     // order sequence → snapshot
	bucketSales      = "sales"      // sequence of the sale's first order → sequences of its orders
	bucketPending    = "pending"    // the same → nothing: the sale has an order for which Pending is true
	bucketExceptions = "exceptions" // 1, 2, 3 … → order sequence
	bucketCodes      = "codes"      // 1, 2, 3 … → digest; the latest 64
	bucketTill       = "till"       // now → the till; since format 2. batch → the batch that runs; since format 4
)

var bucketNames = []string{
	bucketMeta, bucketRecords, bucketOrders, bucketSales, bucketPending, bucketExceptions, bucketCodes, bucketTill,
}

// The keys in meta. keyFormat and its place stay what they are for ever: by it older firmware knows that it
// must not touch the file.
const (
	keyFormat   = "format"   // 4 bytes
	keyIdentity = "identity" // sealed by itself
	keyState    = "state"    // sealed
	keyWrapped  = "key"      // the journal's key under the device's, in a restored journal; since format 3
	keyAnchor   = "anchor"   // where a pruned journal begins; since format 4
	keyBackup   = "backup"   // how far the latest backup goes that was written and read back; since format 4
)

// The keys in till.
const (
	keyNow   = "now"   // enciphered and sealed
	keyBatch = "batch" // sealed; since format 4
)

func u32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }
func u64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// seal returns body followed by its HMAC, which also covers the place: a value that turns up under another
// key or in another bucket doesn't hold.
func (k keys) seal(bucket string, key, body []byte) []byte {
	return append(bytes.Clone(body), k.tag(bucket, key, body)...)
}

// unseal returns the body of a sealed value, or false.
func (k keys) unseal(bucket string, key, value []byte) ([]byte, bool) {
	n := len(value) - macSize
	if n < 0 || !hmac.Equal(value[n:], k.tag(bucket, key, value[:n])) {
		return nil, false
	}
	return value[:n], true
}

func (k keys) tag(bucket string, key, body []byte) []byte {
	mac := hmac.New(sha256.New, k.value)
	mac.Write([]byte{byte(len(bucket)), byte(len(key))}) // both are short: lengths keep the parts apart
	mac.Write([]byte(bucket))
	mac.Write(key)
	mac.Write(body)
	return mac.Sum(nil)
}

// identity is what makes a journal this one and no other. It never changes.
type identity struct {
	salt        [32]byte  // of the keys
	created     time.Time // to the millisecond
	incarnation string
}

const identityBody = 32 + 8 + 8 // salt, time, incarnation

func newIdentity(incarnation string, now time.Time) identity {
	id := identity{created: time.UnixMilli(now.UnixMilli()).UTC(), incarnation: incarnation}
	_, _ = rand.Read(id.salt[:]) // never fails: crypto/rand ends the program instead
	return id
}

func (id identity) body() []byte {
	b := append([]byte(nil), id.salt[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(id.created.UnixMilli()))
	return append(b, id.incarnation...)
}

// hash stands before the first record, as a record's hash does before the next.
func (id identity) hash() [hashSize]byte { return sha256.Sum256(id.body()) }

// encode returns body, the device key's name and a seal under keys that depend on both.
func (id identity) encode(name []byte, k keys) []byte {
	return k.seal(bucketMeta, []byte(keyIdentity), append(id.body(), name...))
}

// decodeIdentity returns the identity in b and the keys that go with it, or [ErrKey].
func decodeIdentity(b, device []byte) (identity, keys, error) {
	if len(b) != identityBody+8+macSize {
		return identity{}, keys{}, fmt.Errorf("%w: identity of %d bytes", txn.ErrJournalDamaged, len(b))
	}
	id := identity{
		created:     time.UnixMilli(int64(binary.BigEndian.Uint64(b[32:]))).UTC(),
		incarnation: string(b[40:identityBody]),
	}
	copy(id.salt[:], b)
	name, err := keyName(device)
	if err != nil {
		return identity{}, keys{}, err
	}
	k, err := deriveKeys(device, id)
	if err != nil {
		return identity{}, keys{}, err
	}
	if _, ok := k.unseal(bucketMeta, []byte(keyIdentity), b); !ok {
		if !bytes.Equal(name, b[identityBody:identityBody+8]) {
			return identity{}, keys{}, ErrKey
		}
		return identity{}, keys{}, fmt.Errorf("%w: its identity doesn't hold", txn.ErrJournalDamaged)
	}
	if !rules.ValidIncarnation(id.incarnation) {
		return identity{}, keys{}, fmt.Errorf("%w: incarnation %q", txn.ErrJournalDamaged, id.incarnation)
	}
	return id, k, nil
}

// state is where everything ends: one small value, written by every commit. An index that lost an entry no
// longer agrees with its count here.
type state struct {
	records    uint64         // sequence of the latest record
	head       [hashSize]byte // its hash
	orders     uint64         // sequence of the latest order
	pending    uint64         // entries in pending
	exceptions uint64         // latest key in exceptions
	codes      uint64         // latest key in codes
	last       uint64         // sequence of the latest paid order, or 0
	till       uint64         // sequence of the latest record of the till, or 0; since format 2

	// Since format 4. What is gone is no part of the journal any more; what was swept is not in the file any more.
	gone        uint64 // latest record that is gone, as the anchor says, or 0
	goneOrders  uint64 // latest order that is gone
	swept       uint64 // latest record that was swept, at most gone
	sweptOrders uint64 // latest order that was swept
}

const (
	stateSize  = 11*8 + hashSize
	stateSize3 = stateSize - 4*8 // in formats 2 and 3
	stateSize1 = stateSize3 - 8  // in format 1
)

func (s state) encode() []byte {
	b := append(u64(s.records), s.head[:]...)
	for _, n := range []uint64{
		s.orders, s.pending, s.exceptions, s.codes, s.last, s.till, s.gone, s.goneOrders, s.swept, s.sweptOrders,
	} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

// decodeState reads the state of any format.
func decodeState(b []byte) (state, error) {
	if len(b) != stateSize && len(b) != stateSize3 && len(b) != stateSize1 {
		return state{}, fmt.Errorf("%w: state of %d bytes", txn.ErrJournalDamaged, len(b))
	}
	s := state{records: binary.BigEndian.Uint64(b)}
	copy(s.head[:], b[8:])
	counts := []*uint64{
		&s.orders, &s.pending, &s.exceptions, &s.codes, &s.last, &s.till, &s.gone, &s.goneOrders, &s.swept, &s.sweptOrders,
	}
	for i, rest := 0, b[8+hashSize:]; len(rest) > 0; i, rest = i+1, rest[8:] {
		*counts[i] = binary.BigEndian.Uint64(rest)
	}
	return s, nil
}

// snapshot is an order and the records that it is the sum of.
type snapshot struct {
	Records []uint64  `json:"records"`
	Order   txn.Order `json:"order"`
}
