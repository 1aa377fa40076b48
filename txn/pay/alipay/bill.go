package alipay

import (
	"context"
	"net/url"
	"strings"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

var _ pay.Biller = (*Client)(nil)

// billContent is biz_content.
type billContent struct {
	Type string `json:"bill_type"`
	Date string `json:"bill_date"`
}

// Bill implements [pay.Biller] by alipay.data.dataservice.bill.downloadurl.query. The address lives for 30 seconds and
// comes signed; the file behind it, a zip, is believed for its server's certificate and for adding up to its own totals.
func (c *Client) Bill(ctx context.Context, day time.Time) (pay.BillAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, pay.BillTimeout)
	defer cancel()
	date := client.BillDate(day)
	x, err := c.exchange(ctx, txn.OpBill, billContent{"trade", date})
	if err != nil {
		return client.FailBill(txn.Alipay, txn.FaultNotSent, "", err)
	}
	m, f, code, err := c.proof(txn.OpBill, &x)
	if f != txn.FaultNone {
		return client.FailBill(txn.Alipay, f, code, err)
	}
	code, report := codeOf(m)
	switch {
	case code == "":
		return client.FailBill(txn.Alipay, txn.FaultUnverified, "", client.ErrShape)
	case code == "40004": // the business failed, for the reason in sub_code
		return billCodes.Bill(txn.Alipay, day, report, false)
	case code != "10000":
		v, _ := billCodes.Of(txn.OpBill, code)
		return v.Bill(txn.Alipay, day, time.Now(), report)
	}
	text, _ := m.Text("bill_download_url")
	address, ok := c.billPlace(text)
	if !ok {
		return client.FailBill(txn.Alipay, txn.FaultUnverified, "", client.ErrShape)
	}
	file := c.line.Download(ctx, address)
	if f, err := file.File(); f != txn.FaultNone {
		return client.FailBill(txn.Alipay, f, "", err)
	}
	return pay.BillAnswer{Status: txn.StatusReady, Name: "alipay-" + date + ".zip", Data: file.Body}, nil
}

// billPlace takes an address of Alipay's own, or of the sandbox where that is the gateway. The documentation's examples
// are plain http: the file is asked for over https all the same, since nothing else protects it.
func (c *Client) billPlace(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || len(text) > 2048 || u.User != nil || u.Fragment != "" || u.Path == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	u.Scheme = "https"
	if c.cfg.BaseURL != "" {
		gateway, err := url.Parse(c.gateway)
		return u.String(), err == nil && u.Host == gateway.Host
	}
	return u.String(), u.Host == u.Hostname() && strings.HasSuffix(u.Host, ".alipay.com")
}
