package device

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// networkNames are the networks that a payment code can belong to, whether the terminal serves them or not.
var networkNames = []string{"wechat", "alipay", "unionpay", "aggregator"}

func (c *checker) scanner(s *Scanner) {
	c.oneOf(at("scanner.engine"), s.Engine, "gm65", "plain", "none")
	c.file(at("scanner.device"), s.Device, s.Engine != "none")
	c.baud(at("scanner.baud"), s.Baud)
	c.bauds(s.Bauds)
	modes := c.oneOf(at("scanner.mode"), s.Mode, "command", "continuous", "trigger")
	if s.Trigger != "" {
		c.match(at("scanner.trigger"), s.Trigger, pinName, "a pin's name")
	} else if modes && s.Mode == "trigger" {
		c.fail(at("scanner.trigger"), `is required with mode = "trigger": a pin's name`)
	}
	if s.Engine == "plain" && s.Mode == "command" {
		if _, set := c.lines[at("scanner.mode")]; set {
			c.fail(at("scanner.mode"), `must be "continuous" or "trigger": a plain engine knows no commands`)
		} else {
			c.fail(at("scanner.engine"), `"plain" knows no commands: add mode = "continuous" or "trigger"`)
		}
	}
	c.span(at("scanner.trigger_pulse"), s.TriggerPulse, time.Millisecond, 5*time.Second)
	c.span(at("scanner.reread"), s.Reread, 0, 25500*time.Millisecond)
	c.number(at("scanner.max_bytes"), int64(s.MaxBytes), 32, 65536, " bytes")
}

func (c *checker) bauds(bauds []int) {
	path := at("scanner.bauds")
	if len(bauds) > 8 {
		c.fail(path, "at most 8 rates, not %d", len(bauds))
		return
	}
	for i, baud := range bauds {
		if slices.Index(bauds, baud) < i {
			c.fail(path, "%d stands there twice", baud)
			return
		}
		if !c.baud(join(path, strconv.Itoa(i)), baud) {
			return
		}
	}
}

// codes checks the table of payment codes. A pattern must hold for the whole code: one that is not anchored would
// take a product's barcode for money.
func (c *checker) codes(codes []ScannerCode) {
	path := at("scanner.code")
	if len(codes) == 0 || len(codes) > 64 {
		c.fail(path, "must be 1 to 64 rules, not %d", len(codes))
		return
	}
	for i, code := range codes {
		table := join(path, strconv.Itoa(i))
		if code.Network == "" {
			c.fail(join(table, "network"), "is required")
		} else {
			c.oneOf(join(table, "network"), code.Network, networkNames...)
		}
		c.pattern(join(table, "pattern"), code.Pattern)
	}
}

func (c *checker) pattern(path, v string) {
	switch {
	case v == "":
		c.fail(path, "is required")
	case len(v) > 256:
		c.fail(path, "must be at most 256 bytes long, not %d", len(v))
	case !strings.HasPrefix(v, "^") || !strings.HasSuffix(v, "$"):
		c.fail(path, "must begin with ^ and end with $, so that it holds for the whole code")
	default:
		if _, err := regexp.Compile(v); err != nil {
			c.fail(path, "is no RE2 pattern: %s", printable(strings.TrimPrefix(err.Error(), "error parsing regexp: ")))
		} else if regexp.MustCompile(v).MatchString("") {
			c.fail(path, "matches the empty text")
		}
	}
}
