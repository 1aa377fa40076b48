package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommandLine(t *testing.T) {
	dir := t.TempDir()
	profile := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := profile("good.toml", "version = 1\nboard = \"bench\"\n[terminal]\nid = \"T1\"\n[merchant]\nname = \"店\"\n[display]\nkind = \"none\"\n"+
		"[scanner]\nengine = \"none\"\n[printer]\ndevice = \"\"\n[keypad]\ndevice = \"\"\n[networks.wechat]\nenabled = true\nmerchant_id = \"1900000001\"\n"+
		"app_id = \"wx1\"\nserial = \"0123456789ABCDEF\"\nprivate_key = \"k\"\napi_v3_key = \"a\"\npublic_key_id = \"PUB_KEY_ID_1\"\npublic_key = \"p\"\nnotify_url = \"https://x.example/n\"\n")
	typo := profile("typo.toml", "version = 1\n[terminal]\nid = \"T1\"\nlangage = \"zh\"\n[merchant]\nname = \"店\"\n")
	for _, tt := range []struct {
		args   string
		code   int
		stdout string
		stderr string
	}{
		{"version", exitOK, "smartpos ", ""},
		{"licence", exitOK, "SIL OPEN FONT LICENSE", ""},
		{"check -profile " + good, exitOK, "terminal T1, sandbox", ""},
		{"check -profile " + typo, exitProfile, "", "typo.toml:4: terminal.langage"},
		{"-profile " + filepath.Join(dir, "none.toml"), exitProfile, "", "none.toml"},
		{"-profile", exitUsage, "", "flag needs an argument"},
		{"sell", exitUsage, "", "no such command"},
		{"check extra -profile x", exitUsage, "", "unexpected"},
		// Keys that can't be read leave no network: the terminal runs, says so, and ends with its keyboard.
		{"run -profile " + good, exitOK, "", ""},
	} {
		var stdout, stderr bytes.Buffer
		code := run(strings.Fields(tt.args), strings.NewReader(""), &stdout, &stderr)
		if code != tt.code || !strings.Contains(stdout.String(), tt.stdout) || !strings.Contains(stderr.String(), tt.stderr) {
			t.Errorf("pos %s: exit %d, stdout %q, stderr %q", tt.args, code, stdout.String(), stderr.String())
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, "data", "events.log"))
	if err != nil || !bytes.Contains(log, []byte("no payment network")) {
		t.Errorf("the event log does not say why nothing is sold: %s, %v", log, err)
	}
}
