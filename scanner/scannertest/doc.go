// Package scannertest emulates scan engines on the other end of a serial line:
// a GM65/GM861 with its registers, frames and habits, and a plain one that
// only sends text. It speaks the real wire format both ways and shares no code
// with package scanner, so that the two cannot agree on an error.
//
//	Present, Hold ──► what the camera sees ─┐
//	                                        ▼
//	TriggerPin ───────────────────► Engine: registers, trigger, re-read delay
//	                                        │     ▲
//	                      text and answers  ▼     │ commands
//	                                 Serve on an io.ReadWriter: a pty, a pipe
//
// What it imitates of a GM65:
//   - an answer comes before the data that its command asked for
//   - a command with a wrong CRC, or one that stops for 400 ms, gets no answer;
//     AB CD in the place of a CRC passes unchecked
//   - at another baud rate than the host's both sides receive garbage
//   - settings are lost with the power unless they were saved to flash
//   - a trigger ends with a read or with the read time-out
//
// Faults are set with Set. Firmware never imports this package.
package scannertest
