package board

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"smartpos/device"
)

// defaultProfile is what a new board is set up with.
//
//go:embed profile.toml
var defaultProfile []byte

// ErrOption is returned when an override of the profile can't be understood.
var ErrOption = errors.New("board: not a setting of the profile")

// settings is a profile as a tree of tables.
type settings map[string]any

// tables are tables of a profile by their whole names: "networks.wechat".
type tables map[string]map[string]any

// writeProfile makes dir/profile.toml: the one that lies there, or the template, with the tables that belong to
// this run put in and the overrides on top. The firmware's own parser then judges it.
func writeProfile(dir string, template []byte, overrides []string, run tables) (*device.Profile, error) {
	name := filepath.Join(dir, profileFile)
	text, err := os.ReadFile(name)
	kept := err == nil
	switch {
	case errors.Is(err, os.ErrNotExist):
		text = template
	case err != nil:
		return nil, err
	}
	if text, err = replaceTables(text, run); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(overrides) > 0 {
		if text, err = override(text, overrides); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		return nil, err
	}
	p, err := device.LoadProfile(name)
	if err != nil && kept {
		return nil, fmt.Errorf("%w\n(mend the file, or delete it to get a fresh one)", err)
	}
	return p, err
}

// override merges settings into a profile. Each is a piece of TOML ("[sale]\npoll_show = \"100ms\"") or a single
// "sale.poll_show=100ms", whose value may go without quotes. Comments are lost.
func override(text []byte, overrides []string) ([]byte, error) {
	tree := settings{}
	if err := toml.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	for _, o := range overrides {
		piece := settings{}
		if err := toml.Unmarshal([]byte(tidy(o)), &piece); err != nil {
			return nil, fmt.Errorf("%w: %.80q: %w", ErrOption, o, err)
		}
		merge(tree, piece)
	}
	return toml.Marshal(map[string]any(tree))
}

// tidy quotes the value of a "key=value" that TOML would not take as it is.
func tidy(o string) string {
	key, value, ok := strings.Cut(o, "=")
	if !ok || strings.ContainsAny(o, "\n[") {
		return o
	}
	if err := toml.Unmarshal([]byte("v="+value), &map[string]any{}); err == nil {
		return o
	}
	return key + `="` + strings.ReplaceAll(strings.TrimSpace(value), `"`, `\"`) + `"`
}

// merge puts the values of src into dst, table by table.
func merge(dst, src map[string]any) {
	for k, v := range src {
		table, ok := v.(map[string]any)
		below, both := dst[k].(map[string]any)
		if ok && both {
			merge(below, table)
			continue
		}
		dst[k] = v
	}
}

// replaceTables drops the tables that stand in run from text, line by line so that everything else stays as
// the technician wrote it, and appends run's.
func replaceTables(text []byte, run tables) ([]byte, error) {
	names := make(map[string]bool)
	var more strings.Builder
	for _, name := range slices.Sorted(maps.Keys(run)) {
		body, err := toml.Marshal(run[name])
		if err != nil {
			return nil, err
		}
		names[name] = true
		fmt.Fprintf(&more, "\n[%s]\n%s", name, body)
	}
	var out strings.Builder
	dropping := false
	for line := range strings.Lines(string(text)) {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "[") {
			header, _, _ := strings.Cut(strings.TrimLeft(trimmed, "["), "]")
			dropping = names[strings.TrimSpace(header)]
		}
		if !dropping {
			out.WriteString(line)
		}
	}
	return []byte(strings.TrimRight(out.String(), "\n") + "\n" + more.String()), nil
}
