// Package displaytest looks at a display from outside, as a person or a camera would: it reads the text of a
// screen back from the pixels, listens to the flushes of a framebuffer, and understands what is written to a
// text console. Firmware does not import it.
//
//	pixels ─▶ glyphs at scale 4, 3, 2 ─▶ glyphs at scale 1, row by row ─▶ drawn shapes ─▶ lines of text
//	             (longest run wins)         (fewest unknown cells)          │
//	                                                                        └─ a large unknown area: ▦
//
// Reading is exact: a half cell of 8×16 pixels either shows a glyph of the font to the last pixel, in any two
// colours, or it is not text.
//
// Sources: ECMA-48 for the console's sequences.
package displaytest
