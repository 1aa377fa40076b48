// Command fontgen makes the terminal's screen font: it picks the characters that a screen or a slip may need out of
// GNU Unifont's hex file and writes them as one sorted table that the firmware embeds and reads in place.
//
//	unifont.hex ──▶ parse ──▶ the subset (Charset) ──▶ encode ──▶ font/unifont.bin
//
// The hex file is Debian's /usr/share/unifont/unifont.hex (package unifont, 15.0.01). One line is
// "4E2D:0100…": the code point, then 16 rows of 8 or 16 pixels as hexadecimal digits, leftmost pixel in the
// highest bit. Run it through "go generate ./device/display/font".
package main
