package paynet

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Password says when a customer must type the password for a payment code.
type Password string

// Password policies.
const (
	PasswordAlways     Password = "always"
	PasswordNever      Password = "never"
	PasswordAboveLimit Password = "above-limit" // above 1000 yuan, unless set otherwise
)

// PageState is what a phone shows.
type PageState string

// Pages of a phone.
const (
	PageIdle     PageState = "idle"
	PageCode     PageState = "code"     // its payment code
	PageConfirm  PageState = "confirm"  // payee and amount of a scanned code, to confirm or leave
	PagePassword PageState = "password" // payee and amount of a code payment, waiting for the password
	PagePaid     PageState = "paid"
	PageDeclined PageState = "declined"
	PageExpired  PageState = "expired"
	PageError    PageState = "error"
)

// Page is what is on a phone's screen, in Chinese.
type Page struct {
	State PageState `json:"state"`
	Text  string    `json:"text"`
	Payee string    `json:"payee,omitempty"`
	Fen   int64     `json:"fen,omitempty"` // what the customer pays
	Order string    `json:"order,omitempty"`
}

// ErrPage is returned when the phone's page has nothing to confirm or decline, or the payment was refused;
// the text says which, as the page does.
var ErrPage = errors.New("paynet: phone")

// phone is a customer's phone as the network keeps it.
type phone struct {
	Wallet   string   `json:"wallet"`
	Balance  int64    `json:"balance"` // fen
	Coupon   int64    `json:"coupon"`  // fen off the next payment
	Password Password `json:"password"`
	Limit    int64    `json:"limit"` // fen; the password is needed above it
	Codes    []issued `json:"codes"`
	Page     Page     `json:"page"`
}

// Phone is a customer's phone. Its methods may be called from several goroutines.
type Phone struct {
	p      *Paynet
	wallet string
}

// Phone returns the customer's phone with that wallet: WeChat, Alipay or UnionPay.
func (p *Paynet) Phone(wallet string) (*Phone, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state.Phones[wallet] == nil {
		return nil, fmt.Errorf("paynet: no phone with wallet %.20q: there are %s, %s and %s", wallet, WeChat, Alipay, UnionPay)
	}
	return &Phone{p, wallet}, nil
}

// act changes the phone.
func (h *Phone) act(f func(ph *phone, now time.Time) error) error {
	err := ErrClosed // unless f runs
	h.p.update(func(now time.Time) { err = f(h.p.state.Phones[h.wallet], now) })
	return err
}

// Page returns what the phone shows now.
func (h *Phone) Page() (page Page) {
	h.p.view(func(time.Time) { page = h.p.state.Phones[h.wallet].Page })
	if page.State == "" {
		page = Page{State: PageIdle, Text: "扫一扫 · 付款码"}
	}
	return page
}

// Scan reads a QR code's text. Where it is a payment of this wallet's network, the phone shows payee and
// amount and waits for Confirm or Decline. The error repeats what an error page says.
func (h *Phone) Scan(qrText string) (page Page, err error) {
	err = h.act(func(ph *phone, now time.Time) error {
		if ph.Page.State == PagePassword {
			page = ph.Page
			return fmt.Errorf("%w: 请先完成当前付款", ErrPage)
		}
		o, text := h.p.payable(h.wallet, qrText, now)
		if text != "" {
			ph.Page = Page{State: PageError, Text: text}
		} else {
			ph.Page = h.p.paymentPage(PageConfirm, "确认付款", ph, o)
		}
		page = ph.Page
		return ph.wrong()
	})
	return page, err
}

// maxQR is more than any payment's QR text; what is longer is none.
const maxQR = 1024

// payable finds the order of a QR text, or says why there is nothing to pay.
func (p *Paynet) payable(wallet, qr string, now time.Time) (*order, string) {
	switch {
	case len(qr) > maxQR:
		return nil, "二维码内容过长"
	case !strings.HasPrefix(qr, codeURLPrefix):
		return nil, "无法识别的二维码"
	case wallet != WeChat:
		return nil, "请使用微信扫一扫付款"
	}
	for _, o := range p.state.Orders {
		if o.CodeURL == qr {
			return o, unpayable(o, now)
		}
	}
	return nil, "二维码已失效"
}

// unpayable says why a shown order can't be paid now, or nothing.
func unpayable(o *order, now time.Time) string {
	switch {
	case o.State == stateSuccess:
		return "订单已支付"
	case o.State != stateNotPay:
		return "订单已关闭"
	case !now.Before(o.Expires):
		return "订单已过期"
	}
	return ""
}

func (p *Paynet) paymentPage(s PageState, text string, ph *phone, o *order) Page {
	return Page{State: s, Text: text, Payee: p.opt.MerchantName, Fen: o.Total - ph.off(o), Order: o.No}
}

// off is what a coupon takes off an order.
func (ph *phone) off(o *order) int64 { return min(ph.Coupon, o.Total) }

func (ph *phone) wrong() error {
	if ph.Page.State == PageError {
		return fmt.Errorf("%w: %s", ErrPage, ph.Page.Text)
	}
	return nil
}

// Confirm pays what the page shows: a scanned code, or a code payment that waits for the password. An order
// that can't be paid any more has taken its page away already.
func (h *Phone) Confirm() error {
	return h.act(func(ph *phone, now time.Time) error {
		o := h.p.state.Orders[ph.Page.Order]
		switch {
		case o == nil || ph.Page.State != PageConfirm && ph.Page.State != PagePassword:
			return fmt.Errorf("%w: 没有待确认的付款", ErrPage)
		case ph.Balance < o.Total-ph.off(o):
			if ph.Page.State == PagePassword {
				o.State = statePayError
			}
			ph.Page = Page{State: PageError, Text: "余额不足"}
		default:
			h.p.charge(ph, o, now)
		}
		return ph.wrong()
	})
}

