package board

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	bootimage "smartpos/cmd/internal/image"
)

// guestNetwork is where a board in QEMU reaches the sandbox network.
const guestNetwork = "10.0.2.100:443"

// settingsMedium makes the medium that a machine is set up with: the profile of the board in dir, its secret and its sealed
// keys, and the files that the profile names in the sandbox's folder. Files are named from the medium's root then, and the sandbox's address is the one
// that the guest sees.
func settingsMedium(ctx context.Context, i *Image, dir, out string) error {
	stage, err := os.MkdirTemp(dir, "settings")
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	text, err := os.ReadFile(filepath.Join(dir, profileFile))
	if err != nil {
		return err
	}
	tree := settings{}
	if err := toml.Unmarshal(text, &tree); err != nil {
		return fmt.Errorf("%s: %w", profileFile, err)
	}
	m := mover{from: filepath.Join(dir, SandboxDir), to: stage}
	if err := m.move(tree); err != nil {
		return err
	}
	if text, err = toml.Marshal(map[string]any(tree)); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(stage, profileFile), text, 0o600); err != nil {
		return err
	}
	for _, name := range []string{secretFile, sealedFile} {
		if err := copyFile(filepath.Join(stage, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return bootimage.SettingsPartition(i.board, stage, out, i.epoch).Make(ctx)
}

// mover takes the files that a profile names in one folder to another.
type mover struct{ from, to string }

// move changes the values of a table, and of those below it.
func (m mover) move(table map[string]any) error {
	for key, value := range table {
		switch v := value.(type) {
		case map[string]any:
			if err := m.move(v); err != nil {
				return err
			}
		case string:
			moved, err := m.value(v)
			if err != nil {
				return err
			}
			table[key] = moved
		}
	}
	return nil
}

func (m mover) value(v string) (string, error) {
	if rest, ok := strings.CutPrefix(v, "https://127.0.0.1:"); ok {
		_, path, _ := strings.Cut(rest, "/")
		return strings.TrimSuffix("https://"+strings.TrimSuffix(guestNetwork, ":443")+"/"+path, "/"), nil
	}
	name, err := filepath.Rel(m.from, v)
	if err != nil || !filepath.IsLocal(name) || !filepath.IsAbs(v) {
		return v, nil
	}
	return name, copyFile(filepath.Join(m.to, name), v)
}

func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}
