package paynet

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// stop implements wire.
func (*aggregator) stop(r *request, f FaultKind) *answer {
	e, ok := map[FaultKind]apiError{FaultSystemError: aggSystemError, FaultBusy: aggBusy}[f]
	if !ok || forAnybody(r.op) {
		return nil
	}
	a := e.answer()
	return &a
}

// bend implements wire. The aggregator knows no app, so FaultWrongApp changes nothing.
func (*aggregator) bend(r *request, out answer, f FaultKind) answer {
	if forAnybody(r.op) {
		return out
	}
	switch f {
	case FaultSystemAfter:
		return aggSystemError.answer()
	case FaultHuge:
		out.body = padded(out.body)
	case FaultGarbage:
		out.body = []byte(`{"qr_url":https`)
	case FaultWrongOrder, FaultWrongRefund, FaultWrongAmount, FaultWrongCurrency, FaultWrongMerchant, FaultWrongType, FaultNoFacts:
		out.body = otherAggregatorFacts(out.body, f)
	}
	return out
}

// otherAggregatorFacts changes one fact of a body that carries it.
func otherAggregatorFacts(body []byte, f FaultKind) []byte {
	var m map[string]any
	if json.Unmarshal(body, &m) != nil {
		return body
	}
	set := func(key string, v any) {
		if _, ok := m[key]; ok {
			m[key] = v
		}
	}
	switch f {
	case FaultWrongOrder:
		set("order_no", "SOMEBODYELSES0001")
	case FaultWrongRefund:
		set("refund_no", "SOMEBODYELSESR01")
	case FaultWrongMerchant:
		set("merchant_id", AggregatorMerchantPrefix+"99999999")
	case FaultWrongType:
		set("method", "transfer")
	case FaultWrongCurrency:
		set("currency", "USD")
	case FaultWrongAmount:
		if total, ok := m["amount"].(float64); ok {
			m["amount"] = int64(total) - 1
		}
	case FaultNoFacts:
		bare := map[string]any{"code": m["code"]}
		if s, ok := m["state"]; ok {
			bare["state"] = s
		}
		if s, ok := m["refund_state"]; ok {
			bare["refund_state"] = s
		}
		m = bare
	}
	return succeed(http.StatusOK, m).body
}

// seal adds the platform's signature over status, path, time, the request's nonce and the body.
func (a *aggregator) seal(h http.Header, r *request, out answer, f FaultKind) answer {
	if forAnybody(r.op) {
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		return out
	}
	if f == FaultUnsigned {
		return out
	}
	key, keyID, now := a.keys.platform, a.merchant.PlatformKeyID, a.p.opt.Stamp()
	switch f {
	case FaultSkew:
		now = now.Add(-maxSkew - time.Second)
	case FaultWrongKey, FaultForged:
		_, key, _ = ed25519.GenerateKey(rand.Reader) // never fails
	case FaultOtherKey:
		keyID = AggregatorKeyPrefix + "-P-UNKNOWN"
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	h.Set(aggKeyID, keyID)
	h.Set(aggTimestamp, timestamp)
	h.Set(aggSignature, base64.StdEncoding.EncodeToString(ed25519.Sign(key, signedAnswer(r, keyID, timestamp, out))))
	if f == FaultMisSigned {
		return tamper(out)
	}
	return out
}
