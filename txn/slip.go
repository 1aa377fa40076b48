package txn

import "time"

// BusinessZone is the zone of the shop's day and of every time on a slip: UTC+8, as the networks' rules
// want it, without daylight saving. It needs no time-zone data on the device.
var BusinessZone = time.FixedZone("UTC+8", 8*60*60)

// Slip is what the printer is asked for: content, not layout.
type Slip struct {
	Title  string // 商户名称
	Sub    string // second line of the head
	Test   string // the mark of a sandbox, or empty
	Copy   string // 商户存根 / 顾客存根, or empty
	Mark   string // 重打印 / 补打, or empty
	Rows   []Row
	Items  []Item
	Total  []Row  // 金额 / 优惠 / 实付, or 金额 / 实收 / 找零
	QR     string // empty for none
	QRSize int    // 0 to find the order by, 1 to be paid from paper
	Notes  []string
	Footer string
}

// Row is a label and its value.
type Row struct{ Label, Value string }

// Copies of a receipt.
const (
	merchantCopy = "商户存根 MERCHANT COPY"
	customerCopy = "顾客存根 CUSTOMER COPY"
)

// Marks of a receipt that is not the first.
const (
	markReprint = "** 重打印 REPRINT **"
	markLate    = "** 补打 LATE RECEIPT **"
	markOffline = "** 离线待确认 **"
	markTest    = "** 测试 TEST - 非真实交易 **"
)

const slipTime = "2006-01-02 15:04:05"

// receipt returns one copy of the receipt of a paid order, or of the slip of an unconfirmed one.
func (m *Machine) receipt(o Order, which, mark string) Slip {
	network, _ := m.cfg.network(o.Network)
	s := m.slip()
	s.Copy, s.Mark, s.Items = which, mark, o.Items
	s.Rows = []Row{
		{"商户号", orElse(network.Number, m.cfg.Merchant.Number)},
		{"终端号", m.cfg.Terminal},
		{"操作员", o.Operator},
		{"交易类型", "消费 SALE"},
		{"支付方式", payBy(o, network)},
	}
	if o.Wallet != "" {
		s.Rows = append(s.Rows, Row{"付款钱包", m.paidWith(o).Name})
	}
	s.Rows = append(s.Rows, Row{"商户单号", string(o.No)})
	if o.Method != Cash && o.State != Unconfirmed {
		s.Rows = append(s.Rows, Row{"平台交易号", o.TransactionID})
	}
	if o.WalletID != "" {
		s.Rows = append(s.Rows, Row{"钱包交易号", o.WalletID})
	}
	s.Rows = append(s.Rows, Row{"日期时间", o.when().In(BusinessZone).Format(slipTime)})
	s.Total = totals(o)
	if o.State == Unconfirmed {
		s = unconfirmedSlip(s)
		if o.bySight() {
			s.Notes = append(s.Notes, "收银员见顾客手机显示已付", "ON THE CASHIER'S WORD ALONE")
		}
	}
	if o.Exception == OverTotal {
		s.Notes = append(s.Notes, "本单为重复付款，请退款", "Paid beyond the sale's total: refund it")
	}
	if o.Verdict != "" {
		s.Notes = append(s.Notes, "由主管 "+o.Verdict+" 判定已付", "Ruled by the supervisor")
	}
	if back := o.GivenBack(); back.Fen > 0 {
		s.Notes = append(s.Notes, "已退款 "+back.String()+" REFUNDED")
	}
	if m.cfg.ReceiptQR {
		s.QR = string(o.No)
	}
	s.Footer = m.cfg.Merchant.Footer
	return s
}

// payBy names the way to pay (支付方式).
func payBy(o Order, network NetworkConfig) string {
	switch {
	case o.bySight():
		return o.Offline.Scheme + " 离线码"
	case o.Offline != nil:
		return "离线码 OFFLINE QR"
	case o.Method == Cash:
		return "现金 CASH"
	case o.Method == Scan:
		return network.Name + " 付款码"
	}
	return network.Name + " 收款码"
}

