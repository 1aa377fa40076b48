// Package printer prints receipts on an ESC/POS thermal printer and says honestly what became of them.
//
//	Receipt ──▶ layout ──▶ lines ──▶ encode ──▶ bytes, with the places where a command ends
//	(a value)   wrap, pad  of cells   Model      │
//	                                             ▼
//	Fault ◀── Driver: status? ─▶ in step? ─▶ segment + GS r ─▶ … ─▶ last GS r answered ─▶ status?
//	              │▲                              window ≤ the printer's buffer
//	              ▼│ Line
//	            printer
//
// # Text
//
// A printer's font has cells: ASCII takes one column of 12 dots, every other character two. Layout counts in
// these columns, so what fits on our paper fits on the printer's. Nothing is ever cut off: what is too long
// wraps. Text comes from shops, products and networks, so no byte of it may act as a command: every character
// that Unicode does not call printable (ESC, NUL, line feeds, bidirectional controls, …) is printed as 〓, the
// typographer's sign for "a character is missing here", and so is what the printer's character set lacks. All
// bytes of GB 18030 text are 0x20 or above, so none can be a control byte.
//
// # What an answer proves
//
//   - DLE EOT n is answered at once, even when the printer is offline or full: it proves that the printer lives,
//     and what its sensors say now. It proves nothing of what is still in the buffer.
//   - GS r 1 is answered when the printer comes to it in its buffer: it proves that every command before it has
//     been carried out, the cut included. It is not carried out while the printer is offline on paper end, so
//     silence is never read as anything but silence: DLE EOT is asked for the cause.
//
// So Print returns nil only after the GS r behind the last command was answered and DLE EOT then found paper,
// cover and cutter in order.
//
// # After a fault
//
// A printer that was interrupted may be in the middle of a command, may still have a part of the receipt in its
// buffer, and may answer old questions late. So the next call first completes whatever command there may be by
// NULs, waits until the answers owed have come or cannot come any more, and takes an answer to a new GS r as the
// proof that both are in step again. Then ESC @ forgets a half-filled line, and what may be half printed is cut
// off. A printer that loses its power and is back within one segment of 256 bytes is not noticed.
//
// # Sources
//
// Epson, ESC/POS Command Reference (TM-T88 series); HPRT and Rongta programmer's manuals for 58 mm printers (the
// ESC 7 and DC2 # settings and GB 18030 behaviour); GB 18030-2005 by way of golang.org/x/text; ISO/IEC 18004 for
// the quiet zone of four modules. Not supported: printers without GS r, page mode, user-defined characters.
package printer
