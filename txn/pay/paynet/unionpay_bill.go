package paynet

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"regexp"
	"time"

	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

// filePath is where files are asked for: a server of its own, at its root.
const filePath = "/"

// settlesAhead is how long before midnight a clearing day ends.
const settlesAhead = time.Hour

var settleDateForm = regexp.MustCompile(`^[0-9]{4}$`)

// bill puts the merchant's file of a clearing day into the answer: a zip, by zlib, in base64. How UnionPay names the
// archive no public source says.
func (u *unionpay) bill(r *request, now time.Time) answer {
	settle := r.form.Get("settleDate")
	day, err := time.ParseInLocation("20060102", fmt.Sprint(now.In(beijing).Year())+settle, beijing)
	switch {
	case err != nil || !settleDateForm.MatchString(settle) || r.form.Get("fileType") != "00":
		return respond(r, respFormat)
	case day.Sub(now) > 180*24*time.Hour: // MMDD of the year before
		day = day.AddDate(-1, 0, 0)
	}
	lines, made := u.p.billOf(UnionPay, day, now, settlesAhead)
	if !made || len(lines) == 0 {
		return respond(r, respNoFile)
	}
	name, data := u.writeBill(day, lines)
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(data) // a buffer takes everything
	_ = z.Close()
	return respond(r, respOK, "settleDate", settle, "fileName", name, "fileContent", base64.StdEncoding.EncodeToString(b.Bytes()))
}

// writeBill implements wire: an archive with the file.
func (u *unionpay) writeBill(day time.Time, lines []reconcile.Line) (name string, data []byte) {
	file, text := reconciletest.Merchant(u.merchant.MerchantID).UnionPay(day, lines)
	return u.merchant.MerchantID + "_" + day.Format("20060102") + ".zip", reconciletest.Zip(map[string][]byte{file: text})
}
