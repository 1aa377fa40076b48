package device

import "path/filepath"

// SecretFile is a file that the profile can name and that holds a secret.
type SecretFile struct {
	Name   string // of its key in the profile, and in a sealed file: "networks.wechat.private_key"
	File   string // as the profile names it; "" if it does not
	Needed bool   // its network is enabled
}

// SecretFiles returns every setting of the profile that names a secret's file, whether it does or not. There is no
// secret in a profile but in these files, and the code by which a technician enrols a supervisor.
func (p *Profile) SecretFiles() []SecretFile {
	n := &p.Networks
	return []SecretFile{
		{"networks.wechat.private_key", n.Wechat.PrivateKey, n.Wechat.Enabled},
		{"networks.wechat.api_v3_key", n.Wechat.APIV3Key, n.Wechat.Enabled},
		{"networks.alipay.private_key", n.Alipay.PrivateKey, n.Alipay.Enabled},
		{"networks.unionpay.private_key", n.Unionpay.PrivateKey, n.Unionpay.Enabled},
		{"networks.aggregator.private_key", n.Aggregator.PrivateKey, n.Aggregator.Enabled},
		{"offline.acquirer.key", p.Offline.Acquirer.Key, p.Offline.Answers()},
	}
}

// secrets checks [secrets], and that a secret has one place: its file in clear, or the sealed file.
func (c *checker) secrets(p *Profile) {
	s := &p.Secrets
	store, sealed := at("secrets.store"), at("secrets.sealed")
	c.file(store, s.Store, false)
	c.file(sealed, s.Sealed, false)
	if s.Sealed != "" && s.Store == "" {
		c.fail(store, "is required with sealed: the file of the board's device secret, which opens it")
	}
	if s.Store != "" && below(p.Path(p.Data), p.Path(s.Store)) {
		c.fail(store, "must not lie in data: who has the data would have the secret")
	}
	if c.production && s.Store == "" && s.Sealed == "" {
		c.fail(store, "is required in production: the file of the board's device secret, see docs/secrets.md")
	}
	for _, f := range p.SecretFiles() {
		c.file(at(f.Name), f.File, f.Needed && s.Sealed == "" && !c.production)
		switch {
		case !c.production:
		case f.Needed && s.Sealed == "":
			c.fail(sealed, "is required in production: seal the keys with pos seal")
		case f.File != "" && !c.draft:
			c.fail(at(f.Name), "must not be named in production, whose keys are sealed: pos seal, then remove this line and the file")
		}
	}
}

// below reports whether path is dir or lies in it, by their names.
func below(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}
