// Package scanner reads codes from scan engines on serial lines and says which
// payment network a customer's code belongs to. It knows nothing of payments
// beyond that: that a payment code is accepted only once, also across a
// restart, is the journal's and the machine's doing, while two identical
// bottles are two reads here, kept apart by the engine's own re-read delay.
//
//	         trigger pin                            Start, Stop
//	      ┌───────────────┐                              │
//	      │               │                              ▼
//	scan engine        worker: search of the baud rate, set-up, trigger,
//	      │               ▲    heartbeat, recovery
//	      │ line          │
//	      ▼               │ bytes with their time of arrival
//	    reader ───────────┘
//	                      │
//	                    demux ──── answers to the worker's commands
//	                      │ texts (ended by CR, LF or a silence)
//	                      ▼
//	                   decode ─── UTF-8 or GBK, graphic characters only
//	                      │
//	                      ▼
//	                   mailbox (16) ──► Next: Read, *BadReadError, *StateError
//	                                     │
//	                                     ▼
//	       Table: payment code (whose?), product, other
//
// # Losing the engine and finding it again
//
// A terminal starts and sells without its scanner. Open returns at once; when
// the line vanishes or the engine falls silent, Next returns a *StateError
// (ErrUnplugged or ErrNoAnswer), once. The engine then looks for it by itself,
// first after 100 ms and ever more slowly up to Config.Retry: it tries the
// baud rates in the profile's order, sets the engine up and, if it was
// started, triggers it. Next then returns a *StateError that wraps ErrBack.
//
// # What is not done
//
// Settings are never saved to the engine's flash. A GM65 is never switched to
// UTF-8 output, since manuals disagree on the bits: set it with the maker's
// setup code, or leave it on GBK. Honeywell and Zebra SSI commands are not
// spoken; such engines work as plain ones with a trigger wire.
//
// # Sources
//
//   - GM65 Bar Code Reader Module User Manual, Hangzhou Grow Technology, V1.3:
//     serial port (2.1), heartbeat (2.1.2), zone bits, communication protocol
//   - GM861 Bar Code Reader Module User Manual, the same chapters
//   - Newland EM2000/EM3095 user guides: serial programming commands
//   - EMV QR Code Specification for Payment Systems, Consumer-Presented Mode
//   - GS1 General Specifications, 7.9: check digits
package scanner
