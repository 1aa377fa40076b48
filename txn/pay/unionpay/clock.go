package unionpay

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"smartpos/txn"
)

// clock is UnionPay's time, as the Date of its latest verified answer told it (RFC 9110, section 6.6.1: whole seconds,
// and every answer of a server with a clock carries it). It comes over TLS from the network's own server, outside the
// signed message; it decides nothing but when a shown code ends.
//
// What is read is never ahead of the network: an answer is older when it comes than when it was dated.
type clock struct {
	now  func() time.Time // the terminal's
	mu   sync.Mutex
	date time.Time
	at   time.Time // when it came

	order txn.OrderNo // the latest to be shown
	end   time.Time   // … and its payTimeout
}

// freshFor is how long a reading is good for. A quartz that is off by 100 ppm is 4 s off after that.
const freshFor = 12 * time.Hour

var errDate = errors.New("the answer has no Date, by which a code's end is told; something between here and UnionPay takes it away")

// read takes the Date of a verified answer, if it has one.
func (c *clock) read(h http.Header) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.date, c.at = date, c.now()
}

// network returns the network's time, if a reading is fresh. It goes on with the terminal's monotonic clock, so that
// setting the other one changes nothing.
func (c *clock) network() (now time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	since := c.now().Sub(c.at)
	return c.date.Add(since), !c.date.IsZero() && since >= 0 && since < freshFor
}

// end returns the payTimeout of a shown order: what is left of its life, from the network's time on. By the terminal's own
// time a code of a clock that is ahead could be paid after everybody has given it up, since nothing closes it; and one
// of a clock that is behind would be dead when it is shown. Without a fresh reading a query asks for one first.
//
// Asked again for the same order it returns the same end: the network takes another for another request.
func (c *Client) end(ctx context.Context, o txn.Order) (time.Time, error) {
	if end, ok := c.clock.told(o.No); ok {
		return end, nil
	}
	now, ok := c.clock.network()
	if !ok {
		if _, err := c.call(ctx, txn.OpShow, o, queryPath, c.message(o, typeQuery, "00")); err != nil {
			return time.Time{}, err
		}
		if now, ok = c.clock.network(); !ok {
			_, err := fault(txn.OpShow, o, txn.FaultConfig, "", errDate)
			return time.Time{}, err
		}
	}
	end := now.Add(min(o.Expires.Sub(c.clock.now()), o.Expires.Sub(o.Created)))
	c.clock.tell(o.No, end)
	return end, nil
}

func (c *clock) told(no txn.OrderNo) (end time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.end, no == c.order
}

func (c *clock) tell(no txn.OrderNo, end time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.order, c.end = no, end
}
