// Package pay is the port to the payment networks: what the terminal asks of each and what it may believe
// of the answers. Each network lives in a package below; the sandbox of all of them is package paynet.
//
//	terminal ──▶ Network.Show / Scan / Query / Close / Reverse ──▶ wechat, alipay, unionpay … ──▶ the network
//	terminal ──▶ Refunder.Refund / QueryRefund ───────────────────▶  the same
//	terminal ──▶ Biller.Bill ─────────────────────────────────────▶  the same, once a day
//	terminal ◀── txn.Answer, verified      or      *Error with a txn.Fault: nothing is known
//
// The contract is run against every network by package paytest.
package pay
