// Package font holds the terminal's one font: a subset of GNU Unifont at 16 pixels (ASCII, Latin-1, GB 2312,
// box drawing and some signs), embedded as a table that is read in place.
//
//	rune ──▶ binary search ──▶ Glyph (16 rows of 8 or 16 pixels, no copy)
//	              └─ absent ──▶ a visible box
//
// The table is made by internal/fontgen from Debian's unifont 15.0.01. The glyphs are under the SIL Open Font
// License 1.1: see OFL.txt beside this file, which names the copyright holders.
//
// Sources: GNU Unifont, https://unifoundry.com/unifont/ (hex format); GB 2312-80; Unicode UAX #11.
package font
