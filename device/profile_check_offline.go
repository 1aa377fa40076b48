package device

import "time"

var offlinePage = lazy(`^[Hh][Tt][Tt][Pp][Ss]://[0-9A-Za-z.:-]{1,120}(/[0-9A-Z./-]{0,60})?$`)

// offline checks [offline] and what the acquirer gave out. What a mode that is off lacks does not matter, and what it has
// does.
func (c *checker) offline(p *Profile) {
	o := &p.Offline
	c.number(at("offline.count"), int64(o.Count), 1, 100, "")
	if c.number(at("offline.sum"), o.Sum, 1, maxAmount, " fen") {
		c.number(at("offline.each"), o.Each, 1, o.Sum, " fen, which is offline.sum")
	}
	c.number(at("offline.code_tries"), int64(o.CodeTries), 1, 3, "")
	c.number(at("offline.mode_tries"), int64(o.ModeTries), 1, 10, "")
	c.number(at("offline.digits"), int64(o.Digits), 6, 8, "")
	c.wait(at("offline.expiry"), o.Expiry, time.Minute, 10*time.Minute)
	if c.oneOf(at("offline.network"), o.Network, "aggregator") && o.Enabled && !p.Networks.Aggregator.Enabled {
		c.fail(at("offline.network"), "%q has no table [networks.%s] that is enabled", o.Network, o.Network)
	}
	const table = "offline.acquirer."
	c.needed(o.Enabled, table+"page", o.Acquirer.Page, offlinePage, "like https://host/O: https, a path of capitals, digits and . / - alone")
	c.number(at(table+"key_number"), int64(o.Acquirer.KeyNumber), 0, 255, "")
}
