package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"smartpos/txn/pay/internal/client"
)

// When platform certificates are fetched. WeChat Pay asks for at least once in 12 hours; a new one is handed out days
// before the old one ends.
const (
	fetchEvery = 10 * time.Hour
	fetchEarly = 5 * 24 * time.Hour // before the latest ends
	fetchAgain = 10 * time.Minute   // not sooner after a try, whatever asks for it
	fetchFirst = 10 * time.Second   // … where no answer can be verified without
)

// maxCertificates is more than were ever handed out at once.
const maxCertificates = 16

// errNoKey is returned where no answer could be verified, so that nothing was asked.
var errNoKey = errors.New("no platform certificate to verify answers with could be fetched; check the network, the clock and the API v3 key")

// renewal is who fetches platform certificates, and when that was tried and done.
type renewal struct {
	apiV3      []byte // empty: none are fetched
	production bool

	mu          sync.Mutex
	tried, done time.Time
}

// due reports whether certificates that are in use should be fetched anew.
func (r *renewal) due(until, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.apiV3) > 0 && (now.Sub(r.done) >= fetchEvery || until.Sub(now) < fetchEarly)
}

// begin reports whether a try may be made now, and counts it.
func (r *renewal) begin(now time.Time, again time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.apiV3) == 0 || !r.tried.IsZero() && now.Sub(r.tried) < again {
		return false
	}
	r.tried = now
	return true
}

func (r *renewal) succeed(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done = now
}

// fetch asks for the platform certificates, if that was not tried just now. It reports whether the ring has new ones.
// Whoever comes meanwhile waits for the same answer.
func (c *Client) fetch(ctx context.Context) bool {
	learned, _, _ := c.fetching.Do("", func() (any, error) { return c.fetchOnce(ctx), nil })
	return learned.(bool)
}

func (c *Client) fetchOnce(ctx context.Context) bool {
	again := fetchAgain
	if c.transport.ring.empty() {
		again = fetchFirst
	}
	if !c.transport.renewal.begin(time.Now(), again) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	x := &exchange{certificates: true}
	// The SDK's error says nothing that the exchange does not say better.
	_, _ = c.sdk.Get(context.WithValue(ctx, exchangeKey{}, x), consts.WechatPayAPIServer+"/v3/certificates")
	if !x.learned {
		return false
	}
	c.transport.renewal.succeed(time.Now())
	return true
}

// keep fetches certificates before those in use end.
func (c *Client) keep(ctx context.Context) {
	if until, used := c.transport.ring.until(); used && c.transport.renewal.due(until, time.Now()) {
		c.fetch(ctx)
	}
}

// learn takes up the platform certificates that an answer brings. They are believed when they open under the merchant's
// API v3 key, and the answer is signed by a key that is known or by one of themselves.
func (t *transport) learn(ctx context.Context, x *exchange, r *http.Request) error {
	if x.Status != http.StatusOK {
		return t.verify(ctx, t.ring, x.response(r))
	}
	list, err := openCertificates(x.Body, t.renewal.apiV3, t.renewal.production, time.Now())
	if err != nil {
		return err
	}
	ring := t.ring.with(list)
	if err := t.verify(ctx, ring, x.response(r)); err != nil {
		return err
	}
	t.ring.replace(list)
	x.learned = true
	return nil
}

// openCertificates reads an answer that hands out platform certificates: those of now and of later.
func openCertificates(body, key []byte, production bool, now time.Time) (list []certificate, err error) {
	var answer struct {
		Data []struct {
			Serial string          `json:"serial_no"`
			Sealed json.RawMessage `json:"encrypt_certificate"`
		} `json:"data"`
	}
	if _, err := client.Parse(body); err != nil || json.Unmarshal(body, &answer) != nil || len(answer.Data) > maxCertificates {
		return nil, client.ErrShape
	}
	for _, d := range answer.Data {
		text, err := openSealed(d.Sealed, key)
		if err != nil {
			return nil, err
		}
		one, err := readCertificate(Bytes(text), production)
		switch {
		case err != nil || one.serial != strings.ToUpper(d.Serial):
			return nil, client.ErrShape
		case now.Before(one.until):
			list = append(list, one)
		}
	}
	if len(list) == 0 {
		return nil, client.ErrShape
	}
	slices.SortFunc(list, func(a, b certificate) int { return a.from.Compare(b.from) })
	return list, nil
}

// sealedNonce is the length of a nonce of AES-GCM, in bytes.
const sealedNonce = 12

// openSealed opens what WeChat Pay seals under the API v3 key: AES-GCM with the key's 32 bytes, the nonce's 12, and
// associated data. A text that was changed, or sealed under another key, does not open.
func openSealed(sealed, key []byte) ([]byte, error) {
	m, err := client.Parse(sealed)
	if err != nil {
		return nil, client.ErrShape
	}
	algorithm, _ := m.Text("algorithm")
	nonce, _ := m.Text("nonce")
	about, _ := m.Text("associated_data") // may be missing
	ciphertext, ok := m.Text("ciphertext")
	if algorithm != "AEAD_AES_256_GCM" || len(nonce) != sealedNonce || !ok {
		return nil, client.ErrShape
	}
	text, err := utils.DecryptAES256GCM(string(key), about, nonce, ciphertext)
	if err != nil {
		return nil, errSealed
	}
	return []byte(text), nil
}

var errSealed = errors.New("what the network sealed does not open with the API v3 key; copy the key from the merchant platform again")
