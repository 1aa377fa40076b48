package store

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"smartpos/txn"
)

const keySize = 32 // bytes of the device key and of every key derived from it

// keys are derived from the device key by HKDF-SHA-256 (RFC 5869) with the journal's salt, one for each
// purpose: a digest of a payment code can never pass for a record's MAC.
type keys struct {
	record []byte // MACs of records
	value  []byte // seals of everything derived from records
	code   []byte // digests of payment codes

	payload []byte // enciphers what must not lie in clear
}

// The purposes, as HKDF's info. They are on disk by their effect: never change one.
const (
	infoRecord = "smartpos journal 1: record"
	infoValue  = "smartpos journal 1: value"
	infoCode   = "smartpos journal 1: payment code"
	infoCipher = "smartpos journal 3: payload"
	infoName   = "smartpos device key: name"
)

func deriveKeys(device []byte, id identity) (keys, error) {
	var k keys
	for info, dst := range map[string]*[]byte{infoRecord: &k.record, infoValue: &k.value, infoCode: &k.code, infoCipher: &k.payload} {
		key, err := hkdf.Key(sha256.New, device, id.salt[:], info, keySize)
		if err != nil {
			return keys{}, fmt.Errorf("deriving keys: %w", err)
		}
		*dst = key
	}
	return k, nil
}

// keyName returns 8 bytes that tell device keys apart and give nothing of them away.
func keyName(device []byte) ([]byte, error) {
	return hkdf.Key(sha256.New, device, nil, infoName, 8)
}

func (k keys) digest(code txn.PaymentCode) txn.CodeDigest {
	mac := hmac.New(sha256.New, k.code)
	mac.Write([]byte(code.Reveal()))
	return txn.CodeDigest(hex.EncodeToString(mac.Sum(nil)[:16]))
}

// deviceKey returns the given key, or the one beside the journal. It makes one only together with a journal:
// a journal whose key is gone must say so instead of getting another.
func deviceKey(dir string, given []byte, fresh bool) ([]byte, error) {
	if given != nil {
		if len(given) != keySize {
			return nil, fmt.Errorf("store: device key of %d bytes, want %d", len(given), keySize)
		}
		return given, nil
	}
	path := filepath.Join(dir, KeyName)
	key, err := os.ReadFile(path)
	switch {
	case err == nil && len(key) == keySize:
		return key, nil
	case err == nil:
		return nil, fmt.Errorf("%w: %s has %d bytes, want %d", ErrKey, path, len(key), keySize)
	case errors.Is(err, os.ErrNotExist) && fresh:
		return makeKey(path)
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%w: %s is missing", ErrKey, path)
	}
	return nil, err
}

// makeKey writes a fresh key to path, whole or not at all.
func makeKey(path string) ([]byte, error) {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the program instead
	temp := path + tempSuffix
	if err := os.WriteFile(temp, key, fileMode); err != nil {
		return nil, errors.Join(err, os.Remove(temp))
	}
	if err := adopt(temp, path); err != nil {
		return nil, err
	}
	return key, nil
}
