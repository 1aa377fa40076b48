// Package unionpay is the client of UnionPay QR (云闪付, 银联二维码), version 5.1.0 of the message format of 银联全渠道,
// as a [pay.Network].
//
//	Client.Show ──▶ 01/07 apply for a QR ──┐
//	Client.Scan ──▶ 01/06 charge qrNo ─────┤ sorted, hashed          ┌─▶ backTransReq.do
//	Client.Reverse ▶ 99/01 reverse ────────┼─ twice, signed ─▶ line ─┤   HTTPS, one request
//	Client.Query ─▶ 00/00 query ───────────┤                         └─▶ queryTrans.do
//	Client.Close ─▶ 00/00 query ───────────┘                                  │
//	       ▲                                                                  ▼
//	       └── txn.Answer, or pay.Error with a fault ◀── identity ◀── certificate chain, signature
//
// A message is a form. Its signature is RSA PKCS #1 v1.5 with SHA-256 over the lower-case hexadecimal text of
// SHA-256 of all fields but the signature itself, sorted by name, "k=v" joined by "&". The network's answers
// are not percent-encoded, and bring the certificate of the key that signed them (signPubKeyCert). It is believed
// after the chain up to the configured root, its validity and its owner's name were checked.
//
// The network knows an order by orderId and txnTime together. Both are the journal's: the number, and the
// order's creation time in Beijing. So an order can be asked for and reversed after any restart.
//
// A scan is answered "accepted" before the customer is charged. The client asks once what came of it, so that a
// cashier need not wait for the next poll; whatever that query does not prove is left to the queries that follow.
//
// There is no request that closes a QR that nobody has scanned: it ends with its payTimeout, which is therefore told by the
// network's time (the Date of its answers) and not by a terminal's clock that may be wrong. [Client.Close]
// asks where the order stands and says so honestly; see docs/networks.md, which also tells what of all this a public
// source confirms.
//
// Not supported: notifications (a terminal has no address to be notified at; polling decides), signMethod 11
// and 12, SM2 certificates, voids, and bills, which belong to a later package.
//
// Sources: https://open.unionpay.com/tjweb/acproduct/APIList?apiservId=468 (二维码支付), 平台接入接口规范 第5部分
// 附录 (应答码), and messages that the network signed, in testdata.
package unionpay
