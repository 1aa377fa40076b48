package sim

import (
	"strconv"
	"strings"
	"time"

	"smartpos/txn"
)

// place is what a cashier knows a screen by.
type place int

const (
	atEntry place = iota
	atAmount
	atQR
	atCode
	atChoice
	atCash
	atPaid
	atChange
	atFailed
	atUnsure
	atMenu
	atHalt
	atWait
	atFind
	atPick
	atRefund
	atAllow
	atRefunding
	atRefunded
	atSupervisor
	atOffline
	atOfflineCode
	atRenew
	atUnconfirmed
	atNotice
	atExceptions
	atBatch
)

// screens are the titles that a cashier knows, in both languages.
var screens = map[string]place{
	"请输入金额": atEntry, "Enter amount": atEntry,
	"收款": atAmount, "Sale": atAmount,
	"收款码": atQR, "Show QR": atQR,
	"付款码": atCode, "Scan code": atCode,
	"选择收款方式": atChoice, "How to pay": atChoice,
	"收现金": atCash, "Cash": atCash,
	"收款成功": atPaid, "Paid": atPaid,
	"收款成功 找零": atChange, "Paid: change": atChange,
	"未收款": atFailed, "Not paid": atFailed, "订单异常": atFailed, "Exception": atFailed,
	"结果未知": atUnsure, "Outcome unknown": atUnsure, "正在撤销": atUnsure, "Reversing": atUnsure,
	"菜单": atMenu, "Menu": atMenu, "未决订单": atMenu, "Unresolved": atMenu, "异常订单": atExceptions, "Exceptions": atExceptions,
	"结算": atBatch, "Settlement": atBatch, "确认结算": atAllow, "Allow settlement": atAllow, "结算完成": atSupervisor, "Batch settled": atSupervisor,
	"存储已满": atMenu, "Storage full": atMenu, "备份": atMenu, "Backup": atMenu, // whose terminal has no recovery key
	"停止收款": atHalt, "Out of service": atHalt,
	"请稍候": atWait, "Please wait": atWait,
	"退款": atFind, "Refund": atFind,
	"退哪一单": atPick, "Refund which": atPick,
	"退款金额": atRefund, "Refund amount": atRefund,
	"确认退款": atAllow, "Allow the refund": atAllow, "了结异常": atAllow, "Settle": atAllow, "主管判定": atAllow, "Verdict": atAllow,
	"正在退款": atRefunding, "Refunding": atRefunding, "退款未成": atRefunding, "Not refunded": atRefunding,
	"退款成功": atRefunded, "Refunded": atRefunded,
	"离线收款": atOffline, "Offline": atOffline, "离线码": atOfflineCode, "Offline QR": atOfflineCode,
	"离线待确认": atUnconfirmed, "Unconfirmed": atUnconfirmed, "离线收款续期": atRenew, "Renew offline": atRenew,
	"交易记录已恢复": atNotice, "Journal restored": atNotice,
	"主管": atSupervisor, "Supervisor": atSupervisor,
}

// yetToCome is what a step says of the sale that a day did not come to.
const yetToCome = "a sale that is yet to come"

// afterHours is how long the shop stays open once the last sale is begun.
const afterHours = 2 * time.Minute

// cashier looks at the screen and presses keys, not always the right ones.
type cashier struct {
	w     *world
	rng   *dice
	sales int // begun
	plan  int // its last sale that was begun, or left out
	heard heard

	wrongPINs int           // still to be keyed in
	guesses   int           // somebody guesses at an offline code once in so many looks
	closing   time.Duration // when the shop closes, once the last sale is begun
}

func newCashier(w *world) *cashier {
	c := &cashier{w: w, heard: heard{}, rng: w.newDice("cashier")}
	c.guesses = pick(c.rng, 20, 20, 2, 1)
	return c
}

func (c *cashier) begin() { c.w.after(time.Second, c.look) }

func (c *cashier) title() string {
	if c.w.terminal == nil {
		return ""
	}
	return c.w.terminal.screen.Title
}

// look acts on what the screen says, and looks again a little later.
func (c *cashier) look() {
	switch t := c.w.terminal; {
	case t == nil: // dark
	case c.w.fair:
		c.tidy(screens[t.screen.Title])
	default:
		if s := c.rng.wrong(12); s != nil {
			c.mash(s)
		} else if s := c.rng.wrong(250); s != nil {
			s.is(PlugPulled, "", "")
			t.die("by the plug")
		} else if s := c.rng.wrong(250); s != nil {
			c.w.power.backUp(s)
		} else if s := c.rng.wrong(3000); s != nil {
			c.w.power.die(s)
		} else {
			c.act(screens[t.screen.Title])
		}
	}
	switch c.leaveOut(); {
	case c.plan < c.w.opt.Sales || c.w.fair:
	case c.closing == 0:
		c.closing = c.w.now + afterHours
	case c.w.now >= c.closing && screens[c.title()] != atHalt && c.w.terminal != nil:
		c.closeShop()
	}
	c.w.after(between(c.rng, 300*time.Millisecond, 3*time.Second), c.look)
}

