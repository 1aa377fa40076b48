package device

import (
	"fmt"
	"sort"
	"strings"
)

// maxProblems bounds how many problems one error lists: a file of another kind altogether has no end of them.
const maxProblems = 100

// Problem is one thing that is wrong in a profile.
type Problem struct {
	Line   int    // from 1; that of the table, or 1, when a key is missing
	Key    string // as "table.key"; empty when no key is meant, as with a quote that is not closed
	Reason string // for a technician, without control characters; never what should be a key file's name
}

// ProfileError is returned when a profile cannot be used. It lists every problem of the file, in the order of
// its lines, so that one pass of editing mends it.
type ProfileError struct {
	Name     string // of the file
	Problems []Problem
	More     int // problems beyond those listed
}

// Error returns one line a problem: "file:line: table.key: reason".
func (e *ProfileError) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d: ", e.Name, p.Line)
		if p.Key != "" {
			b.WriteString(p.Key + ": ")
		}
		b.WriteString(p.Reason)
	}
	if e.More > 0 {
		fmt.Fprintf(&b, "\n%s: and %d more", e.Name, e.More)
	}
	return b.String()
}

// newProfileError sorts problems by line, keeping the order of those on one line, and bounds the list; more were
// not even kept.
func newProfileError(name string, problems []Problem, more int) *ProfileError {
	sort.SliceStable(problems, func(i, j int) bool { return problems[i].Line < problems[j].Line })
	e := &ProfileError{Name: name, Problems: problems, More: more}
	if len(problems) > maxProblems {
		e.Problems, e.More = problems[:maxProblems], more+len(problems)-maxProblems
	}
	return e
}
