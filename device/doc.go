// Package device is the board: its profile, its serial lines and its pins. Drivers stand on it, and it knows none
// of them, nor anything of payments.
//
//	profile.toml ──ParseProfile──→ Profile ──┬─ printer, scanner ─→ OpenLine ─→ Line ─→ /dev/ttyS0, /dev/ttyUSB0
//	  bounds, encoding                       ├─ keypad, trigger ──→ Pins ─────→ gpio  ─→ /dev/gpiochip0
//	  go-toml: syntax, values                └─ sale, merchant, networks … to whoever asks
//	  line index: where each key stands
//	  schema: unknown keys, kinds
//	  checks: ranges, contradictions
//	  → every problem at once, as file:line: table.key: reason
//
// # The profile
//
// One strict TOML file says everything that a technician sets; docs/board-profile.md is its reference. go-toml
// parses it. Its own strict mode is not used: it stops at the first value of a wrong kind, names Go's types to
// technicians, and takes keys without regard to case.
//
// # Lines
//
// A [Serial] keeps deadlines, ends its calls on Close, and comes back when its node does:
//
//	          ┌── error or end of file: ErrGone ──────────────┐
//	          │                                               ↓
//	OpenLine → open ←── attempt succeeds ── gone: one attempt a call, 50 ms … 1 s apart ──┐
//	          │                               ↑                                           │
//	          │                               └──────────── attempt fails: ErrGone ───────┘
//	          └── Close: every call ends with os.ErrClosed
//
// Package devicetest has a line in memory for drivers' tests, and the table that both kinds conform to; package
// pty makes the pseudo-terminals that stand for lines on the emulated board.
//
// # Pins
//
// [InitPins] finds the board's GPIO chips through the kernel's character devices, [Pins] looks names up.
//
// # Sources
//
// TOML v1.0.0 (toml.io). termios(3), ioctl_tty(2), tty(4); Linux Documentation/driver-api/serial and
// Documentation/userspace-api/gpio.
//
// Not supported: parity, 7 data bits, 2 stop bits, modem lines beyond RTS and CTS, RS-485 direction control.
package device
