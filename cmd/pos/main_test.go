package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smartpos/txn/pay/paynet"
)

// minimal is a profile of a terminal without devices.
const minimal = "version = 1\nboard = \"bench\"\n[terminal]\nid = \"T1\"\n[merchant]\nname = \"店\"\n[display]\nkind = \"none\"\n" +
	"[scanner]\nengine = \"none\"\n[printer]\ndevice = \"\"\n[keypad]\ndevice = \"\"\n"

// noKeys names key files that are not there.
const noKeys = "[networks.wechat]\nmerchant_id = \"1900000001\"\napp_id = \"wx1\"\nserial = \"0123456789ABCDEF\"\n" +
	"private_key = \"k\"\napi_v3_key = \"a\"\npublic_key_id = \"PUB_KEY_ID_1\"\npublic_key = \"p\"\nnotify_url = \"https://x.example/n\"\n"

func TestCommandLine(t *testing.T) {
	dir := t.TempDir()
	profile := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := profile("good.toml", minimal+noKeys)
	typo := profile("typo.toml", "version = 1\n[terminal]\nid = \"T1\"\nlangage = \"zh\"\n[merchant]\nname = \"店\"\n")
	for _, tt := range []struct {
		args   string
		code   int
		stdout string
		stderr string
	}{
		{"version", exitOK, "smartpos ", ""},
		{"licence", exitOK, "SIL OPEN FONT LICENSE", ""},
		{"check -profile " + good, exitProfile, "", "private_key " + filepath.Join(dir, "k") + ": no such file"},
		{"check -profile " + typo, exitProfile, "", "typo.toml:4: terminal.langage"},
		{"-profile " + filepath.Join(dir, "none.toml"), exitProfile, "", "none.toml"},
		{"-profile", exitUsage, "", "flag needs an argument"},
		{"-h", exitOK, "", "pos check"},
		{"sell", exitUsage, "", "no such command"},
		{"check extra -profile x", exitUsage, "", "unexpected"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(strings.Fields(tt.args), strings.NewReader(""), &stdout, &stderr)
		if code != tt.code || !strings.Contains(stdout.String(), tt.stdout) || !strings.Contains(stderr.String(), tt.stderr) {
			t.Errorf("pos %s: exit %d, stdout %q, stderr %q", tt.args, code, stdout.String(), stderr.String())
		}
	}
	// Keys that can't be read leave no network: the terminal takes cash, says so, and ends with its keyboard.
	var stdout, stderr bytes.Buffer
	log := logged{path: filepath.Join(dir, "data", "events.log"), text: "network left out", limit: time.Now().Add(30 * time.Second)}
	if code := run([]string{"run", "-profile", good}, log, &stdout, &stderr); code != exitOK || !log.there() {
		t.Errorf("exit %d; the event log does not say why a network is missing; stderr %q", code, stderr.String())
	}
}

// logged is a keyboard that nobody uses, until the event log has a text: then it is closed.
type logged struct {
	path, text string
	limit      time.Time
}

func (l logged) there() bool {
	log, err := os.ReadFile(l.path)
	return err == nil && bytes.Contains(log, []byte(l.text))
}

func (l logged) Read([]byte) (int, error) {
	for !l.there() && time.Now().Before(l.limit) {
		time.Sleep(time.Millisecond)
	}
	return 0, io.EOF
}

// A profile is as good as the keys that it names.
func TestCheckReadsKeys(t *testing.T) {
	dir := t.TempDir()
	net, err := paynet.Open(dir, paynet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	m := net.WeChatMerchant()
	path := filepath.Join(dir, "profile.toml")
	text := minimal + fmt.Sprintf("[networks.wechat]\nmerchant_id = %q\napp_id = %q\nserial = %q\nprivate_key = %q\n"+
		"api_v3_key = %q\npublic_key_id = %q\npublic_key = %q\nnotify_url = %q\n",
		m.MerchantID, m.AppID, m.Serial, m.PrivateKey, m.APIv3Key, m.PublicKeyID, m.PublicKey, m.NotifyURL)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	code := run([]string{"check", "-profile", path}, nil, &stdout, &stderr)
	if code != exitOK || stderr.Len() > 0 || !strings.Contains(stdout.String(), "terminal T1, sandbox") {
		t.Fatalf("exit %d: %s%s", code, stdout.String(), stderr.String())
	}
	if err := os.WriteFile(m.APIv3Key, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	code = run([]string{"check", "-profile", path}, nil, &stdout, &stderr)
	if code != exitProfile || !strings.Contains(stderr.String(), "api_v3_key") || strings.Contains(stderr.String(), "secret") {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
}

// A disk that takes nothing any more, not even the log: the terminal runs, to say so on its screen.
func TestRunsWithoutALog(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "profile.toml")
	for name, text := range map[string]string{path: minimal + noKeys, filepath.Join(dir, "data"): "a file where the folder should be"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"-profile", path}, strings.NewReader(""), &stdout, &stderr); code != exitOK {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	for _, want := range []string{"event log: ", `"msg":"halted"`, "not a directory"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("stderr does not say %q: %s", want, stderr.String())
		}
	}
}
