// Package display draws the terminal's screen and shows it on what the board has.
//
//	Fill, Text, QR ──▶ Canvas ── pixels ────▶ Flush: compare ──▶ changed ──▶ Framebuffer (mmap) ─▶ panel
//	                     │                    half cells with    rectangles      └─ notify ─▶ who watches
//	                     │                    what is shown                  ──▶ PNG (atomic file)
//	                     └── what is written where ────────────────────────▶ ANSI (text console)
//
// A Canvas is redrawn as a whole for every screen; what reaches the panel is only what changed. Text is
// GNU Unifont at 16 pixels, magnified up to four times (package font); a character outside the font is a
// visible box. QR codes come from package qr. Colours belong to the caller.
//
// Errors name the device. None repeats what a screen or a QR code says.
//
// Sources: Linux Documentation/fb/api.rst and include/uapi/linux/fb.h (framebuffer); ECMA-48 (consoles);
// ISO/IEC 18004 (QR).
package display
