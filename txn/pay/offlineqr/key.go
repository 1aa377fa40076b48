package offlineqr

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// KeySize is the length of a terminal's key in bytes.
const KeySize = 32

// Keys come from a terminal's key by HKDF-SHA-256 without salt and with these texts as info.
const (
	infoSeal   = "smartpos offline QR 1: seal"
	infoAnswer = "smartpos offline QR 1: answer"
)

// ErrKey is returned for a key that is not of [KeySize] bytes, or is all zeros.
var ErrKey = errors.New("offlineqr: not a key of 32 bytes")

// Key is what a terminal and its acquirer share, for this purpose alone. Who has it reads the answers of all
// codes of that terminal. No way of formatting it shows it.
type Key struct{ secret [KeySize]byte }

// NewKey takes a key as the acquirer issued it.
func NewKey(b []byte) (Key, error) {
	var k Key
	if len(b) != KeySize || [KeySize]byte(b) == k.secret {
		return Key{}, ErrKey
	}
	copy(k.secret[:], b)
	return k, nil
}

// Format implements [fmt.Formatter] without the key.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "(key)") }

// MarshalText implements [encoding.TextMarshaler] without the key.
func (k Key) MarshalText() ([]byte, error) { return []byte("(key)"), nil }

// derive returns the key for one of the purposes.
func (k Key) derive(info string) []byte {
	key, err := hkdf.Key(sha256.New, k.secret[:], nil, info, KeySize)
	if err != nil { // for too long a key alone
		panic("offlineqr: " + err.Error())
	}
	return key
}

// aead returns AES-256-GCM with the sealing key.
func (k Key) aead() cipher.AEAD {
	block, err := aes.NewCipher(k.derive(infoSeal))
	if err != nil {
		panic("offlineqr: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("offlineqr: " + err.Error())
	}
	return aead
}
