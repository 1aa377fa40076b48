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
	case FaultWrongOrder, FaultWrongRefund, FaultWrongAmount, FaultWrongCurrency, FaultWrongMerchant, FaultWrongApp, FaultWrongType, FaultNoFacts:
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
	case FaultWrongRefund:
		set("out_refund_no", "SOMEBODYELSES0001")
	case FaultWrongMerchant:
		set("mchid", "1900000999")
	case FaultWrongApp:
		set("appid", "wx0000000000000000")
	case FaultWrongType:
		set("trade_type", "JSAPI")
	case FaultWrongAmount:
		key := "total"
		if m["out_refund_no"] != nil {
			key = "refund"
		}
		if fen, ok := amount[key].(float64); ok {
			amount[key] = int64(fen) - 1
		}
	case FaultWrongCurrency:
		if amount != nil {
			amount["currency"] = "USD"
		}
	case FaultNoFacts:
		for _, key := range []string{"trade_state", "status"} {
			if s, ok := m[key]; ok {
				m = map[string]any{key: s}
			}
		}
	}
	out, err := json.Marshal(m)
	if err != nil {
		return body
	}
	return out
}
