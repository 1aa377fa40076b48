package store

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"smartpos/txn"
)

// A restored journal keeps the key that it was made with: under another one every MAC, and with it every hash and the
// head that slips have shown, would change. The new device's key only opens that key:
//
//	 0  8  name of the device key
//	 8 12  nonce
//	20 48  the journal's key under AES-256-GCM, authenticated with the journal's identity
const (
	wrappedSize = 8 + nonceSize + keySize + 16
	infoWrap    = "smartpos journal 3: journal key"
)

// wrap returns the journal's key, to be opened by the device's.
func wrap(key []byte, id identity, device []byte) ([]byte, error) {
	name, err := keyName(device)
	if err != nil {
		return nil, err
	}
	aead, err := wrapper(device, id.salt[:])
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceSize)
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the program instead
	return aead.Seal(append(name, nonce...), nonce, key, id.body()), nil
}

// unwrap returns the journal's key: the device's own if nothing is wrapped. Identity is as it lies in the journal.
func unwrap(wrapped, identity, device []byte) ([]byte, error) {
	switch {
	case wrapped == nil:
		return device, nil
	case len(wrapped) != wrappedSize || len(identity) < identityBody:
		return nil, fmt.Errorf("%w: a journal key of %d bytes", txn.ErrJournalDamaged, len(wrapped))
	}
	name, err := keyName(device)
	if err != nil {
		return nil, err
	}
	aead, err := wrapper(device, identity[:32])
	if err != nil {
		return nil, err
	}
	nonce, sealed := wrapped[8:][:nonceSize], wrapped[8+nonceSize:]
	key, err := aead.Open(nil, nonce, sealed, identity[:identityBody])
	switch {
	case err == nil:
		return key, nil
	case !bytes.Equal(wrapped[:8], name):
		return nil, ErrKey
	}
	return nil, fmt.Errorf("%w: its key doesn't hold", txn.ErrJournalDamaged)
}

// openIdentity returns what a journal's identity says, and the key that a device's key opens with what is wrapped.
func openIdentity(b, wrapped, device []byte) (id identity, key []byte, k keys, err error) {
	if key, err = unwrap(wrapped, b, device); err != nil {
		return id, nil, k, err
	}
	id, k, err = decodeIdentity(b, key)
	return id, key, k, err
}

func wrapper(device, salt []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, device, salt, infoWrap, keySize)
	if err != nil {
		return nil, err
	}
	return newGCM(key)
}
