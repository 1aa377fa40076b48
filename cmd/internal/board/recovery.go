package board

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
)

// recoveryFile is the secret half of the shop's recovery key, in the board's folder. The terminal never sees it.
const recoveryFile = "recovery.key"

// withRecoveryKey appends the public half of the shop's recovery key to the profile of a new board.
func withRecoveryKey(dir string, template []byte) ([]byte, error) {
	path := filepath.Join(dir, recoveryFile)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		key, err := age.GenerateX25519Identity()
		if err != nil {
			return nil, err
		}
		text := fmt.Sprintf("# public key: %s\n%s\n", key.Recipient(), key)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	key, err := recoveryKey(dir)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(template, "\n[backup]\nrecovery_key = %q\n", key.Recipient()), nil
}

func recoveryKey(dir string) (*age.X25519Identity, error) {
	text, err := os.ReadFile(filepath.Join(dir, recoveryFile))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "AGE-SECRET-KEY-") {
			return age.ParseX25519Identity(strings.TrimSpace(line))
		}
	}
	return nil, fmt.Errorf("%s holds no key: delete it, and profile.toml, to get new ones", recoveryFile)
}

// RecoveryKey is the secret half of the shop's recovery key, which opens the terminal's backups.
func (b *Board) RecoveryKey() (age.Identity, error) { return recoveryKey(b.dir) }
