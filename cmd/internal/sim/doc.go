// Package sim plays whole days of trade in memory of one process: the real [txn.Machine] and the real journal on a
// real file, with a clock, a printer, a scanner, payment networks, a cashier and customers that are made up and behave
// as badly as they can. One seed decides everything, so a day that went wrong can be played again.
//
//	         seed
//	          │ one random stream each
//	 ┌────────┼─────────┬──────────┬─────────┐
//	people  weather   printer     disk     power
//	 │        │         │          │         │
//	 ▼        ▼         ▼          ▼         ▼
//	cashier  line ──▶ terminal ──▶ store ──▶ crash images
//	customers  │   (txn.Machine)    │
//	 │         ▼         │          │
//	 └─────▶ bank        │          │
//	           │         ▼          ▼
//	           └─────▶ oracle: books of its own, one rule after the other
//
// The terminal's loop and its workers are replaced by one list of moments, worked off in order. Whatever takes time
// there takes made-up time here, and the power can go before any of it, in the middle, or after.
//
// The oracle keeps books of its own: what the journal acknowledged, what each customer was really charged, what the
// screen and the paper said. It believes neither the machine nor the journal. What it holds them to are these rules,
// by their numbers in a [Failure]:
//
//	1  an order is charged at most once, a sale at most to its total, and one order of it at a time can be paid
//	2  an intent is on disk before any code, request or slip
//	3  "paid" is shown and printed only when it is on disk and true
//	4  a time-out is unknown, never a fresh charge; nothing stays open for ever, and books agree to the fen
//	5  order numbers have no gap and are never used again
//	6  what was acknowledged is never lost
//	7  a receipt has one original; after a fault or a restart it is a reprint, and none stays owed
//	8  a power cut leaves the state before or after a commit, never a third
//	10 nothing that comes from outside stops the terminal, and no secret comes out of it
//
// (Rule 9, limits of offline codes, waits for those.)
package sim
