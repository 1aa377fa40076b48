package paynet

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// scheme is the only one of API v3 with RSA keys.
const scheme = "WECHATPAY2-SHA256-RSA2048"

// maxSkew is how far apart the clocks of merchant and network may be; this much is too much.
const maxSkew = 300 * time.Second

// authorization is a parsed Authorization header.
type authorization struct {
	mchid, nonce, serial string
	timestamp            int64
	signature            []byte
}

// errAuthorization is returned when an Authorization header is not of the documented form.
var errAuthorization = errors.New("header Authorization")

// parseAuthorization reads
//
//	WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",timestamp="…",serial_no="…",signature="…"
//
// The five values come in any order, each once, without escapes.
func parseAuthorization(header string) (a authorization, err error) {
	if len(header) > 2048 {
		return a, fmt.Errorf("%w: longer than 2048 bytes", errAuthorization)
	}
	kind, rest, ok := strings.Cut(header, " ")
	if !ok || kind != scheme {
		return a, fmt.Errorf("%w: the scheme is not %s", errAuthorization, scheme)
	}
	fields := map[string]string{}
	for _, part := range strings.Split(rest, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		value, quoted := unquote(value)
		if _, twice := fields[key]; !ok || !quoted || twice {
			return a, fmt.Errorf("%w: not five values key=\"…\"", errAuthorization)
		}
		fields[key] = value
	}
	a.mchid, a.nonce, a.serial = fields["mchid"], fields["nonce_str"], fields["serial_no"]
	if len(fields) != 5 || a.mchid == "" || a.nonce == "" || a.serial == "" || len(a.nonce) > 64 {
		return a, fmt.Errorf("%w: mchid, nonce_str, timestamp, serial_no and signature are needed", errAuthorization)
	}
	if a.timestamp, err = strconv.ParseInt(fields["timestamp"], 10, 64); err != nil || a.timestamp < 0 || a.timestamp > 1<<40 {
		return a, fmt.Errorf("%w: timestamp is not in seconds", errAuthorization)
	}
	if a.signature, err = base64.StdEncoding.Strict().DecodeString(fields["signature"]); err != nil || len(a.signature) == 0 {
		return a, fmt.Errorf("%w: signature is not base64", errAuthorization)
	}
	return a, nil
}

func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' || strings.ContainsAny(s[1:len(s)-1], `"\`) {
		return "", false
	}
	return s[1 : len(s)-1], true
}

// verify checks that the merchant signed the request. target is the path and query as they came over the
// line; body the raw bytes.
func (a authorization) verify(key *rsa.PublicKey, method, target string, body []byte) error {
	message := fmt.Sprintf("%s\n%s\n%d\n%s\n%s\n", method, target, a.timestamp, a.nonce, body)
	sum := sha256.Sum256([]byte(message))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], a.signature)
}

// nonces are those of the last minutes, by when they may be forgotten.
type nonces map[string]time.Time

// maxNonces bounds the memory; a terminal makes a few a second at most.
const maxNonces = 20_000

// take reports whether the nonce is new.
func (n nonces) take(nonce string, now time.Time) bool {
	if until, ok := n[nonce]; ok && now.Before(until) {
		return false
	}
	if len(n) >= maxNonces {
		for old, until := range n {
			if !now.Before(until) {
				delete(n, old)
			}
		}
		if len(n) >= maxNonces {
			return false
		}
	}
	n[nonce] = now.Add(2 * maxSkew)
	return true
}
