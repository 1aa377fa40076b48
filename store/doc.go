// Package store keeps the journal, the record that survives everything: [Journal] implements [txn.Journal] in one
// bbolt file.
//
//	Commit(record)
//	   │  number, sale rule, txn.Order.Apply           nothing written yet: an error here costs nothing
//	   ▼
//	one bbolt transaction ──▶ records     7 → envelope: previous hash, time, JSON, MAC   ┐ the journal
//	   │                      orders      3 → the order now, and its records' sequences  ┐
//	   │                      sales       3 → its orders                                 │
//	   │                      pending     3 → (the sale needs the machine)               │ derived from it,
//	   │                      exceptions  1 → order                                      │ every value sealed
//	   │                      codes       1 → digest of a payment code                   │ to its place
//	   │                      meta        state → head of the chain, counts              ┘
//	   ▼
//	fdatasync, meta page, fdatasync ──▶ the order: shown, sent, printed only now
//
// A power cut leaves all of a transaction or nothing of it. Start reads meta, pending and what they name, so it
// costs what is pending and not what is past. docs/journal.md has every byte.
//
// # Backup and restore
//
// The records are the journal, and they form a chain, so a prefix of it is a snapshot: [Journal.Backup] copies that while
// everything goes on, encrypted to the shop's recovery key. [Restore] writes the journal again from it, on any device, and
// begins a new incarnation of order numbers. [Salvage] does the first with what is left of a damaged journal.
//
// # Years
//
// What is settled, held by a backup and old goes, a small step at a time while nobody is served, and an anchor stands in its
// place ([Journal.Prune]); everything that began with the first record begins there then. Room is kept for what has begun, so
// that a journal that gets full refuses new orders first ([Journal.Room]). A check of everything goes on beside the selling
// ([Journal.Patrol]).
//
// # What can go wrong
//
// bbolt reads the file through a memory map and trusts its pages. Here nothing does: the page tree is looked over
// with ordinary reads before bbolt gets the file, every value passes a MAC before it is believed, and a page that
// can't be read, which is a signal and not an error under a memory map, ends in [txn.ErrJournalDamaged] like every
// other damage. A journal that was hit so stays closed until it is opened again. One that newer firmware wrote is
// recognised before anything is written to its folder's journal.
//
// # What it doesn't do
//
//   - It can't tell an older copy of the whole file from the newest: that takes a witness outside of it.
//   - It can't give up waiting for a disk that neither writes nor fails.
//   - It doesn't make its file smaller: what pruning frees is used again. A sale takes about 3 KB; the file's limit is 512 MiB.
//
// Sources: bbolt's page layout from go.etcd.io/bbolt (internal/common/page.go, meta.go); HKDF is RFC 5869,
// HMAC RFC 2104; the backup's encryption is age-encryption.org/v1; base 32 is Douglas Crockford's (crockford.com/base32.html).
package store
