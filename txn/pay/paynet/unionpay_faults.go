package paynet

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// stop implements wire.
func (*unionpay) stop(r *request, f FaultKind) *answer {
	code, ok := map[FaultKind]string{FaultSystemError: respClosed, FaultBusy: respTooOften}[f]
	if !ok {
		return nil
	}
	a := respond(r, code)
	return &a
}

// bend implements wire. UnionPay knows no app, so FaultWrongApp changes nothing.
func (u *unionpay) bend(r *request, a answer, f FaultKind) answer {
	m := splitMessage(string(a.body))
	set := func(key, v string) {
		if m.Has(key) {
			m.Set(key, v)
		}
	}
	switch f {
	case FaultSystemAfter:
		return respond(r, respClosed)
	case FaultHuge:
		m.Set("reserved", strings.Repeat(" ", 2<<20))
	case FaultGarbage:
		return answer{a.status, []byte("respCode:00;qrCode")}
	case FaultWrongOrder:
		key := "orderId"
		if m.Has("origQryId") { // a refund's answer: the order is the payment, and orderId the refund
			key = "origQryId"
		}
		set(key, "SOMEBODYELSES0001")
	case FaultWrongRefund:
		set("orderId", "SOMEBODYELSES0001")
	case FaultWrongMerchant:
		set("merId", "777290058999999")
	case FaultWrongType:
		set("txnType", "31")
	case FaultWrongCurrency:
		set("currencyCode", "840")
	case FaultWrongAmount:
		if n, err := strconv.Atoi(m.Get("txnAmt")); err == nil {
			set("txnAmt", strconv.Itoa(n-1))
		}
	case FaultNoFacts:
		bare := url.Values{"respCode": m["respCode"]}
		if m.Has("origRespCode") {
			bare["origRespCode"] = m["origRespCode"]
		}
		m = bare
	default:
		return a
	}
	return answer{a.status, []byte(joinSorted(m))}
}

// splitMessage reads an answer of the sandbox's own, none of whose values holds an "&".
func splitMessage(body string) url.Values {
	m := url.Values{}
	for _, field := range strings.Split(body, "&") {
		if k, v, ok := strings.Cut(field, "="); ok {
			m.Set(k, v)
		}
	}
	return m
}

// seal signs an answer and adds the certificate to check it with.
func (u *unionpay) seal(h http.Header, _ *request, a answer, f FaultKind) answer {
	h.Set("Content-Type", "text/html;charset=UTF-8") // as the network has it
	if f == FaultUnsigned || f == FaultGarbage || f == FaultRedirect {
		return a
	}
	m := splitMessage(string(a.body))
	key, cert := u.keys.own, u.keys.cert
	switch f {
	case FaultWrongKey, FaultForged:
		key = stranger()
	case FaultOtherKey:
		key, cert = stranger(), u.strangersCertificate()
	case FaultSkew:
		cert = u.keys.expired
	}
	m.Set("signMethod", "01")
	m.Set("signPubKeyCert", strings.ReplaceAll(strings.TrimSpace(cert), "\n", "\r\n"))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, messageHash(m))
	if err != nil {
		return a // an unsigned answer is worth nothing to a client
	}
	if f == FaultMisSigned {
		m.Set("respMsg", m.Get("respMsg")+".")
	}
	a.body = []byte(joinSorted(m) + "&signature=" + base64.StdEncoding.EncodeToString(signature))
	return a
}
