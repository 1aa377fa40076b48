package pay

import "time"

// KeyError says which of a merchant's keys or certificates can't be used. A client's New returns one, wrapped, for every
// problem of a key.
type KeyError struct {
	Setting string // its key in the network's table of the profile: "private_key"
	Err     error  // what is wrong and what to do; names the setting; never carries a key
}

// Error implements error.
func (e *KeyError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *KeyError) Unwrap() error { return e.Err }

// Expiry is when one of a merchant's or network's certificates runs out.
type Expiry struct {
	Setting string    // as in [KeyError]
	At      time.Time // the last instant at which it holds
}

// Expirer is a network with certificates that run out. Keys without a certificate don't.
type Expirer interface {
	// Expiries returns when each certificate that the client was set up with runs out.
	Expiries() []Expiry
}
