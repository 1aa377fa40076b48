// Package powercut takes the power away from a terminal that sells, again and again: the firmware on an ARM board in
// QEMU, its journal on a disk that forgets what was not flushed. It checks after each cut what the disk still has.
//
//	seed ──▶ round: which sales, where the power goes, which sectors stay
//	           │
//	cashier ───┤ keys, codes                 ┌──▶ display, paper, requests ──▶ books: what the world was told
//	customer ──┤ phones          ┌───────────┴──┐                               │
//	           └────────────────▶│ board (QEMU) │                               │ held against each other
//	                             └───────────┬──┘                               │ with the power off
//	               NBD, volatile cache ◀─────┘──▶ what a cut left ──▶ journal ──┘
//
// Cashiers sell in every way, for cash too; give back what was paid, by a supervisor's PIN, which somebody enrols first
// and mistypes now and then; and sell by codes of the terminal's own while the network is away, whose answers are keyed
// in, right and wrong.
//
// A round ends with a cut: at the nth step of the disk, a write or a flush, counted from the first key on or from power
// on; at the nth byte that the printer gets; at the nth request, before its reply or after it; or at any time. A board's
// first rounds are cut while it makes its journal. Then this holds, or [Run] returns a [*Loss]:
//
//   - the file system mounts, the journal opens, and all of it verifies;
//   - every order that a network heard of is in the journal: its intent was written before;
//   - what the display or a receipt called paid is paid in the journal, with the same amount;
//   - what was called given back was, under the number on its slip; what was called unconfirmed has its answer;
//   - a supervisor who was enrolled is there; a PIN or an answer that was called wrong is counted, and no count falls
//     unless the right PIN was keyed in;
//   - the drawer never opened for cash that is not in the journal, and no slip has two originals;
//   - an order is what it was after the cut before, or what more records make of it, and there are no fewer records;
//   - what is paid was charged, once, what is given back went back, once, and what has failed, or is closed or reversed,
//     was not charged.
//
// The board is then switched on, finds its own way and sells on, with the same disk. After the last round it gets time to
// find out what came of every order; one that stays without an outcome is a loss too.

// The seed decides the plan. When a machine does what, within it, is up to the machine, so a seed alone does not
// bring a failure back: the folder of the board, with its disk, stays where the caller put it.
//
// All of this means something only if it fails on a disk that lies ([Options].Lying): a test runs that too.
package powercut
