// Package alipay is the client of Alipay's OpenAPI for payments face to face (当面付), as a [pay.Network].
//
//	Client.Show ───▶ alipay.trade.precreate ─┐
//	Client.Scan ───▶ alipay.trade.pay ───────┤   form, signed       ┌─▶ HTTPS, one request
//	Client.Query ──▶ alipay.trade.query ─────┼─▶ (RSA2) ──▶ Line ───┤
//	Client.Close ──▶ alipay.trade.close ─────┤                      └─▶ at most 1 MiB of answer
//	Client.Reverse ▶ alipay.trade.cancel ────┤                                     │
//	Client.Refund ─▶ alipay.trade.refund … ──┘                                     │
//	       ▲                                                                       ▼
//	       └── txn.Answer, or pay.Error ◀── identity checked ◀── node verified over its bytes as they came
//
// What sets Alipay apart:
//
//   - A shown order is no trade before the customer scans its code. Until then a query and a close find nothing, a
//     cancel says that it went well, and the customer can still pay: only its expiry ends it. So every code gets
//     time_expire; timeout_express alone would count from the scan on.
//   - Answers carry no time and no merchant. What binds them to us is the key, which belongs to one application, and
//     the order number, which every answer that proves something must carry.
//   - Amounts are texts in yuan.
//
// What each answer carries, which fields are compared, and what each error code means stands in docs/networks.md.
//
// Not supported: certificates (公钥证书模式: use keys, 公钥模式), encrypted contents (接口内容加密), notifications (a
// terminal has no address to be notified at; polling decides), service provider mode, and bills, which belong to
// a later package.
//
// Sources: https://opendocs.alipay.com/ (当面付, 自行实现签名, 自行实现验签, 公共错误码, and the pages of the methods).
package alipay
