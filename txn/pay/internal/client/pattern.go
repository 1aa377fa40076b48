package client

import (
	"regexp"
	"sync"
)

// Pattern compiles an expression when it is first asked for, and panics where it is none: a slow board would compile
// dozens before its first screen, and needs few of them there.
func Pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
