// Package pin makes hashes of PINs and compares PINs with them, by argon2id (RFC 9106).
//
//	txn.CheckPIN ─▶ Check ─▶ txn.PINChecked
//	txn.HashPIN  ─▶ Hash  ─▶ txn.PINHashed
//
// A PIN of six digits is a million guesses: no hash withstands somebody who has it and a computer. What guards a PIN is
// the journal's key, which seals the hash, and the lock-out, which counts every try on disk. The hash makes what is left
// slow: each guess costs the memory and the time of [Memory] and [Passes].
package pin
