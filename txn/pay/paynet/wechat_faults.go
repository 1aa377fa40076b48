package paynet

import (
	"encoding/json"
	"net/http"
)

// bend implements wire.
func (c *wechat) bend(_ *request, a answer, f FaultKind) answer {
	switch f {
	case FaultSystemAfter:
		return fail(systemError)
	case FaultHuge:
		a.status, a.body = withBody(a.status), padded(a.body)
	case FaultGarbage:
		a.body = []byte(`{"code_url":weixin`)
		a.status = withBody(a.status)
	case FaultTruncated:
		a.status = withBody(a.status)
	case FaultWrongOrder, FaultWrongAmount, FaultWrongCurrency, FaultWrongMerchant, FaultWrongApp, FaultWrongType, FaultNoFacts:
		a.body = otherWeChatFacts(a.body, f)
	}
	return a
}

// withBody returns a status under which a body may come.
func withBody(status int) int {
	if status == http.StatusNoContent {
		return http.StatusOK
	}
	return status
}

// otherWeChatFacts changes one fact of a body that carries it.
func otherWeChatFacts(body []byte, f FaultKind) []byte {
	var m map[string]any
	if json.Unmarshal(body, &m) != nil {
		return body
	}
	set := func(key string, v any) {
		if _, ok := m[key]; ok {
			m[key] = v
		}
	}
	amount, _ := m["amount"].(map[string]any)
	switch f {
	case FaultWrongOrder:
		set("out_trade_no", "SOMEBODYELSES0001")
	case FaultWrongMerchant:
		set("mchid", "1900000999")
	case FaultWrongApp:
		set("appid", "wx0000000000000000")
	case FaultWrongType:
		set("trade_type", "JSAPI")
	case FaultWrongAmount:
		if total, ok := amount["total"].(float64); ok {
			amount["total"] = int64(total) - 1
		}
	case FaultWrongCurrency:
		if amount != nil {
			amount["currency"] = "USD"
		}
	case FaultNoFacts:
		if s, ok := m["trade_state"]; ok {
			m = map[string]any{"trade_state": s}
		}
	}
	out, err := json.Marshal(m)
	if err != nil {
		return body
	}
	return out
}
