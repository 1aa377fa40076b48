package paynet

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"strings"
	"time"
)

// OpCertificates is GET /v3/certificates: the platform certificates, sealed under the API v3 key.
const OpCertificates = "certificates"

const certificatesPath = "/v3/certificates"

// platformKey signs answers for those who verify with platform certificates.
type platformKey struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

// RotateWeChatCertificate gives WeChat Pay another platform certificate, which signs from now on for all who verify with
// certificates. Both are handed out until [Paynet.RetireWeChatCertificates]. A sandbox that is opened anew has the first
// one again.
func (p *Paynet) RotateWeChatCertificate() error {
	var key *rsa.PrivateKey
	if err := makeRSA(&key); err != nil {
		return err
	}
	der, err := x509.CreateCertificate(rand.Reader, template("platform"), p.ca.cert, key.Public(), p.ca.key)
	if err != nil {
		return err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wechat.keys.platform = append(p.wechat.keys.platform, platformKey{key, cert})
	return nil
}

// RetireWeChatCertificates withdraws all platform certificates but the latest.
func (p *Paynet) RetireWeChatCertificates() {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.wechat.keys.platform
	p.wechat.keys.platform = all[len(all)-1:]
}

// signer is the key for an answer: the client says in Wechatpay-Serial which one it can verify with. Where it names a
// certificate it gets the latest, and so it does where it asks for the certificates and has none. The public key is the
// usual one.
func (c *wechat) signer(r *request) (key *rsa.PrivateKey, serial string) {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	asked := r.header.Get("Wechatpay-Serial")
	if strings.HasPrefix(asked, SerialPrefix) || asked == "" && r.op == OpCertificates {
		latest := c.keys.platform[len(c.keys.platform)-1]
		return latest.key, serialOf(latest.cert)
	}
	return c.keys.publicKey, c.merchant.PublicKeyID
}

// certificates hands out the platform certificates. It runs under the lock.
func (c *wechat) certificates(r *request) answer {
	if len(r.body) > 0 {
		return fail(paramError("", "GET 请求不应有请求体"))
	}
	data := []any{}
	for _, p := range c.keys.platform {
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw})
		data = append(data, map[string]any{
			"serial_no":           serialOf(p.cert),
			"effective_time":      p.cert.NotBefore.In(beijing).Format(time.RFC3339),
			"expire_time":         p.cert.NotAfter.In(beijing).Format(time.RFC3339),
			"encrypt_certificate": c.sealed("certificate", text),
		})
	}
	return succeed(http.StatusOK, map[string]any{"data": data})
}

// sealed is a text under the API v3 key.
func (c *wechat) sealed(about string, text []byte) map[string]any {
	nonce := randomHex(6) // its twelve characters are the nonce
	block, err := aes.NewCipher(c.keys.apiV3)
	if err != nil {
		return nil
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil
	}
	return map[string]any{
		"algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": about,
		"ciphertext": base64.StdEncoding.EncodeToString(gcm.Seal(nil, []byte(nonce), text, []byte(about))),
	}
}
