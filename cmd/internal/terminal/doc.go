// Package terminal puts the firmware together: it feeds the machine of package txn with what keypad,
// scanner, printer, journal, networks and clock bring, and carries out what the machine decides.
//
//	keypad ──▶┐                                 ┌──▶ display      (in the loop)
//	scanner ─▶┤                                 ├──▶ journal      one worker, in order
//	ticker ──▶┼──▶ events ──▶ loop: Step ──▶ effects ──▶ networks   one goroutine a request
//	answers ─▶┤    (bounded)                    ├──▶ printer      one worker
//	commits ─▶┘                                 └──▶ scan trigger one worker
//
// The loop never waits for a worker: what a worker can't take yet stays in a queue of the loop's own, whose
// length the machine bounds. Workers may wait for the loop. So a slow disk, a dead printer or a silent
// network holds up nothing but itself.
package terminal
