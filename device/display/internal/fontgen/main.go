package main

import (
	"bufio"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
)

// A glyph is 16 rows of one byte (8 pixels wide) or two (16 pixels wide).
type glyph struct {
	r    rune
	rows []byte
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("fontgen: ")
	in := flag.String("hex", "/usr/share/unifont/unifont.hex", "Unifont's hex file (Debian package unifont)")
	out := flag.String("o", "unifont.bin", "font table to write")
	flag.Parse()

	f, err := os.Open(*in)
	if err != nil {
		log.Fatalf("%v (apt-get install unifont)", err)
	}
	defer f.Close()
	all, err := parse(f)
	if err != nil {
		log.Fatalf("%s: %v", *in, err)
	}
	table, err := encode(all, charset())
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*out, table, 0o644); err != nil {
		log.Fatal(err)
	}
}

// parse reads every glyph of a hex file; it refuses what is not 8 or 16 pixels wide.
func parse(r io.Reader) (map[rune][]byte, error) {
	all := make(map[rune][]byte)
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		code, bits, ok := strings.Cut(lines.Text(), ":")
		if !ok {
			return nil, fmt.Errorf("line %d: no colon", n)
		}
		cp, err := strconv.ParseUint(code, 16, 21)
		if err != nil {
			return nil, fmt.Errorf("line %d: code point: %w", n, err)
		}
		rows, err := hex.DecodeString(bits)
		if err != nil {
			return nil, fmt.Errorf("line %d: rows: %w", n, err)
		}
		if len(rows) != 16 && len(rows) != 32 {
			return nil, fmt.Errorf("line %d: %d bytes, want 16 or 32", n, len(rows))
		}
		all[rune(cp)] = rows
	}
	return all, lines.Err()
}

// encode lays the table out as package font reads it:
//
//	"UF01"                                    magic
//	count                       uint16        number of glyphs
//	count × rune                uint16        ascending
//	(count+1) × start           uint16        first row of the glyph in units of 16 bytes; the last one ends the data
//	rows                                      16 or 32 bytes a glyph
//
// Numbers are big-endian.
func encode(all map[rune][]byte, wanted []rune) ([]byte, error) {
	glyphs := make([]glyph, 0, len(wanted))
	for _, r := range wanted {
		rows, ok := all[r]
		if !ok {
			return nil, fmt.Errorf("%U %c is not in the hex file", r, r)
		}
		if r > 0xFFFF {
			return nil, fmt.Errorf("%U does not fit the table", r)
		}
		glyphs = append(glyphs, glyph{r, rows})
	}
	slices.SortFunc(glyphs, func(a, b glyph) int { return int(a.r - b.r) })

	table := append([]byte("UF01"), byte(len(glyphs)>>8), byte(len(glyphs)))
	for _, g := range glyphs {
		table = append(table, byte(g.r>>8), byte(g.r))
	}
	start := 0
	for _, g := range glyphs {
		table = append(table, byte(start>>8), byte(start))
		start += len(g.rows) / 16
	}
	if start > 0xFFFF {
		return nil, fmt.Errorf("%d rows of data do not fit the table", start)
	}
	table = append(table, byte(start>>8), byte(start))
	for _, g := range glyphs {
		table = append(table, g.rows...)
	}
	return table, nil
}
