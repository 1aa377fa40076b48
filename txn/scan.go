package txn

import (
	"slices"
	"time"
)

// scanning waits in front of the scan engine: for a customer's code, or for a product's.
type scanning struct {
	since time.Duration
	items bool // a product is wanted
}

var readTexts = map[ScanFault]text{
	ScanGarbled: errGarbled,
	ScanTooLong: errTooLong,
}

// What the screen that waits for a code says of a scanner that can't read one.
var deafTexts = map[ScanFault]text{
	ScanGone:   errScannerGone,
	ScanSilent: errScannerMute,
}

// startScan begins to wait for the customer's code.
func (m *Machine) startScan(due Money) {
	if !m.cfg.Scanner {
		m.mistake(errNoScanner)
		return
	}
	if !m.payable(due) {
		return
	}
	m.ensureSale(due)
	m.view = scanning{since: m.now.Mono}
}

// withScan returns key hints without those of 扫码 where there is no scanner.
func (m *Machine) withScan(hints ...text) (keys []string) {
	for _, h := range hints {
		if m.cfg.Scanner || h != keyScan && h != keyScanMore && h != keyScanItem {
			keys = append(keys, m.say(h))
		}
	}
	return keys
}

func (v scanning) key(m *Machine, k Key, long bool) {
	switch {
	case k == KeyCancel:
		m.backToEntry()
	case v.items:
		v.itemKey(m, k, long)
	case k == KeyOK:
		m.startShow(m.sale.Total)
	default:
		m.emit(Beep{BeepMistake})
	}
}

// itemKey takes a key while goods are scanned: 清除 takes one back, 确认 and 扫码 go on to the payment, and a
// digit to an amount keyed in by hand, where no goods stand yet.
func (v scanning) itemKey(m *Machine, k Key, long bool) {
	switch {
	case m.sale == nil && k == KeyScan:
		m.emit(Beep{BeepMistake})
	case m.sale != nil && k.amount(): // goods are being scanned, and stay so
		m.mistake(errBasket)
	case k == KeyClear && m.sale != nil:
		m.backToEntry()
		m.view.key(m, k, long)
		m.view = scanning{since: m.now.Mono, items: true}
	default:
		m.backToEntry()
		m.view.key(m, k, long)
	}
}

func (v scanning) tick(m *Machine) {
	if m.now.Mono-v.since < m.cfg.ScanWindow {
		return
	}
	m.backToEntry()
	if !v.items {
		m.mistake(errScanTime)
	}
}

func (v scanning) scan(m *Machine, c Scanned) {
	switch {
	case v.items && c.Payment.IsZero():
		m.view = scanning{since: m.now.Mono, items: true} // the next one, until another key is pressed
		m.addItem(c.Text)
	case v.items && m.sale == nil:
		m.mistake(errCodeEarly)
	case v.items: // the goods are done: the customer holds the code there already
		if m.payable(m.sale.Total) {
			m.view = scanning{since: m.now.Mono}
			m.charge(c)
		}
	case c.Payment.IsZero():
		m.mistake(errCodeNot)
	default:
		m.charge(c)
	}
}

func (v scanning) misread(m *Machine, reason ScanFault) {
	if t, ok := readTexts[reason]; ok {
		m.mistake(t)
	}
}

// charge starts an order for a customer's code, if the code is one of ours and new.
func (m *Machine) charge(c Scanned) {
	to, ours := c.Network, m.serves(c.Network)
	if !ours && m.serves(Aggregator) { // it takes every wallet's code
		to, ours = Aggregator, true
	}
	switch {
	case c.Network == "":
		m.mistake(errCodeNobody)
	case len(m.networks()) == 0:
		m.mistake(errNoNetwork)
	case !ours:
		m.note("scanner: a code of "+string(c.Network)+", which is not enabled", "")
		network, _ := m.cfg.network(c.Network)
		m.mistake(errCodeOwner, m.networkName(knownName(network)), m.networkName(m.networks()[0]))
	case slices.Contains(m.codes, c.Digest):
		m.note("scanner: a payment code that was used before", "")
		m.mistake(errCodeUsed)
	default:
		m.codes = append(m.codes, c.Digest)
		if len(m.codes) > maxCodes {
			m.codes = m.codes[1:]
		}
		m.start(&Intent{Network: to, Method: Scan, Code: c.Digest}, c.Payment)
	}
}

// knownName names the brands that a table, or an aggregator's answer, may know though the shop has no contract with them.
func knownName(n NetworkConfig) NetworkConfig {
	switch n.ID {
	case WeChat:
		n.Name, n.NameEN = "微信", "WeChat Pay"
	case Alipay:
		n.Name, n.NameEN = "支付宝", "Alipay"
	case UnionPay:
		n.Name, n.NameEN = "云闪付", "UnionPay"
	}
	return n
}

func (v scanning) screen(m *Machine) Screen {
	if v.items {
		s := Screen{Kind: ScreenSale, Title: m.say(txtBasket), Amount: "¥0.00", Lines: []string{m.say(sayItem)}, Keys: []string{m.say(keyBack)}}
		if f := m.deaf(); f != "" {
			s.Tone, s.Lines = ToneBad, []string{m.say(stsScanner[f])}
		}
		if m.sale != nil {
			s.Amount, s.Lines = m.sale.Total.String(), append(s.Lines, m.itemLines()...)
			s.Keys = []string{m.say(keyShow), m.say(keyScan), m.say(keyUnitem), m.say(keyBack)}
		}
		return s
	}
	s := Screen{
		Kind: ScreenSale, Title: m.say(txtScanTitle), Tone: ToneWait, Amount: m.sale.Total.String(),
		Keys: []string{m.say(keyShow), m.say(keyBack)},
	}
	if f := m.deaf(); f != "" {
		s.Tone, s.Lines = ToneBad, []string{m.say(deafTexts[f])}
		return s
	}
	left := max(0, int((m.cfg.ScanWindow-(m.now.Mono-v.since))/time.Second))
	s.Lines = []string{m.say(sayPresent), m.say(saySeconds, left)}
	return s
}
