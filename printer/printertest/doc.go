// Package printertest is an emulated ESC/POS receipt printer. It reads the bytes that a real one would, prints
// on a paper that can be looked at, answers status requests, and can be broken in the ways printers break.
//
//	line ──▶ cable (baud) ──▶ real-time commands ──▶ receive buffer ──▶ framer ──▶ machine ──▶ roll
//	  ▲                        DLE EOT, ENQ, DC4      finite: what        one       text,       dots, text,
//	  └──────── answers ◀──────────┘                  does not fit        command   pictures    cuts
//	            (also from the machine: GS r, GS I)   is lost
//
// It is no part of the firmware: tests, the emulated board and `posboard paper` use it. It knows nothing of
// package printer, whose output it judges; its commands are written from the manuals, and it draws what other
// libraries send as well. A byte that it has no meaning for is kept and reported by [Paper.Unknown], as is a
// command whose parameters make no sense: nothing is swallowed.
//
// The Chinese font is GB 18030. Characters are Unifont's of 16 pixels, scaled to the printer's cells: 12×24 for
// ASCII, 24×24 for Chinese, 9×17 for font B.
//
// Sources: Epson, ESC/POS Command Reference (TM-T88 series, TM-T81); HPRT, Rongta and Zijiang programmer's
// manuals for what Chinese printers add (ESC 7, DC2 #, ESC B); ISO/IEC 18004, 15417 (Code 128), 16388 (Code 39)
// and 15420 (EAN) by way of boombuler/barcode. Not emulated: two-colour printing, PDF417 and the other symbols
// of GS ( k beside QR, UPC-E, user-defined characters (their definitions are read, the font's are printed), macros,
// Japanese and Korean modes. Those commands are parsed to their end and reported.
package printertest
