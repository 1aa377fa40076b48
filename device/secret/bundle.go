package secret

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
)

// What a bundle can hold.
const (
	MaxSecrets = 32       // secrets in a bundle
	MaxSecret  = 16 << 10 // bytes of one
	MaxName    = 64       // bytes of a name
)

// Bundle holds secrets by name. Names are 1 to [MaxName] of a–z, 0–9, '.', '_' and '-'; a merchant's key has the
// name of its key in the profile, such as networks.wechat.private_key.
type Bundle map[string]Value

// Names returns the names in order.
func (b Bundle) Names() []string { return slices.Sorted(maps.Keys(b)) }

// encode writes the secrets one after the other, in the order of their names.
func (b Bundle) encode() ([]byte, error) {
	if len(b) > MaxSecrets {
		return nil, fmt.Errorf("%d secrets: at most %d go into one file", len(b), MaxSecrets)
	}
	var out []byte
	for _, n := range b.Names() {
		text := b[n].Reveal()
		switch {
		case !validName(n):
			return nil, fmt.Errorf("secret %.80q: a name is 1 to %d of a-z 0-9 . _ -", n, MaxName)
		case len(text) == 0 || len(text) > MaxSecret:
			return nil, fmt.Errorf("secret %s: has %d bytes, it must be 1 to %d", n, len(text), MaxSecret)
		}
		out = append(append(out, byte(len(n))), n...)
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(text))), text...)
	}
	return out, nil
}

// decodeBundle reads what encode wrote, and nothing else: there is one encoding of every bundle.
func decodeBundle(b []byte) (Bundle, error) {
	out, last := Bundle{}, ""
	for len(b) > 0 {
		n := int(b[0])
		if len(b) < 1+n+4 {
			return nil, damaged("a secret is cut off")
		}
		name := string(b[1 : 1+n])
		size := binary.BigEndian.Uint32(b[1+n:])
		b = b[1+n+4:]
		switch {
		case !validName(name) || name <= last:
			return nil, damaged("a secret's name is none, or out of order")
		case size == 0 || size > MaxSecret || int(size) > len(b):
			return nil, damaged("a secret's length can't be")
		case len(out) == MaxSecrets:
			return nil, damaged("there are too many secrets")
		}
		out[name], last, b = NewValue(b[:size]), name, b[size:]
	}
	return out, nil
}

func validName(s string) bool {
	if len(s) < 1 || len(s) > MaxName {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}
