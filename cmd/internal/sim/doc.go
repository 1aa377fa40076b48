// Package sim plays whole days of trade in memory of one process: the real [txn.Machine] and the real journal on a
// real file, with a clock, a printer, a scanner, payment networks, a cashier and customers that are made up and behave
// as badly as they can. One seed decides everything, so a day that went wrong can be played again.
//
//	         seed
//	          │ one random stream for each part in each sale
//	 ┌────────┼─────────┬──────────┬─────────┐
//	people  weather   printer     disk     power
//	 │        │         │          │         │
//	 ▼        ▼         ▼          ▼         ▼
//	cashier  line ──▶ terminal ──▶ store ──▶ crash images, backups
//	customers  │   (txn.Machine)    │
//	 │         ▼         │          │
//	 └──▶ bank, acquirer │          │
//	           │         ▼          ▼
//	           └─────▶ oracle: books of its own, one rule after the other
//
// The terminal's loop and its workers are replaced by one list of moments, worked off in order. Whatever takes time
// there takes made-up time here, and the power can go before any of it, in the middle, or after.
//
// # Steps
//
// A day is a list of steps: its sales, and whatever goes wrong, each with a name and luck of its own ([Step]). A step can
// be left out, and shifts no other sale's luck. So [Shrink] reduces a day that broke a rule to few steps, which people can
// read and a command can play again. What can go wrong is a [Kind], and each must occur.
//
// # Rules
//
// The oracle keeps books of its own: what the journal acknowledged, what each customer was really charged, what the
// screen and the paper said. It believes neither the machine nor the journal. What it holds them to are these rules,
// by their numbers in a [Failure], each where it stands:
//
//	1  an order is charged at most once, a sale at most to its total, and one order of it at a time can be paid; no more
//	   goes back than was paid, and once: intent, charged, refunded, gave (oracle*.go); giver.arrive; audit
//	2  an intent is on disk before any code, request, slip or pulse to the drawer: asked, askedRefund, shown, prints,
//	   kicks, charged, gave; audit
//	3  "paid" and "refunded" are shown and printed only when they are on disk and true, "unconfirmed" only after a right
//	   answer or the cashier's word: outcome, shown, prints, saysRefunded, printsRefund, takeOffline
//	4  a time-out is unknown, never a fresh charge; what is asked and undone is what may be; a refund has a PIN; nothing
//	   stays open for ever, and books agree to the fen: asked, askedRefund, outcome, refunded, charged; audit
//	5  order numbers have no gap and are never used again, nor those of refunds, also when a new board takes over from a
//	   backup: intent, begins, refunded; bank.arrive and giver.arrive, where a number stands for one thing for ever
//	6  what was acknowledged is never lost: recall after each start, every order at the end; a backup holds all that was
//	   acknowledged before it: backUp, and recall when a board has taken over from it; what is pruned is settled, in a
//	   backup on the stick, and nobody needs it any more: prunes, mayGo
//	7  a receipt has one original; after a fault or a restart it is a reprint, and none stays owed; the drawer opens once:
//	   prints, printsRefund, kicks; audit
//	8  a power cut leaves the state before or after a commit, never a third: power.start, recall; Verify in audit
//	9  limits of offline codes, wrong answers and wrong PINs are on disk before they count, and hold across restarts:
//	   offlineIntent, compares, renewed, recallOffline; tried, checks, recallTill
//	10 nothing that comes from outside stops the terminal, and no secret comes out of it: play, power.commit, clean, shown
//
// testdata/broken has a build that breaks each of them, and TestBrokenBuilds has the oracle find it.
//
// # What it does not do
//
//   - The networks are honest about what they sign, but for single wrong answers; package paynet has the protocols.
//   - A flush is believed: what happens when it lies is for the power cuts in QEMU.
//   - Days are not reconciled, and firmware is not updated.
package sim
