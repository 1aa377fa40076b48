package txn

import (
	"slices"
	"time"
)

// entry is the screen between and before payments: keying in an amount, or gathering items.
type entry struct{ keyed keyin }

// due is what the customer would pay now: the items' total, or what was keyed in.
func (e entry) due(m *Machine) Money {
	if m.sale != nil && len(m.sale.Items) > 0 {
		return m.sale.Total
	}
	return e.keyed.amount(m.cfg.MaxAmount.Currency)
}

func (e entry) key(m *Machine, k Key, long bool) {
	items := m.sale != nil && len(m.sale.Items) > 0
	switch {
	case k.amount():
		if items {
			m.mistake(errBasket)
			return
		}
		e.digit(m, k)
	case k == KeyClear:
		if items {
			m.renewSale()
			m.sale.remove()
			if len(m.sale.Items) == 0 {
				m.sale = nil
			}
			return
		}
		m.view = entry{e.keyed.clear()}
	case k == KeyCancel:
		m.abandon()
	case k == KeyMenu:
		m.view = menu{since: m.now.Mono, back: e}
	case k == KeyOK:
		if e.due(m).IsZero() && len(m.unprinted) > 0 {
			m.reprintNext()
			return
		}
		m.startShow(e.due(m))
	case k == KeyScan && long:
		if m.payable(e.due(m)) {
			m.ensureSale(e.due(m))
			m.view = choice{since: m.now.Mono}
		}
	case k == KeyScan:
		if e.due(m).IsZero() && len(m.cfg.Items) > 0 && m.cfg.Scanner {
			m.view = scanning{since: m.now.Mono, items: true}
			return
		}
		m.startScan(e.due(m))
	}
}

func (e entry) digit(m *Machine, k Key) {
	next, ok := e.keyed.press(k, m.cfg.MaxAmount)
	if ok {
		m.view = entry{next}
		return
	}
	e.keyed.refuse(m, k, errLimit, m.cfg.MaxAmount)
}

func (entry) tick(*Machine) {}

// scan takes what is read unasked: a product goes into the sale, and a payment code charges the amount that stands there,
// as if 扫码 had been pressed first. An engine that reads when it is asked to brings one only when nobody wants it any more:
// the cashier has just given up.
func (e entry) scan(m *Machine, c Scanned) {
	if c.Payment.IsZero() {
		if e.keyed.text != "" {
			m.mistake(errCodeNot)
			return
		}
		m.addItem(c.Text)
		return
	}
	switch {
	case e.due(m).IsZero():
		m.mistake(errCodeEarly)
	case !m.cfg.Continuous:
		m.mistake(errCodeUnasked)
	case e.keyed.text != "" && m.now.Mono-m.keyAt < amountRests:
		m.mistake(errCodeTyping)
	default:
		if m.startScan(e.due(m)); m.isScanning() {
			m.view.(scanning).scan(m, c)
		}
	}
}

// amountRests is how long after its last digit an amount counts as the whole of what is due, for a code that is read unasked.
// It is read again after that.
const amountRests = time.Second

func (entry) misread(m *Machine, reason ScanFault) {
	if t, ok := readTexts[reason]; ok {
		m.mistake(t)
	}
}

func (e entry) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenSale, Title: m.say(txtReady), Amount: "¥" + e.keyed.shown()}
	switch {
	case m.sale != nil && len(m.sale.Items) > 0:
		s.Title, s.Amount = m.say(txtBasket), m.sale.Total.String()
		s.Lines = m.itemLines()
		s.Keys = m.withScan(keyShow, keyScan, keyUnitem, keyCash)
	case e.keyed.text != "":
		s.Title = m.say(txtSale)
		s.Keys = m.withScan(keyShow, keyScan, keyCash, keyCancel)
	default:
		s.Lines = []string{m.shopName()}
		s.Keys = []string{m.say(keyMenu)}
		if len(m.cfg.Items) > 0 && m.deaf() == "" {
			s.Keys = m.withScan(keyScanItem, keyMenu)
		}
		if len(m.unfinished()) > 0 {
			s.Keys = append([]string{m.say(keyReprint)}, s.Keys...)
		}
	}
	return s
}

func (m *Machine) shopName() string {
	if m.language == English && m.cfg.Merchant.NameEN != "" {
		return m.cfg.Merchant.NameEN
	}
	return m.cfg.Merchant.Name
}

// itemLines returns the count of pieces and the last lines of the sale. The newest comes first: where long names
// fill the display, an older one is what gives way.
func (m *Machine) itemLines() []string {
	const shown = 3
	items, pieces := m.sale.Items, 0
	for _, i := range items {
		pieces += i.Quantity
	}
	lines := []string{m.say(sayPieces, pieces)}
	for _, i := range slices.Backward(items[max(0, len(items)-shown):]) {
		lines = append(lines, i.Name+"  "+i.Price.Decimal()+" × "+itoa(i.Quantity))
	}
	return lines
}

