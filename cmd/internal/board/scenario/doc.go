// Package scenario runs scenario files: what a cashier, a customer and bad luck do to a terminal, one line each,
// and what must be seen on the display, on the paper and in the networks' ledger.
//
//	file.txtar ─▶ testscript ─▶ verbs ─▶ board (a fresh one for each file) ─▶ firmware
//	                              │
//	                              └─▶ at the end: journal and ledger agree, nobody was charged twice
//
// A file is a txtar archive. Its script comes first, one verb a line; # begins a comment, quotes hold an argument
// with blanks ('like this'). A file section "profile.toml" holds settings over the usual test profile.
//
//	option KEY=VALUE            a setting over the profile, before the power comes on: option sale.copies=1
//	allow-unresolved            orders may be left without an outcome at the end
//	keys 1 2 . 5 OK             presses keys
//	type CHARACTERS             sends them on the keypad's line, keys or not
//	scan TEXT                   holds a code before the scanner until it is read; $CODE is the phone's last one,
//	                            $ORDER what expect-qr paper order has read
//	scan -times N TEXT          the same with TEXT written N times over: an overlong code
//	phone [WALLET] DO [K=V…]    scan-lcd, scan-paper, code, confirm, decline, look; balance=10.00, password=always
//	faults PART=FAULT …         printer=paper-out, scanner=unplugged, network=down, refunds=abnormal; PART=ok mends
//	power cut | on              takes the power away, gives it back
//	power cut at POINT          "printer-byte 120", "request 2 before-reply", "disk-write 7"
//	bill HOW                    today's bill says otherwise of the order paid last: missing, stranger (one more like it),
//	                            amount, reversed, twice; ok takes everything back
//	stick bill NETWORK [half]   puts today's bill of a network, or half of it, onto the USB stick, which is out
//	stick put FILE              puts a file of the archive onto it
//	stick new [KIND]            takes another stick: fat (empty), full, protected (its switch), noise (no file system);
//	                            on a host fat alone
//	stick plug | pull           plugs it in, pulls it out; [machine] stick pull at N: at the Nth write to it from now
//	damage WHAT                 damages the journal while there is no power: index (one is gone) or record (the latest does
//	                            not hold); on the host alone
//	tear                        tears the paper off
//	expect-lcd TEXT…            every TEXT stands on the display, all at once
//	expect-no-lcd TEXT…         none of them stands there any more
//	expect-paper TEXT…          every TEXT has been printed since the last tear
//	expect-paper -count N TEXT  exactly so many times
//	expect-no-paper TEXT…       none has been printed (expect-not-paper is the same)
//	expect-ledger AMOUNT…       what the customers have been charged, payment by payment; nothing: not a fen.
//	                            12.50-10.00 is charged 12.50, of which 10.00 went back
//	expect-phone TEXT           the customer's phone shows it
//	expect-qr lcd|paper [order] the code there, read from the picture, is one that the network gave out; with
//	                            order, it is an order number that the network knows, and $ORDER from then on
//	expect-power on|off|exited  the power's state
//	expect-scanner reading|idle the scan engine's light is on, or off
//	expect-stick PATTERN…       files that match lie on the stick: smartpos/*.age
//	expect-backup N             the latest backup there opens with the shop's recovery key, is whole, and holds N orders
//	expect-log TEXT             the firmware has written it to its log
//
// Each expect waits until it holds or its limit is over, 10 s unless -within says otherwise (expect-lcd -within
// 30s …); the ones that say "no" about paper look once, since paper never takes anything back. Blanks and line
// breaks do not count when texts are compared: a narrow display breaks lines where it must.
//
// [host] before a verb has it done only where the board is a process on this host, [machine] only where it is a
// machine in QEMU: a pty that is gone is a line that is gone, an RS-232 cable that is pulled is only silent.
//
// testscript brings conditions, negation and "did you mean" (package testscript of rogpeppe/go-internal).
package scenario
