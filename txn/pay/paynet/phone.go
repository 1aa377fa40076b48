package paynet

import (
	"errors"
	"fmt"
	"slices"
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
	State   PageState `json:"state"`
	Text    string    `json:"text"`
	Payee   string    `json:"payee,omitempty"`
	Fen     int64     `json:"fen,omitempty"` // what the customer pays
	Network string    `json:"network,omitempty"`
	Order   string    `json:"order,omitempty"`
	Answer  string    `json:"answer,omitempty"` // of a paid code that a terminal made: for the cashier
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
		if o != nil && o.Kind == kindOffline && o.State == stateSuccess {
			ph.Page = h.p.answerPage(ph, o) // whoever opens it again
		} else if text != "" {
			ph.Page = Page{State: PageError, Text: text}
		} else {
			h.p.at(o.Network).seen(o, now)
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
	if len(qr) > maxQR {
		return nil, "二维码内容过长"
	}
	i := slices.IndexFunc(p.wires, func(w wire) bool { return w.owns(qr) })
	if i < 0 {
		return nil, "无法识别的二维码"
	}
	if w := p.wires[i]; !w.paidFrom(wallet) {
		return nil, "请使用" + w.title() + "扫一扫付款"
	}
	if ownsOffline(qr) {
		return p.aggregator.openOffline(qr, now)
	}
	if ownsScheme(qr) {
		return p.unionpay.openScheme(qr, now)
	}
	for _, o := range p.state.Orders {
		if o.CodeURL == qr {
			return o, unpayable(o, now)
		}
	}
	return nil, "二维码已失效"
}

// Payable reports whether a QR code's text is exactly one that a network gave out and that can be paid now. It
// changes nothing, while [Phone.Scan] can: some networks begin a payment when its code is scanned.
func (p *Paynet) Payable(qrText string) (ok bool) {
	p.view(func(now time.Time) {
		ok = ownsOffline(qrText) && p.aggregator.opens(qrText, now) || ownsScheme(qrText) && p.unionpay.takesScheme(qrText, now)
		for _, o := range p.state.Orders {
			ok = ok || o.CodeURL != "" && o.CodeURL == qrText && unpayable(o, now) == ""
		}
	})
	return ok
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
	return Page{State: s, Text: text, Payee: p.opt.MerchantName, Fen: o.Total - ph.off(o), Network: o.Network, Order: o.No}
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
		o := h.p.pageOrder(ph)
		switch {
		case o == nil || ph.Page.State != PageConfirm && ph.Page.State != PagePassword:
			return fmt.Errorf("%w: 没有待确认的付款", ErrPage)
		case ph.Balance < o.Total-ph.off(o):
			if ph.Page.State == PagePassword {
				h.p.at(o.Network).refused(o)
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
		o := h.p.pageOrder(ph)
		switch {
		case o != nil && ph.Page.State == PagePassword:
			h.p.at(o.Network).refused(o)
		case o == nil || ph.Page.State != PageConfirm:
			return fmt.Errorf("%w: 没有待确认的付款", ErrPage)
		}
		ph.Page.State, ph.Page.Text = PageDeclined, "已取消付款"
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
	p.number(o, now)
	if o.Network != ph.Wallet { // which has a number of its own for it
		o.WalletID = p.at(ph.Wallet).number(p.state.Serial, now)
	}
	p.state.Entries = append(p.state.Entries, Entry{
		At: now, Kind: EntryCharge, Wallet: ph.Wallet, Network: o.Network, Order: o.No, Amount: o.PayerTotal, Total: o.Total,
	})
	ph.Page = p.paymentPage(PagePaid, "支付成功", ph, o)
	ph.Page.Fen, ph.Page.Answer = o.PayerTotal, o.Answer
}

// number gives a payment its number at the network, if it has none yet.
func (p *Paynet) number(o *order, now time.Time) {
	if o.Transaction == "" {
		p.state.Serial++
		o.Transaction = p.at(o.Network).number(p.state.Serial, now)
	}
}

// codePayment charges a customer whose payment code was taken, or asks for the password. It returns the order's
// state: paid, waiting for the password, or not affordable.
func (p *Paynet) codePayment(ph *phone, o *order, now time.Time) (state string) {
	p.state.add(o)
	switch {
	case ph.Balance < o.Total-ph.off(o):
		p.at(o.Network).refused(o)
		ph.Page = Page{State: PageError, Text: "余额不足"}
		return statePayError
	case ph.Password == PasswordAlways || ph.Password == PasswordAboveLimit && o.Total > ph.Limit:
		p.abandonPassword(ph)
		ph.Page = p.paymentPage(PagePassword, "请输入支付密码", ph, o)
		return stateUserPaying
	}
	p.charge(ph, o, now)
	return stateSuccess
}

// abandonPassword gives up a code payment whose page another one is about to replace.
func (p *Paynet) abandonPassword(ph *phone) {
	if o := p.pageOrder(ph); o != nil && ph.Page.State == PagePassword && o.State == stateUserPaying {
		p.at(o.Network).refused(o)
	}
}

// giveBack returns all of the customer's money for o, which has no refunds.
func (p *Paynet) giveBack(o *order, now time.Time) {
	p.payBack(o, Entry{At: now, Amount: o.PayerTotal, Total: o.Total})
}

// pageOrder is the order that a phone's page is about; nil for none.
func (p *Paynet) pageOrder(ph *phone) *order { return p.state.order(ph.Page.Network, ph.Page.Order) }

// expire does what time has done since the last call.
func (p *Paynet) expire(now time.Time) {
	for _, ph := range p.state.Phones {
		o := p.pageOrder(ph)
		switch {
		case o == nil:
		case ph.Page.State == PagePassword && o.State != stateUserPaying:
			ph.Page = Page{State: PageError, Text: "订单已关闭"}
		case ph.Page.State == PagePassword && !now.Before(o.Expires):
			ph.Page.State, ph.Page.Text = PageExpired, "付款已超时"
		case ph.Page.State == PageConfirm && o.State == stateSuccess && o.Wallet != ph.Wallet:
			ph.Page.State, ph.Page.Text = PageExpired, "订单已由他人支付，未扣您的款"
		case ph.Page.State == PageConfirm && unpayable(o, now) != "":
			ph.Page.State, ph.Page.Text = PageExpired, unpayable(o, now)
		}
	}
	for _, o := range p.state.Orders {
		if !now.Before(o.Expires) {
			p.at(o.Network).lapse(o)
		}
	}
	p.settleRefunds(now)
}

// nextExpiry is when a page of some phone changes or a refund is made by itself; zero for never.
func (p *Paynet) nextExpiry() (at time.Time) {
	at = p.nextRefund()
	for _, ph := range p.state.Phones {
		o := p.pageOrder(ph)
		if o != nil && (ph.Page.State == PagePassword || ph.Page.State == PageConfirm) && (at.IsZero() || o.Expires.Before(at)) {
			at = o.Expires
		}
	}
	return at
}

// beijing is the zone of every time that the networks write. It has had no summer time since 1991.
var beijing = time.FixedZone("CST", 8*60*60)
