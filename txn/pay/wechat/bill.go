package wechat

import (
	"context"
	"crypto/sha1" // WeChat Pay documents no other; the hash itself comes signed
	"encoding/hex"
	"errors"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

var _ pay.Biller = (*Client)(nil)

// billFilePath begins the path of every download address.
const billFilePath = "/v3/billdownload/"

var errHash = errors.New("the file is not the one whose hash the network gave")

// Bill implements [pay.Biller] by 申请交易账单 and 下载账单. The address lives for 5 minutes and comes signed, with the
// SHA-1 of the file; the file itself is not signed.
func (c *Client) Bill(ctx context.Context, day time.Time) (pay.BillAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, pay.BillTimeout)
	defer cancel()
	date := client.BillDate(day)
	x, err := c.exchange(ctx, func(ctx context.Context) error {
		_, err := c.sdk.Get(ctx, consts.WechatPayAPIServer+"/v3/bill/tradebill?bill_date="+date+"&bill_type=ALL")
		return err
	})
	code, refused, f, err := x.proof(err)
	switch {
	case f != txn.FaultNone:
		return client.FailBill(txn.WeChat, f, "", err)
	case refused:
		return billCodes.Bill(txn.WeChat, day, code, x.Troubled())
	}
	place, hash, err := billPlace(x.Body)
	if err != nil {
		return client.FailBill(txn.WeChat, txn.FaultUnverified, "", err)
	}
	file := &exchange{file: true}
	// Its error is not asked for: the SDK looks for a signature that no file has. What came is judged below.
	_, _ = c.sdk.Get(context.WithValue(ctx, exchangeKey{}, file), consts.WechatPayAPIServer+place)
	if f, err := file.File(); f != txn.FaultNone {
		return client.FailBill(txn.WeChat, f, "", err)
	}
	if sum := sha1.Sum(file.Body); hex.EncodeToString(sum[:]) != hash {
		return client.FailBill(txn.WeChat, txn.FaultUnverified, "", errHash)
	}
	return pay.BillAnswer{Status: txn.StatusReady, Name: c.cfg.MerchantID + "All" + date + ".csv", Data: file.Body}, nil
}

// billPlace reads where the bill lies, as path and query of the network's own server, and its hash. Whatever host the
// address names, no other is asked: the request carries the merchant's signature.
func billPlace(body []byte) (place, hash string, err error) {
	m, err := client.Parse(body)
	if err != nil {
		return "", "", client.ErrShape
	}
	kind, _ := m.Text("hash_type")
	hash, _ = m.Text("hash_value")
	address, _ := m.Text("download_url")
	u, err := url.Parse(address)
	hash = strings.ToLower(hash)
	raw, hexErr := hex.DecodeString(hash)
	if err != nil || hexErr != nil || kind != "SHA1" || len(raw) != sha1.Size || len(address) > 2048 || u.Scheme != "https" ||
		u.Host == "" || u.User != nil || u.Fragment != "" || !strings.HasPrefix(u.Path, billFilePath) ||
		path.Clean(u.Path) != u.Path || u.RawPath != "" { // nothing that a server could take for another path
		return "", "", client.ErrShape
	}
	return u.RequestURI(), hash, nil
}