// act is what a sensible cashier does.
func (c *cashier) act(at place) {
	switch at {
	case atEntry:
		switch {
		case len(c.heard) > 0 && chance(c.rng, 3):
			c.press("MENU")
			c.press("8")
			return
		case chance(c.rng, 4) || c.closing > 0:
			c.press("MENU")
			c.press(pick(c.rng, "5", "5", "5", "5", "5", "5", "3", "3", "8", "9", "9"))
			return
		}
		c.sell()
	case atAmount:
		c.press(pick(c.rng, "OK", "OK", "SCAN", "SCAN", "SCAN+", "CLEAR", "MENU"))
	case atQR:
		if chance(c.rng, 15) {
			c.press(pick(c.rng, "CANCEL", "MENU", "1", "2", "3", "4", "SCAN"))
		}
	case atCode:
		c.present()
	case atChoice:
		c.press(pick(c.rng, "1", "2", "0", "OK", "SCAN", "CANCEL"))
	case atCash:
		c.press(pick(c.rng, "OK", "OK", "5", "CLEAR", "CANCEL"))
	case atFailed:
		if c.offersOffline() && chance(c.rng, 2) {
			c.press("8")
		} else if chance(c.rng, 3) {
			c.press(pick(c.rng, "OK", "OK", "CANCEL", "SCAN"))
		}
	case atOffline:
		c.offline()
	case atOfflineCode:
		c.collect()
	case atRenew:
		c.renew()
	case atPaid, atChange, atUnconfirmed:
		if chance(c.rng, 3) {
			c.press(pick(c.rng, "OK", "OK", "CANCEL", "SCAN"))
		}
	case atUnsure:
		if chance(c.rng, 15) {
			c.press(pick(c.rng, "CANCEL", "OK"))
		}
	case atMenu:
		c.press(pick(c.rng, "0", "1", "2", "3", "4", "5", "7", "9", "CANCEL", "CLEAR", "OK"))
	case atExceptions:
		c.press(pick(c.rng, "1", "1", "2", "3", "OK", "OK", "CLEAR", "CLEAR", "CLEAR", "CANCEL"))
	case atBatch:
		c.press(pick(c.rng, "OK", "OK", "OK", "1", "2", "MENU", "CANCEL"))
	case atFind:
		c.find()
	case atPick:
		c.press(pick(c.rng, "1", "2", "3", "4", "5", "OK", "CANCEL"))
	case atRefund:
		c.press(pick(c.rng, "OK", "OK", "OK", "1", "0", ".", "CLEAR", "CANCEL"))
	case atAllow:
		c.allow()
	case atRefunding, atRefunded, atSupervisor:
		if chance(c.rng, 3) {
			c.press(pick(c.rng, "OK", "CANCEL"))
		}
	case atNotice:
		c.press("OK")
	case atHalt:
		c.w.terminal.die("by the cashier: it says " + c.title())
	}
}

// leaveOut skips the sales of the plan that don't happen.
func (c *cashier) leaveOut() {
	for c.plan < c.w.opt.Sales && !c.w.plays(strconv.Itoa(c.plan+1)) {
		c.plan++
	}
}

// next is the sale that would have been begun next: without it the shop would have been about to close.
func (c *cashier) next() []Step {
	if c.leaveOut(); c.plan == c.w.opt.Sales {
		return nil
	}
	return []Step{{strconv.Itoa(c.plan + 1), yetToCome}}
}

// sell begins a sale: an amount, and how it is paid.
func (c *cashier) sell() {
	c.sales++
	c.plan++
	c.w.turn(c.plan)
	amount := pick(c.rng, "1", "12.5", "0.01", "350", "8.88", "49999.99")
	by := pick(c.rng, "OK", "OK", "SCAN", "SCAN", "SCAN+")
	c.w.step(strconv.Itoa(c.plan), "a sale of "+amount+" yuan, "+by)
	c.w.log("", "sale %d of %s", c.plan, amount)
	for _, k := range amount {
		c.press(string(k))
	}
	c.press(by)
}