// totals are the sums at the foot of a receipt; the last one stands large.
func totals(o Order) []Row {
	rows := []Row{{"金额", o.Amount.String()}}
	if o.State == Unconfirmed {
		return []Row{{"待确认", o.Amount.String()}}
	}
	if o.Method == Cash {
		return append(rows, Row{"实收", o.Tendered.String()}, Row{"找零", o.Change().String()})
	}
	if off := o.Amount.Sub(o.Payer); off.Fen != 0 {
		rows = append(rows, Row{"优惠", "-" + off.String()})
	}
	return append(rows, Row{"实付", o.Payer.String()})
}

// payCode returns the slip of a code to be paid from paper. It outlives the screen, so it says until when.
func (m *Machine) payCode(o Order, url string) Slip {
	network, _ := m.cfg.network(o.Network)
	s := m.slip()
	s.QR, s.QRSize = url, 1
	s.Rows = []Row{{"商户单号", string(o.No)}, {"请用", m.payers(network, Chinese) + " 扫码"}}
	if o.bySight() {
		s.Rows[1].Value = o.Offline.Scheme + " 扫码"
	}
	s.Total = []Row{{"应付", o.Amount.String()}}
	s.Notes = []string{"有效至 " + o.Expires.In(BusinessZone).Format(slipTime), "此单不是收据 NOT A RECEIPT"}
	return s
}

func (m *Machine) slip() Slip {
	s := Slip{Title: m.cfg.Merchant.Name, Sub: m.cfg.Merchant.NameEN}
	if m.cfg.Sandbox {
		s.Test = markTest
	}
	return s
}

// refundReceipt returns one copy of the slip of a refund.
func (m *Machine) refundReceipt(o Order, r Refund, which, mark string) Slip {
	network, _ := m.cfg.network(o.Network)
	s := m.slip()
	s.Copy, s.Mark = which, mark
	s.Rows = []Row{
		{"商户号", orElse(network.Number, m.cfg.Merchant.Number)},
		{"终端号", m.cfg.Terminal},
		{"操作员", r.Operator},
		{"授权", r.Supervisor},
		{"交易类型", "退款 REFUND"},
		{"原支付方式", payBy(o, network)},
		{"原商户单号", string(o.No)},
		{"退款单号", string(r.No)},
	}
	if r.RefundID != "" {
		s.Rows = append(s.Rows, Row{"平台退款单号", r.RefundID})
	}
	s.Rows = append(s.Rows, Row{"日期时间", r.DoneAt.In(BusinessZone).Format(slipTime)})
	s.Total = []Row{{"原单金额", o.Amount.String()}}
	if back := o.backBefore(r.No); back.Fen > 0 {
		s.Total = append(s.Total, Row{"此前已退", back.String()})
	}
	s.Total = append(s.Total, Row{"退款", r.Amount.String()})
	if r.Verdict != "" {
		s.Notes = append(s.Notes, "由主管 "+r.Verdict+" 判定已退", "Ruled by the supervisor")
	}
	if m.cfg.ReceiptQR {
		s.QR = string(o.No)
	}
	s.Footer = m.cfg.Merchant.Footer
	return s
}

// when is the time on the order's receipt: when it was paid, or answered as far as an unconfirmed one goes.
func (o Order) when() time.Time {
	if o.State == Unconfirmed {
		return o.Updated
	}
	return o.PaidAt
}

// unconfirmedSlip marks a slip that proves nothing yet: in large type, beside whatever other mark it has.
func unconfirmedSlip(s Slip) Slip {
	if s.Mark != "" {
		s.Copy += " 重打印"
	}
	s.Mark = markOffline
	s.Notes = append(s.Notes, "离线待确认，以平台结果为准", "UNCONFIRMED by the network")
	return s
}
