package conformance

import (
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paytest"
)

// row is a call in a state of the order. Play brings the sale there, has the call fail, and lets everybody go on.
type row struct {
	name string
	op   txn.Op // of the request that fails
	play func(*cell)
}

// typing begins a code payment whose customer is asked for the password.
func typing(c *cell) {
	c.password(paynet.PasswordAlways)
	c.charge()
}

// shown begins a sale whose code the customer has scanned and not paid.
func shown(c *cell) {
	c.sell()
	c.wait(2 * time.Second)
	c.look()
}

// rows are all.
var rows = append(saleRows, refundRows...)

// saleRows are the states of a sale in which a request can fail.
var saleRows = []row{
	{name: "show", op: txn.OpShow, play: func(c *cell) {
		c.fail(txn.OpShow)
		c.sell()
		c.wait(20 * time.Second)
		c.pay()
	}},
	{name: "show, asked again", op: txn.OpShow, play: func(c *cell) {
		c.also(txn.OpShow, paytest.LostReply)
		c.fail(txn.OpShow)
		c.sell()
		c.wait(35 * time.Second)
		c.pay()
	}},
	{name: "query while the code is shown", op: txn.OpQuery, play: func(c *cell) {
		shown(c)
		c.fail(txn.OpQuery)
		c.wait(15 * time.Second)
		c.pay()
	}},
	{name: "query of a code that was paid", op: txn.OpQuery, play: func(c *cell) {
		shown(c)
		c.fail(txn.OpQuery)
		c.pay()
	}},
	{name: "query after the code's time", op: txn.OpQuery, play: func(c *cell) {
		shown(c)
		c.wait(50 * time.Second)
		c.also(txn.OpClose, "")
		c.fail(txn.OpQuery)
	}},
	{name: "close", op: txn.OpClose, play: func(c *cell) {
		shown(c)
		c.fail(txn.OpClose)
		c.keys("CANCEL")
	}},
	{name: "close of a code that is paid in the last moment", op: txn.OpClose, play: func(c *cell) {
		shown(c)
		c.plan = append(c.plan, breakage{op: txn.OpClose, failure: c.failure, subject: true, before: func() { c.pay() }})
		c.keys("CANCEL")
	}},
	{name: "query after a close", op: txn.OpQuery, play: func(c *cell) {
		shown(c)
		c.also(txn.OpClose, "")
		c.fail(txn.OpQuery)
		c.keys("CANCEL")
	}},
	{name: "scan", op: txn.OpScan, play: func(c *cell) {
		c.fail(txn.OpScan)
		c.charge()
	}},
	{name: "scan, the password is asked for", op: txn.OpScan, play: func(c *cell) {
		c.fail(txn.OpScan)
		typing(c)
		c.wait(12 * time.Second)
		_ = c.phone.Confirm()
	}},
	{name: "query while the password is typed", op: txn.OpQuery, play: func(c *cell) {
		c.fail(txn.OpQuery)
		typing(c)
		c.wait(12 * time.Second)
		_ = c.phone.Confirm()
	}},
	{name: "query after an unanswered scan", op: txn.OpQuery, play: func(c *cell) {
		c.also(txn.OpScan, paytest.LostReply)
		c.fail(txn.OpQuery)
		c.charge()
	}},
	{name: "reverse", op: txn.OpReverse, play: func(c *cell) {
		c.fail(txn.OpReverse)
		typing(c)
		c.wait(time.Second)
		c.keys("CANCEL")
	}},
	{name: "reverse of a payment that is made in the last moment", op: txn.OpReverse, play: func(c *cell) {
		c.plan = append(c.plan, breakage{
			op: txn.OpReverse, failure: c.failure, subject: true, before: func() { _ = c.phone.Confirm() },
		})
		typing(c)
		c.wait(time.Second)
		c.keys("CANCEL")
	}},
	{name: "reverse, the password is typed after it", op: txn.OpReverse, play: func(c *cell) {
		c.fail(txn.OpReverse)
		typing(c)
		c.wait(time.Second)
		c.keys("CANCEL")
		c.wait(25 * time.Second)
		_ = c.phone.Confirm()
	}},
	{name: "query after a reverse", op: txn.OpQuery, play: func(c *cell) {
		c.also(txn.OpReverse, "")
		c.fail(txn.OpQuery)
		typing(c)
		c.wait(time.Second)
		c.keys("CANCEL")
	}},
	{name: "restart, a code was shown", op: txn.OpQuery, play: func(c *cell) {
		shown(c)
		c.pay()
		c.fail(txn.OpQuery)
		c.restart()
	}},
	{name: "restart, a code was sent", op: txn.OpQuery, play: func(c *cell) {
		c.charge()
		c.fail(txn.OpQuery)
		c.restart()
	}},
	{name: "restart, unknown", op: txn.OpQuery, play: func(c *cell) {
		c.also(txn.OpScan, paytest.LostReply)
		c.charge()
		c.wait(11 * time.Second)
		c.fail(txn.OpQuery)
		c.restart()
	}},
	{name: "restart, closing", op: txn.OpQuery, play: func(c *cell) {
		shown(c)
		c.also(txn.OpClose, paytest.Dropped)
		c.keys("CANCEL")
		c.wait(time.Second)
		c.fail(txn.OpQuery)
		c.restart()
	}},
	{name: "restart, reversing", op: txn.OpQuery, play: func(c *cell) {
		c.also(txn.OpReverse, paytest.Dropped)
		typing(c)
		c.wait(time.Second)
		c.keys("CANCEL")
		c.wait(20 * time.Second)
		c.fail(txn.OpQuery)
		c.restart()
	}},
}

// calls are what can fail.
var calls = []txn.Op{txn.OpShow, txn.OpScan, txn.OpQuery, txn.OpClose, txn.OpReverse, txn.OpRefund, txn.OpQueryRefund}
