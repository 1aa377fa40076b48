package sim

import (
	"fmt"
	"strings"

	"smartpos/txn"
)

// heard is what customers' phones have told the cashier about codes that were made without a network.
type heard map[txn.OrderNo]string // the answer; of a scheme's code nothing

// hear is a customer who holds out his phone.
func (c *cashier) hear(no txn.OrderNo, answer string) { c.heard[no] = answer }

// offers reports whether the screen names a key.
func (c *cashier) offers(parts ...string) bool {
	s := c.w.terminal.screen
	words := strings.Join(s.Keys, "\n") + "\n" + strings.Join(s.Lines, "\n")
	for _, p := range parts {
		if strings.Contains(words, p) {
			return true
		}
	}
	return false
}

// offersOffline reports whether a sale that was not paid can be paid by an offline code.
func (c *cashier) offersOffline() bool { return c.offers("按 8 出离线码", "8 for an offline QR") }

// offline stands at the menu of offline codes.
func (c *cashier) offline() {
	switch {
	case c.offers("9 主管续期", "9 renew"):
		c.press(pick(c.rng, "9", "9", "CANCEL"))
	case len(c.heard) > 0 && chance(c.rng, 2):
		c.press(pick(c.rng, "1", "1", "2"))
	default:
		c.press(pick(c.rng, "OK", "OK", "OK", "0", "0", "1", "CANCEL"))
	}
}

// renew stands before a PIN, or before the question whether the mode shall be renewed.
func (c *cashier) renew() {
	if c.offers("确认 续期", "OK renew") {
		c.press("OK")
		return
	}
	c.allow()
}

// code returns the order whose offline code stands on the screen, or waits there for its answer.
func (c *cashier) code() txn.OrderNo {
	s := c.w.terminal.screen
	if s.QR != "" {
		return c.w.bank.byURL[s.QR]
	}
	words := strings.Join(s.Lines, "\n")
	for _, e := range c.w.oracle.all() {
		if e.code != nil && strings.Contains(words, e.no.Short()) {
			return e.no
		}
	}
	return ""
}

// collect waits at an offline code for what the customer's phone says.
func (c *cashier) collect() {
	no := c.code()
	e := c.w.oracle.entries[no]
	if e == nil || e.code == nil {
		return
	}
	answer, told := c.heard[no]
	switch {
	case e.code.scheme:
		c.see(no, told)
	case told:
		if s := c.rng.wrong(5); s != nil {
			answer = fmt.Sprintf("%06d", s.IntN(1e6))
			s.is(WrongCode, no, "a slip of the finger")
		} else {
			delete(c.heard, no)
		}
		c.keyIn(answer)
	default:
		c.guess(no)
	}
}

// see says what the customer's phone shows of a scheme's code: paid, or so it seems.
func (c *cashier) see(no txn.OrderNo, told bool) {
	if !told {
		s := c.rng.wrong(40)
		if s == nil {
			c.wait()
			return
		}
		s.is(Overlooked, no, "")
	}
	delete(c.heard, no)
	c.press("OK")
	c.press("OK")
}

// guess is a person before the till who has not paid.
func (c *cashier) guess(no txn.OrderNo) {
	if s := c.rng.wrong(c.guesses); s != nil {
		answer := fmt.Sprintf("%06d", s.IntN(1e6))
		s.is(WrongCode, no, "a guess")
		c.keyIn(answer)
		return
	}
	if s := c.rng.wrong(150); s != nil {
		for _, code := range c.w.acquirer.codes {
			if code.order.No == no {
				s.is(Thief, no, "")
				c.keyIn(code.answer)
				return
			}
		}
	}
	c.wait()
}

// wait loses patience now and then.
func (c *cashier) wait() {
	if chance(c.rng, 25) {
		c.press(pick(c.rng, "CANCEL", "MENU", "MENU"))
	}
}

func (c *cashier) keyIn(answer string) {
	for range len(answer) { // whatever stands there
		c.press("CLEAR")
	}
	for _, k := range answer {
		c.press(string(k))
	}
	c.press("OK")
}
