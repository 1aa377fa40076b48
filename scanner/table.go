package scanner

import (
	"fmt"
	"regexp"
	"slices"
)

const (
	maxRules   = 64
	maxPattern = 256  // bytes of one pattern
	maxCode    = 1024 // bytes of a text that can be a payment code
)

// Rule says which payment codes belong to a network.
type Rule struct {
	Network string // the network's name in the profile, such as "wechat"
	Pattern string // RE2 (package regexp); it must match the whole text
}

// DefaultRules gives the codes that the networks publish. The prefixes change
// over the years: the profile overrides them without new firmware.
func DefaultRules() []Rule {
	return []Rule{
		{"wechat", `^1[0-5]\d{16}$`},
		{"alipay", `^(2[5-9]|30)\d{14,22}$`},
		{"unionpay", `^62\d{17}$`},
		// EMVCo consumer-presented mode: base64 of tag 85, length 5, "CPV01".
		{"unionpay", `^hQVDUFYw[A-Za-z0-9+/]+={0,2}$`},
	}
}

// Table tells payment codes from everything else and says whose they are. It
// may be used by several goroutines.
type Table struct {
	rules []tableRule
}

type tableRule struct {
	network string
	match   *regexp.Regexp
}

// NewTable compiles rules; the first that matches decides. Up to 64 rules of
// up to 256 bytes are allowed. A pattern without anchors is given them, so
// that a code inside a longer text never passes for the text.
func NewTable(rules []Rule) (*Table, error) {
	if len(rules) > maxRules {
		return nil, fmt.Errorf("scanner: %w: %d code rules, at most %d are allowed", ErrConfig, len(rules), maxRules)
	}
	t := &Table{}
	for i, r := range rules {
		if r.Network == "" || r.Pattern == "" {
			return nil, fmt.Errorf("scanner: %w: code rule %d needs a network and a pattern", ErrConfig, i+1)
		}
		if len(r.Pattern) > maxPattern {
			return nil, fmt.Errorf("scanner: %w: code rule %d (%s): pattern of %d bytes, at most %d are allowed",
				ErrConfig, i+1, r.Network, len(r.Pattern), maxPattern)
		}
		if _, err := regexp.Compile(r.Pattern); err != nil { // by itself: `a)(b` must not pass inside our group
			return nil, fmt.Errorf("scanner: %w: code rule %d (%s): %w", ErrConfig, i+1, r.Network, err)
		}
		re, err := regexp.Compile(`\A(?:` + r.Pattern + `)\z`)
		if err != nil {
			return nil, fmt.Errorf("scanner: %w: code rule %d (%s): %w", ErrConfig, i+1, r.Network, err)
		}
		t.rules = append(t.rules, tableRule{r.Network, re})
	}
	return t, nil
}

// Classify says which network a payment code belongs to; ok is false for a
// text that is no payment code of any network in the table. A product's
// barcode (see KindOf) is none, whatever the rules say.
func (t *Table) Classify(text string) (network string, ok bool) {
	if len(text) > maxCode || isGTIN(text) {
		return "", false
	}
	i := slices.IndexFunc(t.rules, func(r tableRule) bool { return r.match.MatchString(text) })
	if i < 0 {
		return "", false
	}
	return t.rules[i].network, true
}
