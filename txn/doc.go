// Package txn is the heart of the terminal: money, sales and orders, the machine that decides, and what
// screens and slips say. It knows no device, no disk and no network; time comes to it as events.
//
//	keys ─┐                          ┌─▶ Draw      a screen
//	scans ─┤                         ├─▶ Commit    a record, in the journal
//	ticks ─┼─▶ Machine.Step(event) ──┼─▶ Request   show, scan, query, close, reverse; RefundRequest
//	answers┤                         ├─▶ Print     a slip; Kick the drawer
//	commits┤                         ├─▶ Trigger   the scan engine
//	prints ┘                         ├─▶ Recall    past orders; RecallBatch; CheckPIN, HashPIN
//	                                 └─▶ Beep, Note
//
// A [Sale] is what a customer owes. It holds orders: one [Order] is one request to one network under one
// order number for ever, and at most one order of a sale can be paid at a time. An order is the sum of its
// records ([Order.Apply]), so the machine and the journal can't disagree about where it stands:
//
//	Intent ──▶ open ──▶ paid | failed              a verified answer
//	             │ └──▶ unknown ──▶ paid | failed
//	             ├────▶ closing ──▶ closed | paid   shown, given up
//	             └────▶ reversing ▶ reversed | paid scanned, no answer in time
//
// A [Refund] is a part of its order, under a number that follows from the order's:
//
//	RefundIntent ──▶ asked ──▶ done | refused | disputed   a verified answer to a query
//
// A [Batch] is what lies between two settlements: the sums of a range of records, kept by [Batch.Apply] alone.
//
// The intent is on disk before anything is sent or shown, and the outcome before anything says "paid".
package txn
