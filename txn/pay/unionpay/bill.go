package unionpay

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"regexp"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

var _ pay.Biller = (*Client)(nil)

// filesAddress is where UnionPay hands out files: a server of its own, with the path "/".
const filesAddress = "https://filedownload.95516.com"

// typeFile is txnType of 文件传输; its txnSubType is 01.
const typeFile = "76"

// billNameForm is that of fileName. It goes into messages, and nowhere into a path.
var billNameForm = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,80}$`)

// Bill implements [pay.Biller] by 文件传输 (76/01) of fileType 00, the merchant's bill of a clearing day, which ends at
// 23:00 in Beijing. It is EXPERIMENTAL: fields and packing are those of UnionPay's sample programs, and no live answer
// was to be had. The file comes inside the signed answer.
func (c *Client) Bill(ctx context.Context, day time.Time) (pay.BillAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, pay.BillTimeout)
	defer cancel()
	settle := day.In(beijing).Format("0102")
	req := form{
		"version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "certId": c.certID,
		"txnType": typeFile, "txnSubType": "01", "bizType": "000000", "accessType": "0",
		"merId": c.cfg.MerchantID, "settleDate": settle, "fileType": "00", "txnTime": time.Now().In(beijing).Format(timeForm),
	}
	f, err := c.ask(ctx, txn.OpBill, txn.Order{}, c.files.JoinPath("/"), req, pay.MaxBill)
	if err != nil {
		return pay.BillAnswer{}, err
	}
	switch {
	case f["merId"] != c.cfg.MerchantID, f["txnType"] != "" && f["txnType"] != typeFile,
		f["settleDate"] != "" && f["settleDate"] != settle:
		return client.FailBill(txn.UnionPay, txn.FaultUnverified, "", errOther)
	case f["respCode"] != "00":
		return billVerdict(day, f["respCode"])
	case !billNameForm.MatchString(f["fileName"]):
		return client.FailBill(txn.UnionPay, txn.FaultUnverified, "", client.ErrShape)
	}
	data, err := unpack(f["fileContent"])
	if err != nil {
		return client.FailBill(txn.UnionPay, txn.FaultUnverified, "", err)
	}
	return pay.BillAnswer{Status: txn.StatusReady, Name: f["fileName"], Data: data, Code: codeName("00")}, nil
}

// billVerdict reads a response code that is not 00.
func billVerdict(day time.Time, code string) (pay.BillAnswer, error) {
	v, ok := billCodes.Of(txn.OpBill, code)
	if !ok {
		return client.FailBill(txn.UnionPay, txn.FaultSystem, codeName(code), errUnknownCode)
	}
	return v.Bill(txn.UnionPay, day, time.Now(), codeName(code))
}

var errPacked = errors.New("the file inside the answer is damaged or too long")

// unpack reads fileContent: base64 of zlib. What the file says of its own size is not believed.
func unpack(content string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(content)
	if err != nil {
		return nil, errPacked
	}
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, errPacked
	}
	data, err := io.ReadAll(io.LimitReader(z, pay.MaxBill+1))
	if err != nil || len(data) == 0 || len(data) > pay.MaxBill {
		return nil, errPacked
	}
	return data, nil
}
