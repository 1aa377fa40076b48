package reconcile

import (
	"bytes"
	"strings"

	"smartpos/txn"
)

// Columns of WeChat's trade bill that are read. It has 27; others may come.
const (
	wxTime         = "交易时间"
	wxMerchant     = "商户号"
	wxTransaction  = "微信订单号"
	wxOrder        = "商户订单号"
	wxState        = "交易状态"
	wxCurrency     = "货币种类"
	wxSettled      = "应结订单金额"
	wxRefund       = "商户退款单号"
	wxRefunded     = "退款金额"
	wxVouchers     = "充值券退款金额"
	wxRefundState  = "退款状态"
	wxFee          = "手续费"
	wxAmount       = "订单金额"
	wxRefundAmount = "申请退款金额"

	wxCount = "总交易单数"
)

var (
	wxColumns = []string{
		wxTime, wxMerchant, wxTransaction, wxOrder, wxState, wxCurrency, wxSettled, wxRefund, wxRefunded, wxVouchers,
		wxRefundState, wxFee, wxAmount, wxRefundAmount,
	}
	// wxSums pairs each column that is summed with its total.
	wxSums = [][2]string{
		{wxSettled, "应结订单总金额"}, {wxRefunded, "退款总金额"}, {wxVouchers, "充值券退款总金额"},
		{wxFee, "手续费总金额"}, {wxAmount, "订单总金额"}, {wxRefundAmount, "申请退款总金额"},
	}
	wxProgress = map[string]Progress{"SUCCESS": Done, "PROCESSING": Processing, "FAIL": Failed, "CHANGE": Failed}
)

// ReadWeChat reads a trade bill of WeChat Pay (bill_type=ALL): UTF-8, a header, lines whose every value has a
// back-tick before it, the totals' header and the totals. name is for errors. Errors are of type [*Error].
func ReadWeChat(name string, data []byte) (*Bill, error) {
	if bytes.HasPrefix(data, []byte("\x1f\x8b")) {
		return nil, &Error{File: name, Err: wrong(ErrFormat, "compressed with gzip; leave tar_type out when asking for it")}
	}
	lines, err := utf8Lines(name, data)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], wxTime+",") {
		return nil, &Error{File: name, Line: 1, Err: wrong(ErrFormat, "does not begin with %s", wxTime)}
	}
	head, err := header(name, 1, strings.Split(lines[0], ","), wxColumns)
	if err != nil {
		return nil, err
	}
	w := &wxReader{bill: &Bill{Network: txn.WeChat, File: name}, sums: make([]int64, len(wxSums))}
	for i, l := range lines[1:] {
		number := i + 2
		if strings.HasPrefix(l, wxCount+",") {
			return w.end(name, number, lines[number-1:])
		}
		r, err := wxRow(head, number, l)
		if err != nil {
			return nil, err
		}
		if err := w.line(r); err != nil {
			return nil, err
		}
	}
	return nil, &Error{File: name, Line: len(lines), Err: wrong(ErrTruncated, "no totals at the end")}
}

// wxRow takes a line apart. A comma may stand in a value; a comma and a back-tick may not.
func wxRow(head row, number int, line string) (row, error) {
	rest, ok := strings.CutPrefix(line, "`")
	if !ok {
		return row{}, &Error{File: head.file, Line: number, Err: wrong(ErrValue, "does not begin with a back-tick")}
	}
	return head.with(number, strings.Split(rest, ",`"))
}

// wxReader collects the lines of a bill.
type wxReader struct {
	bill *Bill
	sums []int64 // in the order of wxSums; fees in thousandths of a fen
}

// sum reads a column that is summed.
func (r row) sum(name string) (int64, error) {
	if name == wxFee || name == "手续费总金额" {
		return r.fee(name)
	}
	return r.fen(name)
}

func (w *wxReader) line(r row) error {
	for i, pair := range wxSums {
		n, err := r.sum(pair[0])
		if err != nil {
			return err
		}
		w.sums[i] += n
	}
	merchant, err := r.must(wxMerchant)
	if err != nil {
		return err
	}
	if w.bill.Merchant == "" {
		w.bill.Merchant = merchant
	}
	if w.bill.Merchant != merchant {
		return r.wrong(wxMerchant, ErrMerchant, "%q after %q", shown(merchant), shown(w.bill.Merchant))
	}
	if c := r.text(wxCurrency); c != string(txn.CNY) {
		return r.wrong(wxCurrency, ErrValue, "%q, only CNY is reconciled", shown(c))
	}
	l := Line{Transaction: r.text(wxTransaction), File: r.file, Number: r.line}
	if l.Order, err = r.must(wxOrder); err != nil {
		return err
	}
	if l.At, err = r.time(wxTime); err != nil {
		return err
	}
	if l.Fee, err = r.fee(wxFee); err != nil {
		return err
	}
	amount := wxRefundAmount
	switch state := r.text(wxState); state {
	case "SUCCESS":
		l.Kind, amount = Payment, wxAmount
	case "REVOKED":
		l.Kind = Reversal
	case "REFUND":
		l.Kind = Refund
		if l.Refund, err = r.must(wxRefund); err != nil {
			return err
		}
		var known bool
		if l.Progress, known = wxProgress[r.text(wxRefundState)]; !known {
			return r.wrong(wxRefundState, ErrValue, "%q is not known", shown(r.text(wxRefundState)))
		}
	default:
		return r.wrong(wxState, ErrValue, "%q is not known", shown(state))
	}
	if l.Fen, err = r.positive(amount, false); err != nil {
		return err
	}
	w.bill.add(l)
	return nil
}

// end reads the totals, from their header on, and holds the lines against them.
func (w *wxReader) end(name string, number int, lines []string) (*Bill, error) {
	if len(lines) < 2 {
		return nil, &Error{File: name, Line: number, Err: wrong(ErrTruncated, "no totals under their header")}
	}
	if len(lines) > 2 {
		return nil, &Error{File: name, Line: number + 2, Err: wrong(ErrFormat, "something follows the totals")}
	}
	need := []string{wxCount}
	for _, pair := range wxSums {
		need = append(need, pair[1])
	}
	head, err := header(name, number, strings.Split(lines[0], ","), need)
	if err != nil {
		return nil, err
	}
	r, err := wxRow(head, number+1, lines[1])
	if err != nil {
		return nil, err
	}
	n, err := r.count(wxCount)
	if err != nil {
		return nil, err
	}
	if err := r.equal(wxCount, int64(len(w.bill.Lines)), int64(n), "lines"); err != nil {
		return nil, err
	}
	for i, pair := range wxSums {
		total, err := r.sum(pair[1])
		if err != nil {
			return nil, err
		}
		unit := "fen"
		if pair[0] == wxFee {
			unit = "thousandths of a fen"
		}
		if err := r.equal(pair[1], w.sums[i], total, unit); err != nil {
			return nil, err
		}
	}
	w.bill.Checked = true
	return w.bill, nil
}
