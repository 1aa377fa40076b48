package reconcile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"time"
	"unicode/utf8"

	"smartpos/txn"
)

// aggBill is the platform's bill as docs/aggregator.md has it. Pointers tell what is missing from what is nothing.
type aggBill struct {
	Code     string   `json:"code"`
	Merchant string   `json:"merchant_id"`
	Date     string   `json:"date"`
	Payments *int     `json:"payments"`
	Paid     *int64   `json:"paid"` // fen
	Backs    *int     `json:"returns"`
	Returned *int64   `json:"returned"` // fen
	Lines    aggLines `json:"lines"`
}

// aggLines are lines, of which no more are kept than a bill may have: three bytes of JSON can say one.
type aggLines []aggLine

// UnmarshalJSON implements [json.Unmarshaler].
func (l *aggLines) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if t, err := d.Token(); err != nil || t == nil { // null: none
		return err
	} else if t != json.Delim('[') {
		return wrong(ErrFormat, "lines that are no list")
	}
	for d.More() {
		if len(*l) == maxLines {
			return wrong(ErrTooLarge, "more than %d lines", maxLines)
		}
		var line aggLine
		if err := d.Decode(&line); err != nil {
			return err
		}
		*l = append(*l, line)
	}
	return nil
}

type aggLine struct {
	Kind     string `json:"kind"` // payment, refund, reversal
	Order    string `json:"order_no"`
	Refund   string `json:"refund_no"`
	Platform string `json:"platform_id"`
	Amount   int64  `json:"amount"` // fen
	At       int64  `json:"at"`     // Unix time in seconds
}

var (
	aggKinds  = map[string]Kind{"payment": Payment, "refund": Refund, "reversal": Reversal}
	aggNumber = regexp.MustCompile(`^[0-9A-Za-z]{1,64}$`)
)

// isJSON reports whether data begins like the platform's bill.
func isJSON(data []byte) bool { return bytes.HasPrefix(data, []byte("{")) }

// ReadAggregator reads the aggregator's bill: one JSON object in UTF-8, with totals. The place of a line is its number in
// the list of lines. name is for errors. Errors are of type [*Error].
func ReadAggregator(name string, data []byte) (*Bill, error) {
	var in aggBill
	if err := aggParse(data, &in); err != nil {
		return nil, &Error{File: name, Err: err}
	}
	day, err := time.ParseInLocation(time.DateOnly, in.Date, txn.BusinessZone)
	switch {
	case in.Code != "OK" || err != nil || !aggNumber.MatchString(in.Merchant):
		return nil, &Error{File: name, Err: wrong(ErrFormat, "not the answer to a request for a bill")}
	case in.Payments == nil || in.Paid == nil || in.Backs == nil || in.Returned == nil:
		return nil, &Error{File: name, Err: wrong(ErrTruncated, "no totals")}
	}
	b := &Bill{Network: txn.Aggregator, File: name, Merchant: in.Merchant, Day: day, Checked: true}
	for i, l := range in.Lines {
		line, err := l.read(name, i+1)
		if err != nil {
			return nil, err
		}
		b.add(line)
	}
	t := b.Totals
	if t.Payments != *in.Payments || t.PaidFen != *in.Paid || t.Refunds != *in.Backs || t.RefundFen != *in.Returned {
		return nil, &Error{File: name, Err: wrong(ErrTotals, "the lines make %d payments of %d fen and %d returns of %d, the bill says %d of %d and %d of %d",
			t.Payments, t.PaidFen, t.Refunds, t.RefundFen, *in.Payments, *in.Paid, *in.Backs, *in.Returned)}
	}
	return b, nil
}

// aggParse decodes one object and nothing after it.
func aggParse(data []byte, into *aggBill) error {
	if len(data) > maxFile {
		return wrong(ErrTooLarge, "%d bytes, at most %d are read", len(data), maxFile)
	}
	if !utf8.Valid(data) {
		return wrong(ErrEncoding, "must be UTF-8; it may be GBK")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return wrong(ErrTruncated, "the object has no end")
	case errors.Is(err, ErrTooLarge):
		return wrong(ErrTooLarge, "more than %d lines", maxLines)
	case err != nil: // its text may repeat what stands in the file
		return wrong(ErrFormat, "not the documented JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return wrong(ErrFormat, "something follows the object")
	}
	return nil
}

// read reads the line of that number.
func (l aggLine) read(file string, number int) (Line, error) {
	fail := func(name, format string, args ...any) (Line, error) {
		return Line{}, &Error{File: file, Line: number, Name: name, Err: wrong(ErrValue, format, args...)}
	}
	kind, ok := aggKinds[l.Kind]
	switch at := time.Unix(l.At, 0).UTC(); {
	case !ok:
		return fail("kind", "%q is not known", shown(l.Kind))
	case !aggNumber.MatchString(l.Order):
		return fail("order_no", "%q is not letters and digits", shown(l.Order))
	case !aggNumber.MatchString(l.Platform):
		return fail("platform_id", "%q is not letters and digits", shown(l.Platform))
	case (kind == Refund) != (l.Refund != "") || l.Refund != "" && !aggNumber.MatchString(l.Refund):
		return fail("refund_no", "%q with a %s", shown(l.Refund), l.Kind)
	case l.Amount <= 0 || l.Amount > maxFen:
		return fail("amount", "%d is not an amount of fen", l.Amount)
	case at.Year() < 2011 || at.Year() > 2100:
		return fail("at", "%d is not a time in seconds", l.At)
	}
	return Line{
		Kind: kind, Order: l.Order, Refund: l.Refund, Transaction: l.Platform, Fen: l.Amount,
		At: time.Unix(l.At, 0).In(txn.BusinessZone), File: file, Number: number,
	}, nil
}
