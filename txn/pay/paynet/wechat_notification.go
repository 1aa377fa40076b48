package paynet

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// WeChatNotification is what WeChat Pay would call notify_url with for an order that was paid: headers and body. The
// sandbox calls nobody.
func (p *Paynet) WeChatNotification(no string) (http.Header, []byte, error) {
	var body []byte
	err := fmt.Errorf("paynet: order %.40q was not paid", no)
	p.view(func(now time.Time) {
		o := p.state.order(WeChat, no)
		if o == nil || o.State != stateSuccess {
			return
		}
		resource := p.wechat.sealed("transaction", p.wechat.transaction(o).body)
		resource["original_type"] = "transaction"
		body, err = json.Marshal(map[string]any{
			"id": "EV-" + randomHex(16), "create_time": now.In(beijing).Format(time.RFC3339),
			"event_type": "TRANSACTION.SUCCESS", "resource_type": "encrypt-resource", "summary": "支付成功",
			"resource": resource,
		})
	})
	if err != nil {
		return nil, nil, err
	}
	h := http.Header{"Content-Type": {"application/json"}}
	a := p.wechat.seal(h, &request{header: http.Header{}}, answer{http.StatusOK, body}, FaultOK)
	return h, a.body, nil
}
