// Package paytest runs the contract of [pay.Network] against a network, and offers one in memory.
//
//	Run ──▶ flows:    show, scan, password, balance, close, reverse, repeat …
//	    └─▶ failures: each request × each way to fail ──▶ the fault or answer that pay.Network promises
//	                                                 ──▶ mended: the order is worked out to its end
//	                                                 ──▶ the customer's account: never charged twice
//
//	RunLine ▶ a server that refuses, is silent, talks without end, sends elsewhere, throws the code back
//
// A network's own test hands Run a [Harness]: the client, a customer, and a way to break the next request.
// [Fake] is a network without any wire, for tests of what uses networks; it keeps the same contract.
package paytest
