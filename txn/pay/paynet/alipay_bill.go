package paynet

import (
	"encoding/json"
	"net/http"
	"time"

	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

// Where bills are asked for and lie.
const (
	billMethod   = "alipay.data.dataservice.bill.downloadurl.query"
	billDownload = "/downloadBillFile.resource"
)

// alipayBillLife is how long a download address lives, as Alipay documents it; it is scaled.
const alipayBillLife = 30 * time.Second

var (
	billNotExist = gatewayError{"40004", "Business Failed", "isp.bill_not_exist", "账单不存在"}
	billBadDate  = gatewayError{"40004", "Business Failed", "isv.invalid-arguments", "入参不合法"}
)

// bill says where the bill of a day lies. Of a day without trade, and of one that is not over, there is none.
func (a *alipay) bill(r *request, now time.Time) answer {
	var b struct {
		Type string `json:"bill_type"`
		Date string `json:"bill_date"`
	}
	err := json.Unmarshal([]byte(r.form.Get("biz_content")), &b)
	day, ok := billDay(b.Date)
	if err != nil || !ok || b.Type != "trade" {
		return billBadDate.answer()
	}
	lines, made := a.p.billOf(Alipay, day, now, 0)
	if !made || len(lines) == 0 {
		return billNotExist.answer()
	}
	_, data := a.writeBill(day, lines)
	token := a.p.bills.keep(data, now.Add(a.p.scaled(alipayBillLife)), now)
	return tradeDone(fields{"bill_download_url": "https://" + r.host + billDownload + "?bizType=trade&fileId=" + token})
}

// writeBill implements wire.
func (a *alipay) writeBill(day time.Time, lines []reconcile.Line) (name string, data []byte) {
	return a.merchant.SellerID + "_" + day.Format("20060102") + ".zip", reconciletest.Merchant(a.merchant.SellerID).Alipay(day, lines)
}

// billFile gives a bill out, to whoever has its address.
func (a *alipay) billFile(r *request, now time.Time) answer {
	data, ok := a.p.bills.file(r.query.Get("fileId"), now)
	if !ok {
		return answer{http.StatusNotFound, []byte("<html>文件不存在或链接已失效</html>")}
	}
	return answer{http.StatusOK, data}
}
