// Package client is what the clients of the payment networks share: reading keys and settings, one request on the
// line, and reading answers so that one text has one meaning. What is signed how, and what an answer proves, is
// each network's own.
//
//	profile ──▶ Source ──▶ keys, roots ─┐
//	                                    ▼
//	request, signed ──▶ Line.Do ──▶ Exchange ──▶ Silence: not sent, no answer
//	                  one connection,    │
//	                  at most 1 MiB      └─────▶ Parse ──▶ Object: exact keys, each once
//	                                                        └──▶ Codes: what an error code means
//
// No error of this package carries a key, a payment code or bytes of the network.
package client
