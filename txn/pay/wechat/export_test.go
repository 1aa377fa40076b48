package wechat

import "time"

// Age makes a client's certificates as if they had been fetched, and a fetch been tried, that long ago.
func (c *Client) Age(d time.Duration) {
	r := c.transport.renewal
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done, r.tried = time.Now().Add(-d), time.Now().Add(-d)
}

// Of notifications, whose signature would be in a fuzzer's way.
var (
	OpenNotification = (*Client).openNotification
	OpenSealed       = openSealed
)
