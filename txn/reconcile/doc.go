// Package reconcile compares what the terminal recorded with what the networks' bills say (对账).
//
//	WeChat's CSV ────┐                    lines, and totals          ours: orders, refunds
//	Alipay's zip ────┼─▶ strict reading ─▶ that they must equal ─▶ Match ◀── Carry of the day before
//	UnionPay's ZM ───┤        │                                      │
//	aggregator's JSON┘        │                                      │
//	                          ▼                                      ▼
//	         file, line, column, what to do         matched, differences by class, Carry for the next day
//
// The classes are 短款 (ours alone), 长款 (the network's alone), 金额不符, 状态不符, 重复, and 存疑: what happened
// so close to midnight that the other side may have booked it on the next day waits for that day's bill.
//
// Everything is a pure function of bytes and values. A bill is believed whole or not at all: a file that ends
// early, was saved anew by a spreadsheet, does not add up to its own totals, or holds a kind of line that
// nobody documented is an [*Error]. Files, lines and archives are bounded. Amounts are integer fen.
//
// # Not done
//
// Downloading bills, and checking the SHA-1 that WeChat gives with the address: both are the client's (pay.Biller).
// WeChat's bills of payments or refunds alone (SUCCESS, REFUND), fund bills (资金账单), and gzip.
// UnionPay's corrections (ZME) and summaries (RD) are named in [Bill.Unread] and not read.
//
// # Sources
//
//   - WeChat Pay: https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
//   - Alipay: alipay.data.dataservice.bill.downloadurl.query, bill_type=trade; files of merchants that were
//     published with their parsers
//   - UnionPay, experimental: 全渠道平台接入接口规范 第3部分 文件接口, 6.1 (ZM), by the field lengths in
//     UnionPay's own sample programs; no real file was to be had
package reconcile
