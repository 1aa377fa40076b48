// Package keypad turns what a cashier presses into keys, whatever the keypad is made of.
//
// The terminal has sixteen keys:
//
//	1   2   3     CANCEL
//	4   5   6     CLEAR
//	7   8   9     MENU
//	.   0   SCAN  OK
//
// Three kinds of hardware deliver them, and each is a [Source]:
//
//	4×4 switches ─ gpio pins ─▶ Matrix   scan ─▶ debounce ─▶ ghosts out ─┐
//	                                                                    ├─▶ holds ─┐
//	USB number pad ─ evdev ───▶ Input    parse ─▶ evdev name → Key ──────┘          ├─▶ queue ─▶ Next
//	terminal, serial line ────▶ Console  UTF-8 and escape sequences ───────────────┘
//
// A press is reported when the key goes down, because seconds count at the till. A key with a long meaning
// (SCAN, unless configured otherwise) is reported long as soon as it was held long enough, and short when it
// is released before that; never both. Consoles have no release, so there the long meaning is a letter of its own.
//
// Nothing that a keypad does ends the terminal: a pin that fails, a pad that is unplugged, letters from a
// noisy line and a key that is jammed each become an error from [Source.Next], once an incident, and the source
// goes on by itself. The queue between a source and its reader is bounded; what did not fit is reported.
//
// # Sources
//
//   - Matrix scanning and ghosts: Linux Documentation/devicetree/bindings/input/matrix-keymap.txt and
//     drivers/input/keyboard/matrix_keypad.c for the scan order; pins through periph.io/x/conn/v3/gpio.
//   - Input events: Linux Documentation/input/input.rst, event-codes.rst, include/uapi/linux/input.h.
//   - Console: ECMA-48 5th edition section 5.4 (control sequences), xterm's ctlseqs, console_codes(4) for
//     the Linux console's own function keys.
package keypad
