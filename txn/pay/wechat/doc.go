// Package wechat is the client of WeChat Pay API v3, as a [pay.Network], on the official SDK
// (github.com/wechatpay-apiv3/wechatpay-go).
//
//	Client.Show ──▶ SDK native.Prepay ─────────┐ signs         ┌─▶ scheme and host rewritten (sandbox)
//	Client.Query ─▶ SDK native.QueryOrder… ────┤               ├─▶ HTTPS, one request
//	Client.Close ─▶ SDK native.CloseOrder ─────┼─▶ transport ──┤
//	Client.Scan ──▶ SDK Post codepay ──────────┤               ├─▶ at most 1 MiB of answer
//	Client.Reverse ▶ SDK Post …/reverse ───────┤               └─▶ signature and time verified, errors too
//	Client.Refund ─▶ SDK refund.Create, Query… ┘                               │
//	       ▲                                                                   │
//	       └── txn.Answer, or pay.Error with a fault ◀── identity checked ◀── exchange
//
// The SDK returns an error status before it has looked at the signature, and its error texts repeat what
// the network sent. So the transport verifies every answer itself, with the SDK's own validator, and notes
// what happened on the line in an exchange; the client judges by that alone.
//
// What each answer carries, which fields are compared, and what each error code means stands in
// docs/networks.md.
//
// Answers are verified with WeChat Pay's public key, with two while it changes from one to the next, or with platform
// certificates. Those are fetched under the API v3 key: before the first request of a client that has nothing else, twice
// a day, and when an answer comes under one that nobody knows. A client with a public key fetches none.
//
// A terminal has no address to be notified at; polling decides. [Client.ParseNotification] decodes call-backs for who has
// one.
//
// Not supported: service provider mode (服务商), and bills, which belong to a later package.
//
// Sources: https://pay.weixin.qq.com/doc/v3/merchant/ (签名认证, 平台证书, 支付成功通知, Native支付, 付款码支付, 查询, 关闭, 撤销,
// 错误码), and the SDK's source, v0.2.20.
package wechat
