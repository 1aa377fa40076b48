package reconcile

import (
	"bytes"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"smartpos/txn"
)

// A line of UnionPay's ZM file has 42 fields of fixed width in bytes, with a space between each two: 607
// bytes. These are read; numbers are those of the specification, from 1.
var (
	upTime        = upField{"交易传输时间 (5)", 35, 10} // MMDDhhmmss
	upAmount      = upField{"交易金额 (7)", 66, 12}   // fen
	upQuery       = upField{"查询流水号 (10)", 87, 21}
	upOrder       = upField{"商户订单号 (12)", 112, 32}
	upType        = upField{"交易类型 (20)", 215, 2}
	upOrigQuery   = upField{"原交易查询流水号 (27)", 271, 21}
	upMerchant    = upField{"商户代码 (28)", 293, 15}
	upOrigOrder   = upField{"原交易商户订单号 (41)", 476, 32}
	upReserved    = upField{"保留使用 (42)", 509, 98}
	upWidth       = upReserved.at + upReserved.width
	upName        = regexp.MustCompile(`INN(\d{6})[0-9A-Z]{2}ZM_(\d{15})(?:\.txt)?$`)
	upCorrections = regexp.MustCompile(`INN\d{6}[0-9A-Z]{2}ZME_\d{15}(?:\.txt)?$`)
)

// upField is a field of a line: where it begins and how wide it is.
type upField struct {
	name      string
	at, width int
}

// ReadUnionPay reads a merchant's bill of UnionPay's: the ZM file, or the zip archive that holds it. It is
// EXPERIMENTAL: the layout is that of UnionPay's sample programs, and no real file was to be had. ZM has no
// totals, so [Bill.Checked] stays false. name must be the file's own, INNyymmdd..ZM_ and the merchant, unless
// data is the archive. Errors are of type [*Error].
func ReadUnionPay(name string, data []byte) (*Bill, error) {
	members := []member{{name, data}}
	if isZip(data) {
		var err error
		if members, err = unzip(name, data); err != nil {
			return nil, err
		}
	}
	return readUnionPay(name, members)
}

func readUnionPay(name string, members []member) (*Bill, error) {
	b := &Bill{Network: txn.UnionPay, File: name}
	found := false
	for _, m := range members {
		if !upName.MatchString(m.name) {
			if len(m.data) > 0 || !upCorrections.MatchString(m.name) {
				b.Unread = append(b.Unread, path.Base(m.name))
			}
			continue
		}
		if found {
			return nil, &Error{File: m.name, Err: wrong(ErrFormat, "a second ZM file")}
		}
		found = true
		if err := b.zm(m); err != nil {
			return nil, err
		}
	}
	if !found {
		return nil, &Error{File: name, Err: wrong(ErrFormat, "no file named INNyymmdd..ZM_merchant")}
	}
	return b, nil
}

// zm reads a ZM file.
func (b *Bill) zm(m member) error {
	parts := upName.FindStringSubmatch(m.name)
	day, err := time.ParseInLocation("060102", parts[1], txn.BusinessZone)
	if err != nil {
		return &Error{File: m.name, Err: wrong(ErrFormat, "no day in the file's name")}
	}
	b.Merchant, b.Day = parts[2], day
	lines, err := split(m.name, m.data)
	if err != nil {
		return err
	}
	for i, text := range lines {
		l, err := readZM(upLine{m.name, i + 1, []byte(text)}, day, b.Merchant)
		if err != nil {
			return err
		}
		b.add(l)
	}
	return nil
}

// upLine is a line of a ZM file.
type upLine struct {
	file   string
	number int
	bytes  []byte
}

func (l upLine) wrong(f upField, kind error, format string, args ...any) error {
	return &Error{l.file, l.number, f.at + 1, f.name, wrong(kind, format, args...)}
}

// text returns a field without the spaces that fill it.
func (l upLine) text(f upField) string { return string(bytes.TrimSpace(l.bytes[f.at : f.at+f.width])) }

// id returns a field that must be letters and digits.
func (l upLine) id(f upField) (string, error) {
	s := l.text(f)
	if s == "" || strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") != "" {
		return "", l.wrong(f, ErrValue, "%q is not letters and digits", shown(s))
	}
	return s, nil
}

// time reads a time without its year: that of the day on which it was cleared, or of the year before.
func (l upLine) time(day time.Time) (time.Time, error) {
	s := l.text(upTime)
	for _, year := range []int{day.Year(), day.Year() - 1} {
		t, err := time.ParseInLocation("20060102150405", strconv.Itoa(year)+s, txn.BusinessZone)
		if err == nil && t.Before(day.AddDate(0, 0, 2)) {
			return t, nil
		}
	}
	return time.Time{}, l.wrong(upTime, ErrValue, "%q is not MMDDhhmmss", shown(s))
}

func readZM(l upLine, day time.Time, merchant string) (Line, error) {
	out := Line{File: l.file, Number: l.number}
	if len(l.bytes) != upWidth {
		return out, &Error{File: l.file, Line: l.number, Err: wrong(ErrFormat, "%d bytes, must be %d", len(l.bytes), upWidth)}
	}
	for _, f := range []upField{upTime, upAmount, upQuery, upOrder, upType, upOrigQuery, upMerchant, upOrigOrder, upReserved} {
		if l.bytes[f.at-1] != ' ' {
			return out, l.wrong(f, ErrFormat, "no space before it")
		}
	}
	if m := l.text(upMerchant); m != merchant {
		return out, l.wrong(upMerchant, ErrMerchant, "%q in a file of %s", shown(m), merchant)
	}
	fen, err := strconv.ParseUint(l.text(upAmount), 10, 63)
	if err != nil || fen == 0 || fen > maxFen || len(l.text(upAmount)) != upAmount.width {
		return out, l.wrong(upAmount, ErrValue, "%q is not 12 digits of fen", shown(l.text(upAmount)))
	}
	out.Fen = int64(fen)
	if out.At, err = l.time(day); err != nil {
		return out, err
	}
	order, transaction := upOrder, upQuery
	switch kind := l.text(upType); kind {
	case "01":
		out.Kind = Payment
	case "31", "99":
		out.Kind, order, transaction = Reversal, upOrigOrder, upOrigQuery
	case "04":
		out.Kind, order, transaction = Refund, upOrigOrder, upOrigQuery
		if out.Refund, err = l.id(upOrder); err != nil {
			return out, err
		}
	default:
		return out, l.wrong(upType, ErrValue, "%q is not known", shown(kind))
	}
	if out.Order, err = l.id(order); err != nil {
		return out, err
	}
	out.Transaction, err = l.id(transaction)
	return out, err
}
