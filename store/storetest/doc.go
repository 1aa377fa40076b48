// Package storetest is what tests of and around the journal share: [Memory], a journal without a disk that
// decides exactly as the real one does, and [Run], the conformance suite that every [txn.Journal] passes.
//
//	machine under test ──▶ Memory ──▶ records to look at, failures on demand
//	Run(t, open) ──▶ any Journal: numbers, transitions, the sale rule, pending, exceptions, codes
//
// The firmware imports nothing from here.
package storetest
