// Package daybook reconciles a day of the journal with the networks' bills (对账): it gets the bills, has package
// reconcile compare them, and keeps what one day hands on to the next.
//
//	network ── Bill ──────┐
//	  else                ├─▶ bill ─▶ Match ◀─ the journal's orders
//	folder (USB stick) ───┘             ▲  │
//	                                    │  └─▶ Report: what agrees, and each difference by class
//	             reconcile.json, beside the journal: carry of the day before, and of this day
//
// Networks don't depend on each other: one whose bill can't be had or read leaves the others their result. Nothing is
// written to the journal. The terminal and the command pos reconcile share this package.
package daybook
