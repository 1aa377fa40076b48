// Package secret keeps what a thief of the terminal's data must not have: a secret that belongs to the board, and the
// merchant's keys in a file that only this board opens.
//
//	board's medium            [Store]                         one key for each [Purpose], by HKDF-SHA-256
//	device.secret, 32 bytes ──▶ Key(Journal) ───────────────▶ the journal's device key (store.Config.Key)
//	                        └─▶ Key(Merchant) ──▶ [Seal] ──▶ keys.sealed ──▶ [Open] ──▶ [Bundle] of [Value]s
//
// docs/secrets.md draws the file byte by byte, tells a technician how to fill it, and says against whom it helps.
//
// # The store
//
// A [Store] answers with keys and never with the secret itself, so that the secret may lie where nobody can read it.
// [File] is a file on a medium that the firmware only reads: that of the emulated boards, and of a real board whose
// settings stand on a card. A secure element, a TPM or one-time-programmable fuses are further implementations: one
// method, which computes HKDF (or its HMAC) inside of the part where it can, and otherwise reads 32 bytes as File
// does. Sealed files and journals don't notice, as long as the 32 bytes are the same.
//
// # The sealed file
//
// AES-256-GCM under a key of its own for every file, from the board's key and 32 random bytes in the header; so no
// nonce is ever used twice under a key, however often a file is sealed. AES-GCM is in the standard library, the
// payment QR of docs/offline-qr.md uses it too, and the 64-bit boards have instructions for it. On the 32-bit ones
// Go's AES takes time that depends on the key, which only a program on the same processor could measure: there is
// none but the firmware.
//
// # Limits
//
// Opened secrets stay in the firmware's memory until it ends: who can read that has them. An older sealed file can be
// put back in the place of a newer one.
//
// Sources: HKDF is RFC 5869; AES-GCM is NIST SP 800-38D.
package secret
