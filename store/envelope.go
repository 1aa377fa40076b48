package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// The envelope of a record, big-endian (docs/journal.md draws it):
//
//	 0  1  format version, 1
//	 1  1  type, a txn.RecordType
//	 2  2  flags: 1 if the payload is enciphered
//	 4  8  sequence, from 1
//	12 32  SHA-256 of the whole previous record; of the identity for the first
//	44  8  time, ms since 1970 UTC, by the device's clock
//	52  4  length of the payload, n
//	56  n  payload, JSON, perhaps enciphered
//	 …  32  HMAC-SHA-256 of all bytes before it
const (
	headerSize = 56
	previousAt = 12
	lengthAt   = 52
	maxStored  = rules.MaxPayload + cipherOverhead
	macSize    = sha256.Size
	hashSize   = sha256.Size

	envelopeVersion = 1
)

// errEnvelope is returned for bytes that are not a record of this journal at this place.
var errEnvelope = errors.New("not a record")

// envelope is a record as it lies on disk.
type envelope struct {
	kind     txn.RecordType
	flags    uint16
	sequence uint64
	previous [hashSize]byte
	at       time.Time // to the millisecond
	payload  []byte    // as it lies on disk
}

// encode returns the bytes of e under key.
func (e envelope) encode(key []byte) []byte {
	b := binary.BigEndian.AppendUint32(e.header(), uint32(len(e.payload)))
	b = append(b, e.payload...)
	return append(b, sum(key, b)...)
}

// header returns everything before the payload's length, with room for all.
func (e envelope) header() []byte {
	b := make([]byte, 0, headerSize+len(e.payload)+macSize)
	b = append(b, envelopeVersion, byte(e.kind))
	b = binary.BigEndian.AppendUint16(b, e.flags)
	b = binary.BigEndian.AppendUint64(b, e.sequence)
	b = append(b, e.previous[:]...)
	return binary.BigEndian.AppendUint64(b, uint64(e.at.UnixMilli()))
}

// decodeEnvelope returns the record in b. The MAC is judged first, so nothing else is ever read from bytes
// that this device did not write. The payload is a part of b.
func decodeEnvelope(b, key []byte) (envelope, error) {
	if len(b) < headerSize+macSize || len(b) > headerSize+maxStored+macSize {
		return envelope{}, fmt.Errorf("%w: %d bytes", errEnvelope, len(b))
	}
	body, mac := b[:len(b)-macSize], b[len(b)-macSize:]
	if !hmac.Equal(mac, sum(key, body)) {
		return envelope{}, fmt.Errorf("%w: its MAC doesn't hold", errEnvelope)
	}
	flags := binary.BigEndian.Uint16(body[2:])
	if body[0] != envelopeVersion || flags&^flagEnciphered != 0 {
		return envelope{}, fmt.Errorf("%w: version %d, flags %x", errEnvelope, body[0], body[2:4])
	}
	if n := binary.BigEndian.Uint32(body[lengthAt:]); int(n) != len(body)-headerSize {
		return envelope{}, fmt.Errorf("%w: payload of %d bytes, said to be %d", errEnvelope, len(body)-headerSize, n)
	}
	e := envelope{
		kind:     txn.RecordType(body[1]),
		flags:    flags,
		sequence: binary.BigEndian.Uint64(body[4:]),
		at:       time.UnixMilli(int64(binary.BigEndian.Uint64(body[44:]))).UTC(),
		payload:  body[headerSize:],
	}
	copy(e.previous[:], body[previousAt:])
	return e, nil
}

func sum(key, b []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(b)
	return mac.Sum(nil)
}
