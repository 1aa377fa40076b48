// Package paynet is the sandbox of the payment networks: their side of the wire with every signature
// checked, customers' phones with balances, and a ledger of what each customer was really charged. It is
// written from the networks' specifications and shares no code with the clients that it tests.
//
//	terminal ──HTTPS──▶ wire of the path: request verified ──▶ its calls: prepay, pay, query … ──▶ orders
//	terminal ◀──────────── answer signed, errors too ◀──────────────┘                               │
//	                    ▲ faults bend it here                                                       ▼
//	phone: Scan(QR text) ─▶ page: payee, amount ─▶ Confirm ──▶ charge ──▶ balance, ledger ◀── Ledger()
//	refund: its call ──▶ in process ──▶ what SetRefunds says ──▶ give-back ──▶ balance, ledger
//	bill: its call ──▶ the ledger's day, as bent by BendBill ──▶ file, in the answer or behind an address
//	phone: Code() ─▶ 付款码, once, for a minute ─▶ its call ┘  (or a page that waits for the password)
//
// Each network is a wire: its paths, signatures, calls and words, in files of its own name. What is the same
// everywhere (faults of the line, phones, money, the ledger) stands around the wires and knows none of them.
//
// # The folder
//
// Open makes these the first time. All keys are of this folder alone and carry the sandbox's marks, which a
// client in production refuses.
//
//	ca.pem                         root of the server's certificate
//	wechat/merchant.json           ids, serial numbers, paths and the latest base URL, see WeChatMerchant
//	wechat/apiclient_key.pem       the merchant's private key, PKCS#8
//	wechat/apiclient_cert.pem      and its certificate
//	wechat/apiv3.key               the API v3 key, 32 characters
//	wechat/pub_key.pem             the network's public key
//	wechat/platform_cert.pem       the network's platform certificate, as before public keys
//	alipay/merchant.json           ids, paths and the latest base URL, see AlipayMerchant
//	alipay/app_private_key.pem     the application's private key, PKCS#8
//	alipay/alipay_public_key.pem   the network's public key
//	unionpay/merchant.json         id, paths and the latest base URL, see UnionPayMerchant
//	unionpay/acp_sign_key.pem      the key of the merchant's signing certificate, PKCS#8
//	unionpay/acp_sign_cert.pem     and the certificate
//	unionpay/acp_root.cer          root of the certificate that answers come under
//	unionpay/acp_middle.cer        and the one between
//	aggregator/merchant.json       ids, paths and the latest base URL, see AggregatorMerchant
//	aggregator/merchant_key.pem    the merchant's private key, Ed25519, PKCS#8
//	aggregator/platform_pub.pem    the platform's public key
//	aggregator/offline_key.pem     the key of terminal T0000001 for codes that it makes without a network
//	private/                       the network's own keys: no merchant gets these
//	state.json                     orders, phones, ledger; replaced in one step after every change
//
// # Sources
//
// WeChat Pay API v3, https://pay.weixin.qq.com/doc/v3/merchant/: 签名认证 (signatures), 获取平台证书列表, 支付成功通知,
// Native下单 4012791877, 商户订单号查询订单 4013070356, 关闭订单 4013070360, 付款码支付 and 撤销订单 of
// code-payment-v3, 错误码. Where that documentation gives one error code several spellings, the sandbox uses
// the newest; docs/networks.md lists them all.
//
// Alipay OpenAPI, https://opendocs.alipay.com/: 自行实现签名 and 自行实现验签, 公共错误码, 当面付: alipay.trade.precreate,
// .pay, .query, .cancel, .close. Certificates (公钥证书模式) are not spoken, only keys (公钥模式).
//
// UnionPay 全渠道 5.1.0, https://open.unionpay.com/tjweb/acproduct/APIList?apiservId=468: 二维码支付: 申请二维码, 二维码消费, 冲正,
// 交易状态查询; 平台接入接口规范 第5部分 附录 (应答码). What of it no public source confirms, docs/networks.md says.
//
// The aggregator speaks a protocol of this project's own, docs/aggregator.md: no aggregator's is public and common to
// them. Whose app opens its page the user agent says: MicroMessenger (WeChat), AlipayClient (Alipay) and UnionPay/, as
// they are commonly named; no vendor's page was at hand for the last.
package paynet
