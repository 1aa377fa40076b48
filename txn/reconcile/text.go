package reconcile

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"smartpos/txn"
)

// split returns the lines of a file without their ends. The last line must have one too: without it nobody
// knows whether the file is whole.
func split(file string, data []byte) ([]string, error) {
	if len(data) > maxFile {
		return nil, &Error{File: file, Err: wrong(ErrTooLarge, "%d bytes, at most %d are read", len(data), maxFile)}
	}
	var lines []string
	for len(data) > 0 {
		end := bytes.IndexByte(data, '\n')
		n := len(lines) + 1
		switch {
		case end < 0 && len(data) <= maxLine:
			return nil, &Error{File: file, Line: n, Err: wrong(ErrTruncated, "the last line has no end")}
		case end < 0 || end > maxLine:
			return nil, &Error{File: file, Line: n, Err: wrong(ErrTooLarge, "a line of more than %d bytes", maxLine)}
		case n > maxLines:
			return nil, &Error{File: file, Line: n, Err: wrong(ErrTooLarge, "more than %d lines", maxLines)}
		}
		lines = append(lines, strings.TrimSuffix(string(data[:end]), "\r"))
		data = data[end+1:]
	}
	return lines, nil
}

// utf8Lines returns the lines of a file in UTF-8, with or without a byte order mark.
func utf8Lines(file string, data []byte) ([]string, error) {
	lines, err := split(file, bytes.TrimPrefix(data, []byte("\ufeff")))
	if err != nil {
		return nil, err
	}
	for i, l := range lines {
		if !utf8.ValidString(l) {
			return nil, &Error{File: file, Line: i + 1, Err: wrong(ErrEncoding, "must be UTF-8; it may be GBK")}
		}
	}
	return lines, nil
}

// gbkLines returns the lines of a file in GBK. Chinese text that happens to be right in both encodings is too
// rare to be taken for anything but UTF-8.
func gbkLines(file string, data []byte) ([]string, error) {
	if utf8.Valid(data) && bytes.ContainsFunc(data, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return nil, &Error{File: file, Err: wrong(ErrEncoding, "must be GBK and is UTF-8")}
	}
	lines, err := split(file, data)
	if err != nil {
		return nil, err
	}
	decoder := simplifiedchinese.GB18030.NewDecoder()
	for i, l := range lines {
		text, err := decoder.String(l)
		if err != nil || strings.ContainsRune(text, utf8.RuneError) {
			return nil, &Error{File: file, Line: i + 1, Err: wrong(ErrEncoding, "must be GBK")}
		}
		lines[i] = text
	}
	return lines, nil
}

// row is a line of a CSV file under its header.
type row struct {
	file   string
	line   int
	names  []string
	cells  []string
	column map[string]int
}

// header reads the names of columns; those in need must be among them.
func header(file string, line int, names, need []string) (row, error) {
	h := row{file: file, line: line, names: names, column: map[string]int{}}
	for i, name := range names {
		if _, twice := h.column[name]; twice {
			return h, &Error{file, line, i + 1, shown(name), wrong(ErrFormat, "two columns of one name")}
		}
		h.column[name] = i
	}
	for _, name := range need {
		if _, ok := h.column[name]; !ok {
			return h, &Error{file, line, 0, name, wrong(ErrFormat, "no such column")}
		}
	}
	return h, nil
}

// with returns a row of cells under the header.
func (h row) with(line int, cells []string) (row, error) {
	if len(cells) != len(h.names) {
		return row{}, &Error{File: h.file, Line: line, Err: wrong(ErrValue, "%d cells under %d columns", len(cells), len(h.names))}
	}
	h.line, h.cells = line, cells
	return h, nil
}

// text returns the cell of a column, which the header was asked to have.
func (r row) text(name string) string { return r.cells[r.column[name]] }

// wrong returns an error of the cell of a column.
func (r row) wrong(name string, kind error, format string, args ...any) error {
	return &Error{r.file, r.line, r.column[name] + 1, name, wrong(kind, format, args...)}
}

// must returns a cell that may not be empty.
func (r row) must(name string) (string, error) {
	s := r.text(name)
	if s == "" {
		return "", r.wrong(name, ErrValue, "empty")
	}
	return s, nil
}

// fen reads an amount of yuan, which may have a sign.
func (r row) fen(name string) (int64, error) {
	s := r.text(name)
	digits, negative := strings.CutPrefix(s, "-")
	m, err := txn.ParseYuan(digits)
	if err != nil || m.Fen > maxFen {
		return 0, r.wrong(name, ErrValue, "%q is not an amount of yuan", shown(s))
	}
	if negative {
		return -m.Fen, nil
	}
	return m.Fen, nil
}

// fee reads an amount of yuan with up to 5 decimals, in thousandths of a fen. WeChat writes "0.04000".
func (r row) fee(name string) (int64, error) {
	s := r.text(name)
	digits, negative := strings.CutPrefix(s, "-")
	whole, decimals, _ := strings.Cut(digits, ".")
	n, err := strconv.ParseUint(whole+(decimals + "00000")[:5], 10, 63)
	if err != nil || whole == "" || len(decimals) > 5 || n > maxFen*1000 {
		return 0, r.wrong(name, ErrValue, "%q is not an amount of yuan", shown(s))
	}
	if negative {
		return -int64(n), nil
	}
	return int64(n), nil
}

// count reads a number of lines.
func (r row) count(name string) (int, error) {
	n, err := strconv.ParseUint(r.text(name), 10, 31)
	if err != nil {
		return 0, r.wrong(name, ErrValue, "%q is not a number", shown(r.text(name)))
	}
	return int(n), nil
}

// time reads a time of day in China.
func (r row) time(name string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateTime, r.text(name), txn.BusinessZone)
	if err != nil || t.Year() < 2011 || t.Year() > 2100 {
		return time.Time{}, r.wrong(name, ErrValue, "%q is not a time such as 2026-03-01 17:30:00", shown(r.text(name)))
	}
	return t, nil
}

// positive reads an amount that is more than nothing, whatever its sign if signed.
func (r row) positive(name string, signed bool) (int64, error) {
	n, err := r.fen(name)
	if err != nil {
		return 0, err
	}
	if signed && n < 0 {
		n = -n
	}
	if n <= 0 {
		return 0, r.wrong(name, ErrValue, "%q is not more than nothing", shown(r.text(name)))
	}
	return n, nil
}

// equal compares a sum with the bill's own.
func (r row) equal(name string, ours, theirs int64, unit string) error {
	if ours != theirs {
		return r.wrong(name, ErrTotals, "the lines make %d %s, the bill says %d", ours, unit, theirs)
	}
	return nil
}
