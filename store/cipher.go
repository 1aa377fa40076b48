package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// What must not lie in clear on a disk is enciphered by AES-256-GCM under a key of its own: a nonce, then the text and its
// tag. What it belongs to is authenticated with it. A seal or a MAC stands around it as around everything else.
const (
	nonceSize      = 12
	cipherOverhead = nonceSize + 16

	// flagEnciphered marks a record whose payload is enciphered.
	flagEnciphered = 1
	// cipherMark begins an enciphered till or order; JSON begins with a brace.
	cipherMark = 1
)

// encipher appends a nonce and the enciphered text to dst.
func (k keys) encipher(dst, text, of []byte) ([]byte, error) {
	aead, err := newGCM(k.payload)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceSize)
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the program instead
	return aead.Seal(append(dst, nonce...), nonce, text, of), nil
}

func (k keys) decipher(b, of []byte) ([]byte, error) {
	if len(b) < cipherOverhead {
		return nil, fmt.Errorf("%d bytes can't be an enciphered text", len(b))
	}
	aead, err := newGCM(k.payload)
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, b[:nonceSize], b[nonceSize:], of)
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// fill puts the JSON of a record into its envelope, enciphered where that has to be.
func (e *envelope) fill(k keys, text []byte) (err error) {
	e.payload = text
	if !txn.Sensitive(txn.NewRecord(e.kind)) {
		return nil
	}
	e.flags = flagEnciphered
	e.payload, err = k.encipher(nil, text, e.header())
	return err
}

// record returns the record in an envelope whose MAC holds.
func (e envelope) record(k keys) (txn.Record, error) {
	text := e.payload
	if e.flags&flagEnciphered != 0 {
		var err error
		if text, err = k.decipher(e.payload, e.header()); err != nil {
			return nil, fmt.Errorf("%w: its payload can't be deciphered: %v", errEnvelope, err)
		}
	}
	return rules.Decode(e.kind, text)
}

// encodeTill returns what the bucket till holds.
func (k keys) encodeTill(t tillSnapshot) ([]byte, error) {
	text, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	return k.encipher([]byte{cipherMark}, text, []byte(bucketTill))
}

// decodeTill reads it, also as format 2 wrote it: in clear.
func (k keys) decodeTill(b []byte) (t tillSnapshot, err error) {
	if len(b) > 0 && b[0] == cipherMark {
		if b, err = k.decipher(b[1:], []byte(bucketTill)); err != nil {
			return t, err
		}
	}
	err = json.Unmarshal(b, &t)
	return t, err
}

// encodeOrder returns what the bucket orders holds of an order, enciphered where a record of it is.
func (k keys) encodeOrder(seq uint64, s snapshot) ([]byte, error) {
	text, err := json.Marshal(s)
	if err != nil || !s.Order.Sensitive() {
		return text, err
	}
	return k.encipher([]byte{cipherMark}, text, append([]byte(bucketOrders), u64(seq)...))
}

// decodeOrder reads it, also as format 3 wrote it: in clear.
func (k keys) decodeOrder(seq uint64, b []byte) (s snapshot, err error) {
	if len(b) > 0 && b[0] == cipherMark {
		if b, err = k.decipher(b[1:], append([]byte(bucketOrders), u64(seq)...)); err != nil {
			return s, err
		}
	}
	err = json.Unmarshal(b, &s)
	return s, err
}
