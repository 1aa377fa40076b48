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
	if c.oneOf(at("offline.network"), o.Network, "aggregator") && o.Answers() && !p.Networks.Aggregator.Enabled {
		c.fail(at("offline.network"), "%q has no table [networks.%s] that is enabled", o.Network, o.Network)
	}
	const table = "offline.acquirer."
	c.needed(o.Answers(), table+"page", o.Acquirer.Page, offlinePage, "like https://host/O: https, a path of capitals, digits and . / - alone")
	c.number(at(table+"key_number"), int64(o.Acquirer.KeyNumber), 0, 255, "")
	c.scheme(p)
}

// Forms of a scheme's code: those of package smartpos/txn/pay/emvqr, which writes it. What leaves the terminal as one
// character of ASCII must be one here.
var (
	schemeTemplate = lazy(`^(1[56]|2[6-9]|[34][0-9]|5[01])$`)
	schemeAccount  = lazy(`^[ -~]{1,40}$`)
	schemeGUID     = lazy(`^[ -~]{1,32}$`)
	schemeField    = lazy(`^(0[1-9]|[1-9][0-9])$`)
	schemeCategory = lazy(`^[0-9]{4}$`)
	schemeCountry  = lazy(`^[A-Z]{2}$`)
	schemeCity     = lazy(`^[ -~]{1,15}$`)
	schemeMerchant = lazy(`^[ -~]{1,25}$`)
)

// scheme checks [offline.scheme]. The merchant's English name goes into the code, where it has less room than on a slip.
func (c *checker) scheme(p *Profile) {
	const table = "offline.scheme."
	s := &p.Offline.Scheme
	on := s.Account != ""
	c.text(at(table+"name"), s.Name, 1, 8)
	if !c.match(at(table+"template"), s.Template, schemeTemplate, "15, 16, or 26 to 51") {
		return
	}
	c.needed(false, table+"account", s.Account, schemeAccount, "1 to 40 characters of printable ASCII")
	own := s.Template != "15" && s.Template != "16"
	c.needed(on && own, table+"guid", s.GUID, schemeGUID, "1 to 32 characters of printable ASCII")
	if !own && s.GUID != "" {
		c.fail(at(table+"guid"), "stands in a template 26 to 51 alone, not in %s", s.Template)
	}
	c.needed(true, table+"field", s.Field, schemeField, "01 to 99")
	c.needed(on, table+"category", s.Category, schemeCategory, "4 digits, like 5411")
	c.needed(true, table+"country", s.Country, schemeCountry, "2 capitals, like CN")
	c.needed(on, table+"city", s.City, schemeCity, "1 to 15 characters of printable ASCII")
	c.wait(at(table+"expiry"), s.Expiry, time.Minute, 30*time.Minute)
	if on && p.Offline.Enabled {
		c.needed(true, "merchant.name_en", p.Merchant.NameEn, schemeMerchant, "1 to 25 characters of printable ASCII, for the code of [offline.scheme]")
	}
	if s.Network == "" || !c.oneOf(at(table+"network"), s.Network, "unionpay") {
		return
	}
	switch {
	case own:
		c.fail(at(table+"network"), "can confirm codes of template 15 or 16 alone, not %s", s.Template)
	case on && p.Offline.Enabled && !p.Networks.Unionpay.Enabled:
		c.fail(at(table+"network"), "%q has no table [networks.%s] that is enabled", s.Network, s.Network)
	}
}
