package pin

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"smartpos/txn"
)

// The costs of a hash, sized for a board of 128 MB with one slow core, where they are to end within about a second: the
// memory is what such a board can spare while it sells. A kept hash says its own costs, so they can rise later.
const (
	Memory = 8 << 10 // KiB
	Passes = 4
	lanes  = 1

	saltSize = 16 // bytes
	hashSize = 32
)

// Costs that a kept hash may name at most. A damaged or strange one must not take the board's memory.
const (
	maxMemory = 32 << 10 // KiB
	maxPasses = 16
)

// ErrHash is returned for a hash that this package has not made.
var ErrHash = errors.New("pin: not a hash of argon2id within the limits")

// Hash returns a hash of p under a fresh salt.
func Hash(p txn.PIN) txn.PINHash {
	var salt [saltSize]byte
	_, _ = rand.Read(salt[:]) // never fails: crypto/rand ends the program instead
	k := kept{memory: Memory, passes: Passes, salt: salt[:]}
	k.hash = k.of(p)
	return k.text()
}

// Check reports whether h is a hash of p. It returns [ErrHash] for one that it can't read.
func Check(h txn.PINHash, p txn.PIN) (bool, error) {
	k, err := parse(h)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(k.of(p), k.hash) == 1, nil
}

// kept is a hash with what it was made with.
type kept struct {
	memory, passes uint32
	salt, hash     []byte
}

func (k kept) of(p txn.PIN) []byte {
	return argon2.IDKey([]byte(p.Reveal()), k.salt, k.passes, k.memory, lanes, hashSize)
}

// form is the PHC string format.
const form = "$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s"

var encoding = base64.RawStdEncoding.Strict()

func (k kept) text() txn.PINHash {
	return txn.PINHash(fmt.Sprintf(form, argon2.Version, k.memory, k.passes, lanes,
		encoding.EncodeToString(k.salt), encoding.EncodeToString(k.hash)))
}

func parse(h txn.PINHash) (k kept, err error) {
	var version, parallel int
	var rest string
	if _, err := fmt.Sscanf(string(h), "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &k.memory, &k.passes, &parallel, &rest); err != nil {
		return kept{}, ErrHash
	}
	salt, hash, _ := strings.Cut(rest, "$")
	k.salt, err = encoding.DecodeString(salt)
	if err != nil {
		return kept{}, ErrHash
	}
	k.hash, err = encoding.DecodeString(hash)
	if err != nil || len(k.salt) != saltSize || len(k.hash) != hashSize || k.memory < 8 || k.memory > maxMemory ||
		k.passes < 1 || k.passes > maxPasses || k.text() != h { // one text for each hash
		return kept{}, ErrHash
	}
	return k, nil
}
