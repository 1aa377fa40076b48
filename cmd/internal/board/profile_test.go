package board

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var runTables = tables{
	"networks.wechat": {"enabled": false, "name": "this run"}, "networks.alipay": {"enabled": false}, "secrets": {"store": "s"},
}

func TestProfileIsKeptButForTheRunsOwnTables(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, profileFile)
	edited := strings.Replace(string(defaultProfile), `name = "惠民便利店"`, `name = "小张便利店" # mine`, 1) +
		"\n[networks.wechat]\nenabled = false\nname = \"last run\"\n\n[keypad.input]\nKEY_KP1 = \"1\"\n"
	if err := os.WriteFile(name, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := writeProfile(dir, defaultProfile, []string{"sale.default_network=wechat"}, runTables)
	_ = p
	text, readErr := os.ReadFile(name)
	if readErr != nil {
		t.Fatal(readErr)
	}
	for _, want := range []string{"小张便利店", "this run", "KEY_KP1"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the profile lacks %q (%v):\n%s", want, err, text)
		}
	}
	if strings.Contains(string(text), "last run") {
		t.Error("the last run's table is still there")
	}
}

func TestReplaceTablesKeepsComments(t *testing.T) {
	text := "# top\na = 1\n[networks.wechat] # old\nb = 2\n\n# of the next\n[sale]\nc = 3 # mine\n"
	out, err := replaceTables([]byte(text), tables{"networks.wechat": {"b": 9}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# top", "[sale]\nc = 3 # mine", "b = 9"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
	if strings.Contains(string(out), "b = 2") {
		t.Errorf("the old table is still there:\n%s", out)
	}
}

// The second start once failed: the first had written a header that the second did not take out.
func TestReplaceTablesAgainAndAgain(t *testing.T) {
	once, err := replaceTables(defaultProfile, runTables)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := replaceTables(once, runTables)
	if err != nil || string(twice) != string(once) {
		t.Errorf("replacing again changes the profile: %v\n%s", err, twice)
	}
	if out, err := override(twice, nil); err != nil {
		t.Errorf("no TOML: %v\n%s", err, out)
	}
}

func TestOverride(t *testing.T) {
	base := []byte("[sale]\npoll_show = \"3s\"\ncopies = 2\n[terminal]\nid = \"T1\"\n")
	out, err := override(base, []string{"sale.poll_show=150ms", "sale.copies=1", "[terminal]\noperator = \"07\"", `terminal.id="A=B"`})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"poll_show = '150ms'", "copies = 1", "operator = '07'", "id = 'A=B'"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("lacks %s:\n%s", want, out)
		}
	}
	for _, bad := range []string{"", "sale", "=", "a b=c", "[sale", "sale.x=\"\x00"} {
		if _, err := override(base, []string{bad}); err == nil && bad != "" {
			t.Errorf("took %q", bad)
		}
	}
}

func FuzzOverride(f *testing.F) {
	for _, s := range []string{"sale.copies=1", "[sale]\ncopies=1", "=", "a.b.c='", "x=\"\\", "sale=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if out, err := override(defaultProfile, []string{s}); err == nil && len(out) == 0 {
			t.Error("an empty profile and no error")
		}
	})
}
