package main

import (
	"slices"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// gb2312Rows lists the assigned cells of GB 2312-80, row by row: 682 symbols in rows 1–9, 3755 common
// characters in rows 16–55, 3008 less common ones in rows 56–87. A decoder of GBK knows more cells in the
// same rows; they are not GB 2312.
var gb2312Rows = []struct{ first, last, from, to int }{
	{1, 1, 1, 94},
	{2, 2, 17, 66}, {2, 2, 69, 78}, {2, 2, 81, 92},
	{3, 3, 1, 94},
	{4, 4, 1, 83},
	{5, 5, 1, 86},
	{6, 6, 1, 24}, {6, 6, 33, 56},
	{7, 7, 1, 33}, {7, 7, 49, 81},
	{8, 8, 1, 26}, {8, 8, 37, 73},
	{9, 9, 4, 79},
	{16, 54, 1, 94}, {55, 55, 1, 89},
	{56, 87, 1, 94},
}

// gb2312 returns the 7,445 characters of GB 2312-80, in its order.
func gb2312() []rune {
	var runes []rune
	decoder := simplifiedchinese.GBK.NewDecoder()
	for _, block := range gb2312Rows {
		for row := block.first; row <= block.last; row++ {
			for cell := block.from; cell <= block.to; cell++ {
				s, err := decoder.String(string([]byte{byte(0xA0 + row), byte(0xA0 + cell)}))
				if err != nil {
					panic(err) // the decoder answers U+FFFD for what it does not know, never an error
				}
				runes = append(runes, []rune(s)...)
			}
		}
	}
	return runes
}

// extras are characters that screens want and GB 2312 lacks, and the second Unicode reading of its
// characters that have two (· is also U+30FB, — is also U+2015).
const extras = "€✓✗✘↑↓←→↔↵▲▼◀▶◆●○★☆■□◇△▽…‐–―・⚠☎⏎\uFFFD"

// charset is everything that the terminal can draw: ASCII, Latin-1, GB 2312, box drawing and the extras.
func charset() []rune {
	runes := gb2312()
	for r := rune(0x20); r <= 0x7E; r++ {
		runes = append(runes, r)
	}
	for r := rune(0xA0); r <= 0xFF; r++ {
		runes = append(runes, r)
	}
	for r := rune(0x2500); r <= 0x257F; r++ {
		runes = append(runes, r)
	}
	runes = append(runes, []rune(extras)...)
	slices.Sort(runes)
	return slices.Compact(runes)
}
