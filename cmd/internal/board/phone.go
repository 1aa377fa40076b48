package board

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"

	"smartpos/cmd/internal/board/camera"
	"smartpos/txn/pay/paynet"
)

// Wallets are the customers' phones, one each.
var Wallets = []string{paynet.WeChat, paynet.Alipay, paynet.UnionPay}

// What a customer can do with a phone.
const (
	DoScanLCD   = "scan-lcd"   // reads the QR on the display, from its picture
	DoScanPaper = "scan-paper" // reads the last QR on the paper, from its picture
	DoCode      = "code"       // shows a fresh payment code
	DoConfirm   = "confirm"    // pays what the phone asks about, with the password if it wants one
	DoDecline   = "decline"    // leaves it unpaid
	DoIdle      = "idle"       // goes back to the first page
	DoLook      = "look"       // changes nothing
)

var phoneDoings = []string{DoScanLCD, DoScanPaper, DoCode, DoConfirm, DoDecline, DoIdle, DoLook}

// PhoneRequest is something a customer does. The settings are applied first; with Do empty they are all.
type PhoneRequest struct {
	Wallet string `json:"wallet"` // wechat when empty
	Do     string `json:"do"`

	Balance  *int64 `json:"balance,omitempty"`  // fen the customer has from now on
	Coupon   *int64 `json:"coupon,omitempty"`   // fen off the next payment, at the network's cost
	Password string `json:"password,omitempty"` // when code payments need one: always, never, above-limit
}

// PhonePage is what a phone shows.
type PhonePage struct {
	Wallet  string           `json:"wallet"`
	State   paynet.PageState `json:"state"`             // idle, code, confirm, password, paid, declined, expired, error
	Text    string           `json:"text"`              // the page's headline
	Payee   string           `json:"payee,omitempty"`   // who gets the money
	Amount  string           `json:"amount,omitempty"`  // yuan, "12.50"
	Fen     int64            `json:"fen,omitempty"`     // the same in fen
	Order   string           `json:"order,omitempty"`   // the merchant's order number
	Code    string           `json:"code,omitempty"`    // with state code: the payment code, to POST to /scan
	Answer  string           `json:"answer,omitempty"`  // with a paid offline code: what the phone shows for the cashier
	Scanned string           `json:"scanned,omitempty"` // with scan-lcd and scan-paper: what the camera read
}

var (
	// ErrPhoneRequest is returned when a request names no phone or nothing that a customer does.
	ErrPhoneRequest = errors.New("not something that a customer can do")
	// ErrPhone is returned when the phone refuses: nothing to scan, nothing to confirm, no money.
	ErrPhone = errors.New("the customer's phone")
)

// Phone does something with a customer's phone and returns what it shows then. Where the phone refuses, the
// error wraps [ErrPhone] and says what stands on its page.
func (b *Board) Phone(_ context.Context, req PhoneRequest) (PhonePage, error) {
	if req.Wallet == "" {
		req.Wallet = paynet.WeChat
	}
	set := req.Balance != nil || req.Coupon != nil || req.Password != ""
	switch {
	case !slices.Contains(Wallets, req.Wallet):
		return PhonePage{}, fmt.Errorf("%w: no wallet %.20q; there are %s", ErrPhoneRequest, req.Wallet, strings.Join(Wallets, ", "))
	case !slices.Contains(phoneDoings, req.Do) && (req.Do != "" || !set):
		return PhonePage{}, fmt.Errorf("%w: do %.20q; do is one of %s", ErrPhoneRequest, req.Do, strings.Join(phoneDoings, ", "))
	}
	b.phoneMu.Lock()
	defer b.phoneMu.Unlock()
	ph, err := b.network.net.Phone(req.Wallet)
	if err != nil {
		return PhonePage{}, fmt.Errorf("%w: %w", ErrPhoneRequest, err)
	}
	if err := setPhone(ph, req); err != nil {
		return PhonePage{}, err
	}
	scanned, err := b.do(ph, req)
	page := b.page(req.Wallet)
	page.Scanned = scanned
	if errors.Is(err, paynet.ErrPage) {
		err = fmt.Errorf("%w: %s: %w", ErrPhone, req.Do, err)
	}
	return page, err
}

func setPhone(ph *paynet.Phone, req PhoneRequest) error {
	for name, fen := range map[string]*int64{"balance": req.Balance, "coupon": req.Coupon} {
		if fen != nil && *fen < 0 {
			return fmt.Errorf("%w: %s %d; it is in fen, 0 or more", ErrPhoneRequest, name, *fen)
		}
	}
	if req.Balance != nil {
		ph.SetBalance(*req.Balance)
	}
	if req.Coupon != nil {
		ph.SetCoupon(*req.Coupon)
	}
	if req.Password == "" {
		return nil
	}
	if err := ph.SetPassword(paynet.Password(req.Password), 0); err != nil {
		return fmt.Errorf("%w: %w", ErrPhoneRequest, err)
	}
	return nil
}

// do does it, and returns what the camera read.
func (b *Board) do(ph *paynet.Phone, req PhoneRequest) (scanned string, err error) {
	switch req.Do {
	case DoScanLCD:
		return b.look(ph, b.Display())
	case DoScanPaper:
		return b.look(ph, b.Paper().Image())
	case DoCode:
		code, err := ph.Code()
		if err != nil {
			return "", err
		}
		b.mu.Lock()
		b.codes[req.Wallet] = code
		b.mu.Unlock()
	case DoConfirm:
		return "", ph.Confirm()
	case DoDecline:
		return "", ph.Decline()
	case DoIdle:
		ph.Idle()
	}
	return "", nil
}

// look points the phone's camera at a picture.
func (b *Board) look(ph *paynet.Phone, img image.Image) (string, error) {
	text, err := camera.Last(img)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrPhone, err)
	}
	_, err = ph.Scan(text)
	return text, err
}

// page is what a phone shows now.
func (b *Board) page(wallet string) PhonePage {
	ph, err := b.network.net.Phone(wallet)
	if err != nil {
		return PhonePage{Wallet: wallet, State: paynet.PageError, Text: err.Error()}
	}
	p := ph.Page()
	page := PhonePage{Wallet: wallet, State: p.State, Text: p.Text, Payee: p.Payee, Fen: p.Fen, Order: p.Order, Answer: p.Answer}
	if p.Fen != 0 {
		page.Amount = fmt.Sprintf("%d.%02d", p.Fen/100, p.Fen%100)
	}
	if p.State == paynet.PageCode {
		b.mu.Lock()
		page.Code = b.codes[wallet]
		b.mu.Unlock()
	}
	return page
}

// Phones is what all phones show, by wallet.
func (b *Board) Phones() map[string]PhonePage {
	pages := make(map[string]PhonePage, len(Wallets))
	for _, w := range Wallets {
		pages[w] = b.page(w)
	}
	return pages
}

// KnownCode reports whether text is exactly a code that a network gave out and that can be paid now.
func (b *Board) KnownCode(text string) bool { return b.network.net.Payable(text) }