// Decline leaves the page without paying. A shown code can be scanned again; a code payment has failed.
func (h *Phone) Decline() error {
	return h.act(func(ph *phone, _ time.Time) error {
		o := h.p.state.Orders[ph.Page.Order]
		switch {
		case o != nil && ph.Page.State == PagePassword:
			o.State = statePayError
		case o == nil || ph.Page.State != PageConfirm:
			return fmt.Errorf("%w: 没有待确认的付款", ErrPage)
		}
		ph.Page = Page{State: PageDeclined, Text: "已取消付款", Payee: ph.Page.Payee, Fen: ph.Page.Fen, Order: o.No}
		return nil
	})
}

// Code shows a fresh payment code (付款码) of the wallet's brand. It can be used once, for a minute.
func (h *Phone) Code() (code string, err error) {
	err = h.act(func(ph *phone, now time.Time) error {
		code = newCode(h.wallet)
		ph.Codes = append(ph.Codes, issued{Code: code, At: now})
		if len(ph.Codes) > maxCodes {
			ph.Codes = ph.Codes[len(ph.Codes)-maxCodes:]
		}
		if ph.Page.State != PagePassword {
			ph.Page = Page{State: PageCode, Text: "向商家付款"}
		}
		return nil
	})
	return code, err
}

// Idle puts the phone back to its first page; a payment that waits for the password stays.
func (h *Phone) Idle() {
	_ = h.act(func(ph *phone, _ time.Time) error {
		if ph.Page.State != PagePassword {
			ph.Page = Page{}
		}
		return nil
	})
}

// SetBalance sets what the customer has, in fen; a negative amount is none.
func (h *Phone) SetBalance(fen int64) {
	_ = h.act(func(ph *phone, _ time.Time) error { ph.Balance = max(0, fen); return nil })
}

// SetCoupon takes fen off the customer's next payment, at the network's cost.
func (h *Phone) SetCoupon(fen int64) {
	_ = h.act(func(ph *phone, _ time.Time) error { ph.Coupon = max(0, fen); return nil })
}

// SetPassword says when code payments need the password. limit is in fen and counts for PasswordAboveLimit;
// 0 leaves it at 1000 yuan.
func (h *Phone) SetPassword(policy Password, limit int64) error {
	if policy != PasswordAlways && policy != PasswordNever && policy != PasswordAboveLimit {
		return fmt.Errorf("paynet: password policy %.20q: use %s, %s or %s", policy, PasswordAlways, PasswordNever, PasswordAboveLimit)
	}
	return h.act(func(ph *phone, _ time.Time) error {
		ph.Password, ph.Limit = policy, limit
		if limit <= 0 {
			ph.Limit = 100_000
		}
		return nil
	})
}

// charge takes the customer's money for o.
func (p *Paynet) charge(ph *phone, o *order, now time.Time) {
	o.PayerTotal = o.Total - ph.off(o)
	ph.Coupon = 0
	ph.Balance -= o.PayerTotal
	o.State, o.Wallet, o.PaidAt = stateSuccess, ph.Wallet, now
	p.state.Serial++
	o.Transaction = fmt.Sprintf("420000%s%s%010d", randomDigits(4), now.In(beijing).Format("20060102"), p.state.Serial)
	p.state.Entries = append(p.state.Entries, Entry{
		At: now, Kind: EntryCharge, Wallet: ph.Wallet, Order: o.No, Amount: o.PayerTotal, Total: o.Total,
	})
	ph.Page = Page{State: PagePaid, Text: "支付成功", Payee: p.opt.MerchantName, Fen: o.PayerTotal, Order: o.No}
}

// giveBack returns the customer's money for o.
func (p *Paynet) giveBack(o *order, now time.Time) {
	p.state.Phones[o.Wallet].Balance += o.PayerTotal
	p.state.Entries = append(p.state.Entries, Entry{
		At: now, Kind: EntryGiveBack, Wallet: o.Wallet, Order: o.No, Amount: o.PayerTotal, Total: o.Total,
	})
}

// expire does what time has done since the last call.
func (p *Paynet) expire(now time.Time) {
	for _, ph := range p.state.Phones {
		o := p.state.Orders[ph.Page.Order]
		switch {
		case o == nil:
		case ph.Page.State == PagePassword && o.State != stateUserPaying:
			ph.Page = Page{State: PageError, Text: "订单已关闭"}
		case ph.Page.State == PagePassword && !now.Before(o.Expires):
			ph.Page = Page{State: PageExpired, Text: "付款已超时", Payee: ph.Page.Payee, Fen: ph.Page.Fen, Order: o.No}
		case ph.Page.State == PageConfirm && unpayable(o, now) != "":
			ph.Page = Page{State: PageExpired, Text: unpayable(o, now), Payee: ph.Page.Payee, Fen: ph.Page.Fen, Order: o.No}
		}
	}
	for _, o := range p.state.Orders {
		if o.State == stateUserPaying && !now.Before(o.Expires) {
			o.State = statePayError
		}
	}
}

// nextExpiry is when a page of some phone changes by itself; zero for never.
func (p *Paynet) nextExpiry() (at time.Time) {
	for _, ph := range p.state.Phones {
		o := p.state.Orders[ph.Page.Order]
		if o != nil && (ph.Page.State == PagePassword || ph.Page.State == PageConfirm) && (at.IsZero() || o.Expires.Before(at)) {
			at = o.Expires
		}
	}
	return at
}

// beijing is the zone of every time that WeChat Pay writes. It has had no summer time since 1991.
var beijing = time.FixedZone("CST", 8*60*60)
