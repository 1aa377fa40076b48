package paynet

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The side of UnionPay and its acquirer of a merchant-presented code of EMVCo's that a terminal wrote by itself, by the
// rules of docs/offline-qr.md. Nobody knows of an order before its code is scanned: the bill number in it (62-01) is the
// orderId, and the reference label (62-05) the txnTime, by which a query names it.

const (
	schemeLife  = 10 * time.Minute // how long after its txnTime a code is taken
	schemeAhead = time.Minute      // how far the txnTime may be ahead of this clock
)

// schemeAccount is the account that the acquirer gave the one merchant: acquirer, forwarder, merchant.
const schemeAccount = "3104180052044600"

// schemeForm begins every such code: the Payload Format Indicator.
const schemeForm = "000201"

// ownsScheme reports whether a QR code's text is one of EMVCo's.
func ownsScheme(qr string) bool { return strings.HasPrefix(qr, schemeForm) }

// schemeObjects reads id, length in characters and value, over and over; nil if that is not what s is, or an id stands
// twice.
func schemeObjects(s string) map[string]string {
	objects := map[string]string{}
	for s != "" {
		if len(s) < 4 || !utf8.ValidString(s) {
			return nil
		}
		n, err := strconv.ParseUint(s[2:4], 10, 8)
		value := []rune(s[4:])
		if _, twice := objects[s[:2]]; err != nil || twice || int(n) > len(value) {
			return nil
		}
		objects[s[:2]], s = string(value[:n]), string(value[n:])
	}
	return objects
}

// schemeCRC is CRC-16/CCITT-FALSE: polynomial 1021, first value FFFF.
func schemeCRC(s string) string {
	crc := uint16(0xffff)
	for _, b := range []byte(s) {
		for bit := 7; bit >= 0; bit-- {
			high := crc>>15 ^ uint16(b>>bit)&1
			if crc <<= 1; high == 1 {
				crc ^= 0x1021
			}
		}
	}
	return fmt.Sprintf("%04X", crc)
}

// schemeFen reads "12.5" as 1250; 0 if it is no amount.
func schemeFen(s string) int64 {
	whole, decimals, _ := strings.Cut(s, ".")
	if len(s) > 13 || len(decimals) > 2 {
		return 0
	}
	fen, err := strconv.ParseUint(whole+(decimals + "00")[:2], 10, 62)
	if err != nil {
		return 0
	}
	return int64(fen)
}

// findScheme reads a code and returns its order, which is not in the books yet when nobody has scanned it before; text says
// what is wrong with it.
func (u *unionpay) findScheme(qr string, now time.Time) (o *order, text string) {
	end := len(qr) - 4
	if end < 4 || qr[end-4:end] != "6304" || schemeCRC(qr[:end]) != qr[end:] {
		return nil, "二维码已损坏，请重新扫描"
	}
	m := schemeObjects(qr[:end-4])
	more := schemeObjects(m["62"])
	o = &order{
		Network: UnionPay, No: more["01"], TxnTime: more["05"], Kind: kindNative, State: stateNotPay,
		Description: m["59"], Total: schemeFen(m["54"]), Created: now, Digest: strings.Join([]string{"scheme", m["54"], more["05"]}, " "),
	}
	at, timed := readUnionpayTime(o.TxnTime)
	switch {
	case m["15"] != u.merchant.SchemeAccount:
		return nil, "无法识别的商户"
	case m["01"] != "12" || m["53"] != "156" || !orderIDForm.MatchString(o.No) || !txnTimeForm.MatchString(o.TxnTime) || !timed:
		return nil, "二维码无法识别"
	case o.Total < 1 || o.Total > maxTotal:
		return nil, "金额超出限额"
	}
	o.Expires = at.Add(u.p.scaled(schemeLife))
	switch old := u.p.state.order(UnionPay, o.No); {
	case old != nil && old.Digest != o.Digest: // another code of the same order, with other facts
		return nil, "订单信息不符，已拒绝"
	case old != nil:
		return old, unpayable(old, now)
	case at.Sub(now) > schemeAhead:
		return nil, "终端时间不对，已拒绝"
	}
	return o, unpayable(o, now)
}

// openScheme is what the wallet's app does with such a code: the first to scan it decides what the order is.
func (u *unionpay) openScheme(qr string, now time.Time) (*order, string) {
	o, text := u.findScheme(qr, now)
	if text == "" {
		u.p.state.add(o)
	}
	return o, text
}

// takesScheme reports whether a code can be paid now. It changes nothing.
func (u *unionpay) takesScheme(qr string, now time.Time) bool {
	_, text := u.findScheme(qr, now)
	return text == ""
}
