package offlineqr

import (
	"errors"
	"fmt"

	"smartpos/txn/pay/internal/client"
)

// KeyType is the type of the PEM block that a key comes in.
const KeyType = "SMARTPOS OFFLINE QR KEY"

// sandboxKey stands below a key that the sandbox made. It is written down on both sides, so that neither imports the
// other.
const sandboxKey = "smartpos paynet sandbox"

// Source is where the key comes from: a file or the PEM text itself. It never prints what it holds.
type Source = client.Source

// File returns a source that reads path when New is called. An empty path is no source.
func File(path string) Source { return client.File(path) }

// Config is what a terminal got from its acquirer.
type Config struct {
	Terminal   string // its id: 1 to 8 of 0-9 A-Z
	KeyNumber  int    // of Key, as the acquirer numbers it: 0 to 255
	Key        Source // a PEM block of [KeyType], 32 bytes
	Page       string // the acquirer's, see [NewSealer]
	Production bool   // refuses a key that the sandbox made
}

// ErrConfig is returned by New when the configuration can't work; the text names the setting or file and what to do
// about it, never a key.
var ErrConfig = errors.New("offlineqr: configuration")

// New returns the terminal's sealer. It reads the key's file and connects to nothing.
func New(cfg Config) (*Sealer, error) {
	if cfg.KeyNumber < 0 || cfg.KeyNumber > 255 {
		return nil, fmt.Errorf("%w: key_number %d: take the number, 0 to 255, that the acquirer gave the key", ErrConfig, cfg.KeyNumber)
	}
	form := client.Form{Setting: "offline.acquirer.key", Name: "the terminal's offline key", Network: "the acquirer"}
	if cfg.Production {
		form.Mark = sandboxKey
	}
	secret, err := cfg.Key.Secret(form, KeyType)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	key, err := NewKey(secret)
	if err != nil {
		return nil, fmt.Errorf("%w: offline.acquirer.key %s: holds no key of %d bytes; copy it again", ErrConfig, cfg.Key, KeySize)
	}
	s, err := NewSealer(cfg.Terminal, uint8(cfg.KeyNumber), key, cfg.Page)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return s, nil
}
