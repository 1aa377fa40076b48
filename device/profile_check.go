package device

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/text/width"
)

// checker holds a profile's values against their ranges and against each other. A value that could not even be
// decoded has been reported and is left alone.
type checker struct {
	*decoder
	production bool
	draft      bool // of a profile that names key files to be sealed
}

// profile checks everything. Sections first, then what spans several.
func (c *checker) profile(p *Profile) {
	c.production = p.Environment == Production
	c.header(p)
	c.terminal(&p.Terminal)
	c.merchant(&p.Merchant)
	c.sale(&p.Sale)
	c.items(p)
	c.display(&p.Display)
	c.keypad(&p.Keypad)
	c.scanner(&p.Scanner)
	c.codes(p.Scanner.Code)
	c.printer(&p.Printer)
	c.wechat(&p.Networks.Wechat)
	c.alipay(&p.Networks.Alipay, &p.Sale)
	c.unionpay(&p.Networks.Unionpay)
	c.aggregator(&p.Networks.Aggregator)
	c.secrets(p)
	c.offline(p)
	c.backup(&p.Backup)
	c.number(at("journal.keep_days"), int64(p.Journal.KeepDays), 30, 3650, " days")
	c.defaultNetwork(p)
	c.pins(p)
	c.sharedLines(p)
}

// at turns "table.key" into the path of a lineIndex.
func at(key string) string { return strings.ReplaceAll(key, ".", pathSep) }

// fine reports whether the value of key was decoded, so that checking it makes sense.
func (c *checker) fine(path string) bool {
	for path != "" {
		if c.bad[path] {
			return false
		}
		i := strings.LastIndex(path, pathSep)
		path = path[:max(i, 0)]
	}
	return true
}

// fail reports a problem of a value, unless there is one already.
func (c *checker) fail(path, format string, args ...any) bool {
	if c.fine(path) {
		c.report(path, format, args...)
	}
	return false
}

// number checks that v lies in low…high.
func (c *checker) number(path string, v, low, high int64, unit string) bool {
	if v < low || v > high {
		return c.fail(path, "must be %d to %d%s, not %d", low, high, unit, v)
	}
	return true
}

// wait checks a duration. In the sandbox low does not hold, down to 10 ms: tests do not wait as long as people.
func (c *checker) wait(path string, v Duration, low, high time.Duration) bool {
	if !c.production {
		low = min(low, 10*time.Millisecond)
	}
	return c.span(path, v, low, high)
}

// span checks that v lies in low…high.
func (c *checker) span(path string, v Duration, low, high time.Duration) bool {
	if v.D() < low || v.D() > high {
		return c.fail(path, "must be %s to %s, not %s", short(low), short(high), short(v.D()))
	}
	return true
}

// short writes a duration without the zero parts that time.Duration.String adds: 2m, not 2m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// pattern is a regular expression that is compiled when it is first asked for: a program that checks no profile, such
// as process 1, starts without.
type pattern = func() *regexp.Regexp

func lazy(expression string) pattern {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// oneOf checks that v is one of the words that a key takes.
func (c *checker) oneOf(path, v string, words ...string) bool {
	if slices.Contains(words, v) {
		return true
	}
	hint := ""
	if near := nearest(v, words); near != "" {
		hint = "; did you mean " + strconv.Quote(near) + "?"
	}
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	return c.fail(path, "must be %s, not %s%s", either(quoted), quote(v), hint)
}

// either lists words as "a, b or c".
func either(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// text checks a text that is printed or shown: its width in columns, and that it holds no control characters,
// which would reach the paper as commands.
func (c *checker) text(path, v string, low, high int) bool {
	switch n := Columns(v); {
	case !clean(v):
		return c.fail(path, "holds a control character")
	case strings.TrimSpace(v) == "" && low > 0:
		return c.fail(path, "is required")
	case n < low || n > high:
		return c.fail(path, "must be %d to %d columns wide, not %d", low, high, n)
	}
	return true
}

// clean reports whether s holds only characters that are to be seen: no controls, no marks that turn the
// direction of writing, no line separators.
func clean(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
	}) < 0
}

// Columns returns how many columns s takes in a font of fixed width: two for a wide East Asian character, one for
// any other.
func Columns(s string) int {
	n := 0
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// file checks the name of a file or device. It is not quoted in errors: people paste keys where a key's file is
// meant.
func (c *checker) file(path, v string, required bool) bool {
	switch {
	case v == "" && required:
		return c.fail(path, "is required")
	case v == "":
		return true
	case strings.Contains(v, "-----BEGIN"):
		return c.fail(path, "must be the name of a file, not its content")
	case !clean(v):
		return c.fail(path, "holds a control character")
	case len(v) > 4095:
		return c.fail(path, "must be at most 4095 bytes long")
	}
	return true
}

// baudRates are the rates that a line can be set to, in bits a second.
var baudRates = []int{1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600}

func (c *checker) baud(path string, v int) bool {
	if slices.Contains(baudRates, v) {
		return true
	}
	return c.fail(path, "must be a standard rate (1200, 2400, 4800 … 115200 … 921600), not %d", v)
}