// addItem puts a product into the sale.
func (m *Machine) addItem(barcode string) {
	item, ok := m.cfg.Items[barcode]
	if !ok {
		m.mistake(errNoItem, shorten(barcode, 15))
		return
	}
	if m.sale == nil {
		m.sale = &Sale{Total: Money{Currency: m.cfg.MaxAmount.Currency}}
	}
	m.renewSale()
	if !m.sale.add(item, m.cfg.MaxAmount) {
		m.mistake(errItemsFull)
	}
}

// renewSale makes a sale of its own of the goods at the till before they change: an order for the old total may
// still be closing, and money that comes for it has not paid the new one.
func (m *Machine) renewSale() {
	if m.sale == nil || m.sale.No == "" {
		return
	}
	old := m.sale.No
	m.sale = &Sale{Items: m.sale.Items, Total: m.sale.Total}
	m.tidySale(old)
}

// payable says why the amount can't be charged, if it can't.
func (m *Machine) payable(due Money) bool {
	if !m.sellable(due) {
		return false
	}
	if len(m.tasks) >= maxUnresolved {
		m.tooMany()
		return false
	}
	if len(m.networks()) == 0 {
		m.mistake(errNoNetwork)
		return false
	}
	return true
}

// tooMany says that no more orders can be worked on, and what makes them fewer: what came of some nobody but a supervisor
// can say.
func (m *Machine) tooMany() {
	if m.someRuled() {
		m.mistake(errBusyRule)
		return
	}
	m.mistake(errBusyOrders)
}

// sellable says why the amount can't be sold, if it can't.
func (m *Machine) sellable(due Money) bool {
	switch {
	case due.Fen <= 0:
		m.mistake(errAmount)
	case due.Fen > m.cfg.MaxAmount.Fen:
		m.mistake(errLimit, m.cfg.MaxAmount)
	default:
		return m.hasRoom()
	}
	return false
}

func (m *Machine) ensureSale(due Money) {
	if m.sale == nil {
		m.sale = &Sale{Total: due}
	}
}

func (m *Machine) isScanning() bool {
	_, ok := m.view.(scanning)
	return ok
}

// abandon ends the sale at the till and makes room for the next customer.
func (m *Machine) abandon() {
	if m.sale != nil {
		no := m.sale.No
		m.sale = nil
		m.tidySale(no)
	}
	m.view = entry{}
}

// choice asks how the customer pays: a long press on 扫码.
type choice struct{ since time.Duration }

// choiceTimeout is how long a choice or a menu waits for a key.
const choiceTimeout = 60 * time.Second

func (c choice) key(m *Machine, k Key, _ bool) {
	switch k {
	case "1", KeyOK:
		m.startShow(m.sale.Total)
	case "2", KeyScan:
		m.startScan(m.sale.Total)
	case "3":
		if !m.moreItems() {
			m.emit(Beep{BeepMistake})
			return
		}
		m.view = scanning{since: m.now.Mono, items: true}
	case keyOfCash:
		m.askCash(m.sale.Total)
	case KeyCancel, KeyClear:
		m.backToEntry()
	default:
		m.emit(Beep{BeepMistake})
	}
}

// moreItems reports whether goods can be added to the sale at the till.
func (m *Machine) moreItems() bool {
	return m.cfg.Scanner && len(m.cfg.Items) > 0 && len(m.sale.Items) > 0
}

func (c choice) tick(m *Machine) {
	if m.now.Mono-c.since > choiceTimeout {
		m.backToEntry()
	}
}

func (c choice) screen(m *Machine) Screen {
	s := Screen{
		Kind: ScreenSale, Title: m.say(txtChoose), Amount: m.sale.Total.String(),
		Lines: []string{"1 " + m.say(txtShow)},
		Keys:  []string{m.say(keyBack)},
	}
	if m.cfg.Scanner {
		s.Lines = append(s.Lines, "2 "+m.say(txtScanTitle))
	}
	if m.moreItems() {
		s.Lines = append(s.Lines, "3 "+m.say(txtMoreItems))
	}
	s.Lines = append(s.Lines, m.say(menuCash))
	return s
}

// backToEntry returns from a sale none of whose orders can be paid any more to its amount or items.
func (m *Machine) backToEntry() {
	if m.sale == nil || len(m.sale.Items) > 0 {
		m.view = entry{}
		return
	}
	keyed := keyin{m.sale.Total.Decimal()}
	m.abandon() // paying it later is a sale of its own
	m.view = entry{keyed}
}
