// Package offlineqr is the code of the offline-confirmed QR: what a terminal without a network shows, so that
// a customer whose phone has one can pay, and prove it by a few digits that the cashier keys in.
//
//	terminal (offline)                    phone (online)                 acquirer
//	intent on disk, Issue ─▶ digest on disk
//	QR of an https URL ─────────────────▶ opens the URL ──────────────▶ Open: order, amount, answer
//	                                      pays in its wallet ─────────▶ paid, once for each order
//	                                      acquirer's page: answer ◀────┘
//	try on disk                                │
//	Sealer.Matches ◀── cashier keys it in ◀────┘
//	unconfirmed (离线待确认), until the acquirer, asked over the network, says the same
//
// Everything here is a value or a pure function of values, except that nonces and answers come from
// crypto/rand. What is counted and when, and the limits, are in package txn; the mode is off until a profile
// switches it on.
//
// docs/offline-qr.md holds the format byte by byte with a test vector, the order of commits, the odds of a
// guess and the threats that this does and does not withstand.
//
// Sources: NIST SP 800-38D (GCM; §8.2.2 and §8.3 on random nonces), RFC 5869 (HKDF), RFC 4648 §6 (base32),
// RFC 3986 §6.2.2.1 (case of URLs), ISO/IEC 18004 table 5 and 7 (alphanumeric mode).
package offlineqr
