package sim

import (
	"fmt"
	"strings"
	"time"
)

// intention is what a customer will do about a code of his own.
type intention int

const (
	payAtOnce intention = iota
	typeIt              // a password, after a while
	tooLate             // a password, when the terminal has long given up
	never               // leaves the question on the phone
	poor
)

// customers are the people with the phones.
type customers struct {
	w      *world
	rng    *dice
	seen   map[string]bool
	codes  []string
	people map[string]intention // by payment code
}

func newCustomers(w *world) *customers {
	return &customers{w: w, rng: w.newDice("customers"), seen: map[string]bool{}, people: map[string]intention{}}
}

// see is a code in front of a customer: on the screen, or on paper that he may carry away.
func (c *customers) see(url string, onPaper bool) {
	if url == "" || c.seen[url] && !onPaper {
		return
	}
	c.seen[url] = true
	soon := between(c.rng, time.Second, 20*time.Second)
	late := between(c.rng, 30*time.Second, 150*time.Second)
	edge := between(c.rng, 115*time.Second, 125*time.Second)
	stale := between(c.rng, 3*time.Minute, 30*time.Minute)
	switch c.rng.IntN(12) {
	case 0: // walks away
	case 1: // looks only
		c.w.after(soon, func() { c.w.bank.look(url) })
	case 2, 3:
		c.payAfter(late, url)
	case 4:
		c.payAfter(edge, url)
	case 5: // looks at once, and pays when the sale may long be given up
		c.w.after(soon/2, func() { c.w.bank.look(url) })
		c.payAfter(late, url)
	case 6: // keeps a picture of it
		c.payAfter(stale, url)
	default:
		c.payAfter(soon, url)
	}
}

func (c *customers) payAfter(d time.Duration, url string) {
	c.w.after(d, func() {
		no := c.w.bank.byURL[url]
		if !c.w.bank.pay(url) {
			c.w.log(no, "a customer can't pay the code")
		}
	})
}

// present returns the payment code that a customer shows: a fresh one, or now and then one that was shown before.
func (c *customers) present() string {
	if len(c.codes) > 0 && chance(c.rng, 8) {
		return c.codes[len(c.codes)-1]
	}
	code := fmt.Sprintf("13%016d", c.rng.Int64N(1e16))
	c.codes = append(c.codes, code)
	c.people[code] = pick(c.rng, payAtOnce, payAtOnce, payAtOnce, typeIt, typeIt, tooLate, never, poor)
	return code
}

func (c *customers) plan(code string) intention {
	if i, known := c.people[code]; known {
		return i
	}
	return poor
}

// typePassword is a customer whose phone asks for a password.
func (c *customers) typePassword(a *account, code string) {
	wait := between(c.rng, 3*time.Second, 30*time.Second)
	switch c.people[code] {
	case tooLate:
		wait = between(c.rng, 30*time.Second, 100*time.Second)
	case never:
		return
	}
	decline := chance(c.rng, 6)
	c.w.after(wait, func() {
		switch {
		case a.state != "paying":
		case decline:
			a.state = "failed"
			c.w.log(a.order.No, "the customer declines")
		default:
			c.w.bank.charge(a)
		}
	})
}

// tells reports whether words hold a payment code; the latest few are looked for.
func (c *customers) tells(words string) bool {
	for _, code := range c.codes[max(0, len(c.codes)-4):] {
		if strings.Contains(words, code) {
			return true
		}
	}
	return false
}
