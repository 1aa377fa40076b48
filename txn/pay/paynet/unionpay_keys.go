package paynet

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// unionpayOwner is in the name of the certificate that answers come under, as in UnionPay's test environment.
const unionpayOwner = "041@PAYNET@00040000:SIGN@00000001"

// UnionPayMerchant is what a merchant gets from UnionPay, and where it lies. Paths are absolute where Open was given
// an absolute folder.
type UnionPayMerchant struct {
	MerchantID string `json:"merchant_id"` // merId
	NotifyURL  string `json:"notify_url"`  // the address that means "no notifications"

	SchemeAccount string `json:"scheme_account"` // of id 15, for codes that a terminal writes without a network

	BaseURL     string `json:"base_url"`    // https://127.0.0.1:port
	CA          string `json:"ca"`          // root of the server's certificate
	PrivateKey  string `json:"private_key"` // acp_sign_key.pem
	Certificate string `json:"certificate"` // acp_sign_cert.pem; its serial number in decimal is the certId
	Root        string `json:"root"`        // acp_root.cer
	Middle      string `json:"middle"`      // acp_middle.cer
}

// UnionPayMerchant returns what a merchant would have got from UnionPay. BaseURL is set once Start was called.
func (p *Paynet) UnionPayMerchant() UnionPayMerchant {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.unionpay.merchant
}

// unionpayKeys is the network's side.
type unionpayKeys struct {
	merchant *rsa.PublicKey  // verifies requests
	certID   string          // under which they come
	own      *rsa.PrivateKey // signs answers
	cert     string          // PEM, in every answer
	expired  string          // PEM, of the same key and authority: for FaultSkew
}

func (u *unionpay) open(dir string, _ *authority) error {
	err := readDeposit(dir, UnionPay, &u.merchant)
	u.merchant.layOut(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = u.merchant.make(dir)
	}
	if err != nil {
		return err
	}
	if u.keys.own, err = readRSA(private(dir, "unionpay_key.pem")); err != nil {
		return err
	}
	cert, err := readCertificate(u.merchant.Certificate)
	if err != nil {
		return err
	}
	u.keys.merchant, u.keys.certID = cert.PublicKey.(*rsa.PublicKey), cert.SerialNumber.String()
	for name, into := range map[string]*string{"unionpay_cert.pem": &u.keys.cert, "unionpay_expired.pem": &u.keys.expired} {
		text, err := os.ReadFile(private(dir, name))
		if err != nil {
			return err
		}
		*into = string(text)
	}
	return nil
}

func (u *unionpay) listening(dir, baseURL string) error {
	u.merchant.BaseURL = baseURL
	return writeDeposit(dir, UnionPay, &u.merchant)
}

// layOut sets the paths, which follow the folder when it is moved.
func (m *UnionPayMerchant) layOut(dir string) {
	in := func(name string) string { return filepath.Join(dir, UnionPay, name) }
	m.CA, m.PrivateKey, m.Certificate = caFile(dir), in("acp_sign_key.pem"), in("acp_sign_cert.pem")
	m.Root, m.Middle = in("acp_root.cer"), in("acp_middle.cer")
	m.SchemeAccount = schemeAccount
}

// make lays out what a new folder lacks: a chain of RSA certificates as UnionPay's, of its own. merchant.json is
// written last: without it all is begun anew.
func (m *UnionPayMerchant) make(dir string) error {
	m.MerchantID, m.NotifyURL = "777290059"+randomDigits(6), "http://www.specialUrl.com"
	var root, middle, own, merchant *rsa.PrivateKey
	if err := makeRSA(&root, &middle, &own, &merchant); err != nil {
		return err
	}
	ca := func(name string) *x509.Certificate {
		c := template(name)
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
		return c
	}
	rootBy, middleBy := &authority{root, ca("PAYNET UNIONPAY ROOT")}, &authority{middle, ca("PAYNET UNIONPAY MIDDLE")}
	expired := template(unionpayOwner)
	expired.NotAfter = time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	w := &writer{}
	w.certificate(m.Root, rootBy.cert, rootBy, root.Public())
	w.certificate(m.Middle, middleBy.cert, rootBy, middle.Public())
	w.certificate(m.Certificate, template("041@"+m.MerchantID+"@paynet@00000001"), middleBy, merchant.Public())
	w.key(m.PrivateKey, merchant)
	w.key(private(dir, "unionpay_key.pem"), own)
	w.certificate(private(dir, "unionpay_cert.pem"), template(unionpayOwner), middleBy, own.Public())
	w.certificate(private(dir, "unionpay_expired.pem"), expired, middleBy, own.Public())
	if w.err != nil {
		return w.err
	}
	return writeDeposit(dir, UnionPay, m)
}

// strangersCertificate looks like the network's and hangs on nobody's root.
func (u *unionpay) strangersCertificate() string {
	key, c := stranger(), template(unionpayOwner)
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
