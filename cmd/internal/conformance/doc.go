// Package conformance holds the terminal's judgement and the networks' wire against each other: the real [txn.Machine], a
// journal, the real clients, and the sandbox of the networks over HTTPS, with every signature made and checked. What is
// made up is the time, the cashier, the customers, and what goes wrong.
//
//	cashier ──keys──▶ txn.Machine ──▶ journal
//	                    │   ▲
//	       Request ─────┘   └───── NetworkAnswered, when its time has come
//	          ▼                            │
//	        client ──HTTPS──▶ paynet ──────┘
//	                            │ breaks as told
//	customer ──phone────────────┤
//	                            ▼
//	              ledger: what was really charged ──▶ held against the journal
//
// Two tests do that. TestMachine goes through every call and state × every failure, and keeps the table of what was run
// in docs/networks.md. TestPayments makes random payments while a third of the calls fails and the terminal restarts.
//
// Both run in one goroutine by a clock of their own, so that minutes of waiting cost nothing. The package is nothing but
// its tests.
package conformance
