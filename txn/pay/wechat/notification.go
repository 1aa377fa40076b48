package wechat

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// Notification is a verified call-back about a payment (支付成功通知). A terminal has no address to be called back at and
// polls; a shop's server that has one can decode with this what comes there, and must answer within 5 seconds: 200 or 204
// when it has kept it, anything else to be called again.
type Notification struct {
	ID      string      // of the call-back; it may come more than once
	Event   string      // TRANSACTION.SUCCESS
	Created time.Time   // by the network's clock
	Order   txn.OrderNo // whose payment it is about
	client  *Client     // who verified it
	body    []byte      // the transaction, opened
}

// ParseNotification verifies a call-back as an answer is verified (signature, key, time), and opens it with the API v3
// key, which the configuration must have. The error's text names no secret. Nothing of a call-back may be believed before
// [Notification.Answer] has compared it with the order.
func (c *Client) ParseNotification(ctx context.Context, header http.Header, body []byte) (Notification, error) {
	err := c.transport.verified(ctx, func() *http.Response {
		return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(bytes.NewReader(body))}
	})
	if err != nil {
		return Notification{}, err
	}
	return c.openNotification(body)
}

// openNotification reads a call-back whose signature holds.
func (c *Client) openNotification(body []byte) (n Notification, err error) {
	m, err := client.Parse(body)
	if err != nil {
		return n, client.ErrShape
	}
	n.ID, _ = m.Text("id")
	n.Event, _ = m.Text("event_type")
	resource, err := client.Parse(m["resource"])
	if err != nil || n.ID == "" || len(n.ID) > 64 || n.Event != "TRANSACTION.SUCCESS" {
		return Notification{}, client.ErrShape
	}
	if kind, _ := resource.Text("original_type"); kind != "transaction" {
		return Notification{}, client.ErrShape
	}
	if n.Created, err = readTime(m, "create_time"); err != nil {
		return Notification{}, err
	}
	if n.body, err = openSealed(m["resource"], c.transport.renewal.apiV3); err != nil {
		return Notification{}, err
	}
	inner, err := client.Parse(n.body)
	if err != nil {
		return Notification{}, client.ErrShape
	}
	no, _ := inner.Text("out_trade_no")
	if n.Order, n.client = txn.OrderNo(no), c; !n.Order.Valid() {
		return Notification{}, client.ErrShape
	}
	return n, nil
}

// Answer compares the payment with the order, as that of a query is: paid, or a mismatch where a fact is not ours. The
// error is a [*pay.Error] with FaultUnverified for what lacks what a payment must carry.
func (n Notification) Answer(o txn.Order) (txn.Answer, error) {
	if n.client == nil {
		return client.Fail(txn.WeChat, txn.OpQuery, o, txn.FaultUnverified, "", client.ErrShape)
	}
	a, err := n.client.transaction(o, n.body)
	if err != nil {
		return n.client.fault(txn.OpQuery, o, txn.FaultUnverified, "", err)
	}
	return a, nil
}
