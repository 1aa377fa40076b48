package paynet

import (
	"crypto/sha1"
	"encoding/hex"
	"net/http"
	"time"

	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

// Paths of bills.
const (
	tradeBillPath = "/v3/bill/tradebill"
	billFilePath  = "/v3/billdownload/file"
)

// billLife is how long a download address lives, as WeChat Pay documents it; it is scaled.
const billLife = 5 * time.Minute

// bill says where the bill of a day lies, and its hash.
func (c *wechat) bill(r *request, now time.Time) answer {
	day, ok := billDay(r.query.Get("bill_date"))
	kind := r.query.Get("bill_type")
	switch {
	case len(r.body) > 0:
		return fail(paramError("", "GET 请求不应有请求体"))
	case !ok:
		return fail(paramError("/bill_date", "格式为 yyyy-MM-DD"))
	case kind != "" && kind != "ALL" || r.query.Get("tar_type") != "":
		return fail(paramError("/bill_type", "本沙箱仅提供 ALL，不压缩"))
	}
	lines, made := c.p.billOf(WeChat, day, now, 0)
	switch {
	case !made:
		return fail(billCreating)
	case len(lines) == 0:
		return fail(noSuchBill)
	}
	_, data := c.writeBill(day, lines)
	sum := sha1.Sum(data)
	return succeed(http.StatusOK, map[string]string{
		"hash_type": "SHA1", "hash_value": hex.EncodeToString(sum[:]),
		"download_url": "https://" + r.host + billFilePath + "?token=" + c.p.bills.keep(data, now.Add(c.p.scaled(billLife)), now),
	})
}

// writeBill implements wire.
func (c *wechat) writeBill(day time.Time, lines []reconcile.Line) (name string, data []byte) {
	return c.merchant.MerchantID + "All" + day.Format(time.DateOnly) + ".csv", reconciletest.Merchant(c.merchant.MerchantID).WeChat(lines)
}

// billFile gives a bill out.
func (c *wechat) billFile(r *request, now time.Time) answer {
	data, ok := c.p.bills.file(r.query.Get("token"), now)
	if !ok {
		return fail(noSuchFile)
	}
	return answer{http.StatusOK, data}
}