// find names the order whose money is to go back: by its receipt, by its last digits, or from the list.
func (c *cashier) find() {
	all := c.w.oracle.all()
	if again := c.w.oracle.again; len(again) > 0 && chance(c.rng, 2) {
		c.send(txn.Scanned{Text: string(again[c.rng.IntN(len(again))])})
		return
	}
	switch c.rng.IntN(4) {
	case 0:
		if len(all) > 0 {
			c.send(txn.Scanned{Text: string(all[c.rng.IntN(len(all))].no)})
			return
		}
	case 1:
		for range 1 + c.rng.IntN(2) {
			c.press(pick(c.rng, "1", "2", "3", "4"))
		}
	case 2:
		c.press("CANCEL")
		return
	}
	c.press("OK")
}

// allow is the supervisor, or somebody who guesses, now and then again and again.
func (c *cashier) allow() {
	if s := c.rng.wrong(12); s != nil && c.wrongPINs == 0 {
		c.wrongPINs = pick(s, 1, 1, 1, 2, 8)
		s.is(WrongPIN, "", "%d times", c.wrongPINs)
	}
	if c.wrongPINs == 0 && chance(c.rng, 6) || c.offers("锁", "ocked") {
		c.wrongPINs = 0
		c.press("CANCEL")
		return
	}
	if c.wrongPINs > 0 {
		c.wrongPINs--
		c.press("1")
	}
	for _, k := range supervisorPIN {
		c.press(string(k))
	}
	c.press("OK")
}

// mash presses whatever, and lets the scanner read whatever.
func (c *cashier) mash(s *step) {
	keys := strings.Fields("0 1 2 3 4 5 7 8 9 . OK OK SCAN SCAN+ CANCEL CLEAR MENU")
	mashed := make([]string, 1+s.IntN(5))
	for i := range mashed {
		mashed[i] = pick(s, keys...)
	}
	s.is(Mashed, "", "%s", strings.Join(mashed, " "))
	for _, k := range mashed {
		c.press(k)
	}
	c.send(pick[txn.Event](s, txn.KeyStrange{}, txn.ScanFailed{Reason: txn.ScanGarbled}, txn.ScanFailed{Reason: txn.ScanTooLong},
		txn.ScannerState{Fault: txn.ScanGone}, txn.ScannerState{}, txn.Scanned{Text: strings.Repeat("9", 1+s.IntN(300))},
		txn.KeyPressed{Key: "F13"}))
}

// present lets a customer hold a code in front of the scanner.
func (c *cashier) present() {
	code := c.w.customers.present()
	secret := txn.NewPaymentCode(code)
	network := pick(c.rng, txn.WeChat, txn.WeChat, txn.Alipay, txn.Alipay, txn.UnionPay, txn.UnionPay, "")
	c.send(txn.Scanned{Payment: secret, Network: network, Digest: c.w.terminal.store.Digest(secret)})
}

// tidy is a cashier who brings everything to its end after the last sale.
func (c *cashier) tidy(at place) {
	t := c.w.terminal
	switch {
	case at == atHalt:
		c.w.power.cut("by the cashier")
	case at == atEntry, at == atNotice, (at == atPaid || at == atChange || at == atRefunded || at == atUnconfirmed) && strings.Contains(strings.Join(t.screen.Keys, " "), "重打印"):
		c.press("OK") // what is owed is printed
	case (at == atPaid || at == atChange || at == atRefunded || at == atUnconfirmed) && strings.Contains(strings.Join(t.screen.Keys, " "), "reprint"):
		c.press("OK")
	default:
		c.press("CANCEL")
	}
}

// closeShop begins the rest of the day, in which everything works, and holds the books against each other at its end.
func (c *cashier) closeShop() {
	w := c.w
	w.fair, w.paper.fault, w.power.skew = true, txn.PrintOK, 0
	w.power.set()
	w.log("", "the last sale is done")
	c.send(txn.ScannerState{})
	w.after(settling, func() {
		if w.terminal == nil {
			w.fail(4, "", "the terminal is off in the end")
			return
		}
		w.oracle.audit(w.terminal.store)
		if w.failure == nil && screens[c.title()] != atEntry {
			w.fail(4, "", "the day ends at the screen %q", c.title())
		}
		w.count()
		w.moments = nil
	})
}

// press presses a key by its name; a "+" is a long press.
func (c *cashier) press(name string) {
	key, long := strings.CutSuffix(name, "+")
	c.w.log("", "key %s", name)
	c.send(txn.KeyPressed{Key: txn.Key(key), Long: long})
}

func (c *cashier) send(ev txn.Event) {
	if t := c.w.terminal; t != nil {
		t.step(ev)
	}
}
