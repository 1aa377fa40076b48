// Package aggregator is the client of an aggregating platform (聚合支付平台), as a [pay.Network]: one code that every wallet
// pays, under one contract.
//
//	Client.Show ───▶ create ──┐                     ┌─▶ HTTPS, one request
//	Client.Scan ───▶ scan ────┤   JSON, signed      │
//	Client.Query ──▶ query ───┼─▶ (Ed25519) ─▶ Line ┤
//	Client.Close ──▶ close ───┤   with a nonce      │
//	Client.Reverse ▶ reverse ─┘                     └─▶ at most 1 MiB of answer
//	       ▲                                                        │
//	       └── txn.Answer, or pay.Error ◀── identity checked ◀── verified: bytes, status, time, our nonce
//
// The protocol is this project's own and stands in docs/aggregator.md, since no public one is common to such platforms.
// What sets it apart:
//
//   - The code is the https address of a page, which tells the wallet by the user agent of whoever opens it.
//   - An answer is signed together with the nonce of its request: it answers that request and no other, whatever its
//     body names.
//   - A paid answer names the wallet that paid, and two numbers: the platform's and the wallet's.
//
// What each answer carries, which fields are compared, and what each error code means stands in docs/networks.md.
//
// Not supported: notifications (a terminal has no address to be notified at; polling decides), two keys of the platform
// at a time, refunds and bills, which belong to later packages.
package aggregator
