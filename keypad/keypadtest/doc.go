// Package keypadtest holds what tests of keypads need: a key matrix whose wires are electrically linked, and
// one suite of tests that every key source passes.
//
// periph's own gpiotest.Pin is a lone pin; a matrix of those can't show a ghost. In [Matrix] a pressed key
// connects its row's wire with its column's, and a pin reads what the whole net of connected wires has:
//
//	pin ROW0 ──┬──/ ──┬──/ ──      a net = wires connected through pressed keys
//	           │      │            level = what drives the net, else what pulls it
//	pin ROW1 ──┼──/ ──┼──/ ──      two drivers of unequal level: a fight, reported
//	           │      │            neither driver nor pull: floating, reads as noise
//	      pin COL0  pin COL1
//
// Contacts can bounce, wires can need time to settle, and pins can fail, with the traps that periph's drivers
// really have: Read answers Low on an error, and turns an output into an input with a pull-up.
package keypadtest
