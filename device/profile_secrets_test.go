package device

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A secret has one place, and where money is real that is the sealed file.
func TestSecrets(t *testing.T) {
	const keys = "private_key = \"wechat/apiclient_key.pem\"\napi_v3_key = \"wechat/apiv3.key\"\n"
	const table = "[secrets]\nstore = \"/secret/device.secret\"\nsealed = \"keys.sealed\"\n"
	clear := minimal
	sealed := strings.Replace(minimal, keys, "", 1) + table
	production := func(text string) string { return "environment = \"production\"\n" + text }
	for name, c := range map[string]struct{ text, want string }{
		"sandbox in clear":           {clear, ""},
		"sandbox sealed":             {sealed, ""},
		"sandbox, both":              {clear + table, ""},
		"sandbox, a store alone":     {clear + "[secrets]\nstore = \"s\"\n", ""},
		"production sealed":          {production(sealed), ""},
		"neither":                    {strings.Replace(clear, keys, "", 1), "p.toml:9: networks.wechat.private_key: is required"},
		"sealed by nothing":          {sealed[:len(sealed)-len(table)] + "[secrets]\nsealed = \"k\"\n", "secrets.store: is required with sealed"},
		"with the data":              {clear + "[secrets]\nstore = \"data/x/../device.secret\"\n", "secrets.store: must not lie in data"},
		"as the data":                {clear + "[secrets]\nstore = \"data\"\n", "secrets.store: must not lie in data"},
		"a key itself":               {clear + "[secrets]\nstore = \"-----BEGIN KEY\"\n", "must be the name of a file, not its content"},
		"production in clear":        {production(clear), "secrets.sealed: is required in production"},
		"production, both":           {production(clear + table), "p.toml:14: networks.wechat.private_key: must not be named in production"},
		"production, a store alone":  {production(strings.Replace(clear, keys, "", 1) + "[secrets]\nstore = \"s\"\n"), "secrets.sealed: is required in production"},
		"production, off, but named": {production(strings.Replace(clear, "[networks.wechat]\n", "[networks.alipay]\napp_id = \"2021000000000001\"\npublic_key = \"p\"\n[networks.wechat]\nenabled = false\n", 1) + "[sale]\ndefault_network = \"alipay\"\n" + table), "networks.wechat.private_key: must not be named"},
	} {
		_, err := ParseProfile("p.toml", []byte(c.text))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	// To be sealed, the files have to be named somewhere.
	path := filepath.Join(t.TempDir(), "p.toml")
	if err := os.WriteFile(path, []byte(production(clear+table)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadProfile(path); err == nil {
		t.Error("a terminal would run on a draft")
	}
	p, err := LoadDraft(path)
	if err != nil {
		t.Fatal(err)
	}
	if f := p.SecretFiles()[0]; f != (SecretFile{"networks.wechat.private_key", "wechat/apiclient_key.pem", true}) {
		t.Errorf("%+v", f)
	}
}

// An enrolment code that is nearly right, as with a blank that came along, is in no error.
func TestEnrolCodeIsNotRepeated(t *testing.T) {
	for _, value := range []string{`"20394857 "`, `"２０３９４８５７"`, `"2039485"`, `20394857`} {
		_, err := ParseProfile("p.toml", []byte(strings.Replace(minimal, "[terminal]\n", "[terminal]\nenrol_code = "+value+"\n", 1)))
		if err == nil || !strings.Contains(err.Error(), "terminal.enrol_code: ") || strings.Contains(err.Error(), "203948") || strings.Contains(err.Error(), "２０３") {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// A secret's setting that SecretFiles forgets would be read in clear for ever.
func TestSecretFilesAreAllOfThem(t *testing.T) {
	named := map[string]bool{}
	for _, f := range DefaultProfile().SecretFiles() {
		named[f.Name] = true
	}
	for _, key := range schemaKeys() {
		if secret := strings.HasSuffix(key, ".private_key") || strings.HasSuffix(key, "_v3_key") || strings.HasSuffix(key, ".key"); secret != named[key] {
			t.Errorf("%s: among the secrets: %v", key, named[key])
		}
	}
}
