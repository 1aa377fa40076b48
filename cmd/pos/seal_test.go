package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smartpos/txn/pay/paynet"
)

// bench is a technician's folder: the profile of a board and a merchant's keys in clear.
type bench struct {
	t       *testing.T
	dir     string
	net     *paynet.Paynet
	printed bytes.Buffer // everything that pos ever said
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, dir: t.TempDir()}
	var err error
	if b.net, err = paynet.Open(filepath.Join(b.dir, "paynet"), paynet.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.net.Close() })
	return b
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

// profile writes the board's profile; keys are the lines that name secrets.
func (b *bench) profile(keys string) {
	b.t.Helper()
	m := b.net.WeChatMerchant()
	text := minimal + fmt.Sprintf("[networks.wechat]\nmerchant_id = %q\napp_id = %q\nserial = %q\n%spublic_key_id = %q\npublic_key = %q\nnotify_url = %q\n"+
		"[secrets]\nstore = \"device.secret\"\nsealed = \"keys.sealed\"\n",
		m.MerchantID, m.AppID, m.Serial, keys, m.PublicKeyID, m.PublicKey, m.NotifyURL)
	b.write("profile.toml", text)
}

func (b *bench) write(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(b.path(name), []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// pos runs a command, which must end with the code and say all of that.
func (b *bench) pos(code int, args string, says ...string) {
	b.t.Helper()
	var out bytes.Buffer
	got := run(append(strings.Fields(args), "-profile", b.path("profile.toml")), nil, &out, &out)
	b.printed.Write(out.Bytes())
	if got != code {
		b.t.Errorf("pos %s: exit %d: %s", args, got, out.String())
	}
	for _, s := range says {
		if !strings.Contains(out.String(), s) {
			b.t.Errorf("pos %s does not say %q: %s", args, s, out.String())
		}
	}
}

// A technician's way from clear keys to sealed ones, with the usual mistakes.
func TestSeal(t *testing.T) {
	b := newBench(t)
	m := b.net.WeChatMerchant()
	both := fmt.Sprintf("private_key = %q\napi_v3_key = %q\n", m.PrivateKey, m.APIv3Key)
	b.profile(both)
	b.pos(exitFail, "seal", "device.secret is missing", "pos seal -new")
	b.pos(exitProfile, "check", "device.secret is missing")
	b.pos(exitUsage, "seal -new -list")
	b.pos(exitOK, "seal -new", "2 secrets", "networks.wechat.api_v3_key", "networks.wechat.private_key", m.PrivateKey, "can be removed now")
	b.pos(exitFail, "seal -new", "is there already")
	b.profile("")
	b.pos(exitOK, "check", "terminal T1")
	b.pos(exitOK, "seal -list", "2 secrets", "networks.wechat.private_key")
	b.pos(exitFail, "seal", "names no secret's file")

	// One key is replaced; the other stays. A bad one is found before a customer does, and by its name.
	b.write("new.key", "not of 32 bytes")
	b.profile("api_v3_key = \"new.key\"\n")
	b.pos(exitOK, "seal", "2 secrets")
	b.pos(exitProfile, "check", "api_v3_key (sealed): has 15 characters")
	b.write("new.key", "")
	b.pos(exitFail, "seal", "no key file")
	b.profile("private_key = \"nowhere.pem\"\n")
	b.pos(exitFail, "seal", "nowhere.pem")

	// A journal from before the board had a secret brings its key along.
	if err := os.Mkdir(b.path("data"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.write("data/device.key", strings.Repeat("k", 32))
	b.profile(both)
	b.pos(exitOK, "seal", "3 secrets", "journal.device_key", "device.key")

	// That key is never replaced: whoever seals again beside another terminal's data would shut this one's journal.
	b.write("data/device.key", strings.Repeat("x", 32))
	b.pos(exitFail, "seal", "another journal's key", "move")
	b.write("data/device.key", strings.Repeat("k", 31))
	b.pos(exitFail, "seal", "31 bytes")
	b.write("data/device.key", strings.Repeat("k", 32))
	b.pos(exitOK, "seal", "3 secrets")

	// Another board's secret opens nothing, and nothing is sealed over what it can't open.
	if err := os.Remove(b.path("device.secret")); err != nil {
		t.Fatal(err)
	}
	b.write("device.secret", strings.Repeat("another", 5)[:32])
	b.pos(exitFail, "seal -list", "sealed for another board")
	b.pos(exitFail, "seal", "sealed for another board", "remove that file")
	b.pos(exitProfile, "check", "sealed for another board")
	b.pos(exitOK, "seal -o "+b.path("fresh.sealed"), "3 secrets")

	for _, file := range []string{m.PrivateKey, m.APIv3Key} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") && strings.Contains(b.printed.String(), line) {
				t.Errorf("pos printed a line of %s", file)
			}
		}
	}
}

// In production a key in clear beside the sealed ones is refused by the terminal and taken by pos seal.
func TestSealForProduction(t *testing.T) {
	b := newBench(t)
	m := b.net.WeChatMerchant()
	b.profile(fmt.Sprintf("private_key = %q\napi_v3_key = %q\n", m.PrivateKey, m.APIv3Key))
	text, err := os.ReadFile(b.path("profile.toml"))
	if err != nil {
		t.Fatal(err)
	}
	b.write("profile.toml", "environment = \"production\"\n"+string(text))
	b.pos(exitProfile, "check", "must not be named in production")
	b.pos(exitOK, "seal -new", "2 secrets")
}
