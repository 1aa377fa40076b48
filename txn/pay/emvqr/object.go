package emvqr

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxPayload is the most bytes of a payload that are looked at: what the largest QR code holds (version 40,
// level L, byte mode; ISO/IEC 18004 table 7).
const MaxPayload = 2953

// An Object is a data object of a merchant's code whose value is kept as it stands.
//
//	id      2 digits
//	length  2 digits: the characters of the value, not its bytes; 00 is against the specification and in use
//	value
type Object struct {
	ID    string
	Value string
}

// pack writes objects as text. parent is the path of the template that they are in, names their names.
func pack(objects []Object, parent string, names func(id string) form) (string, error) {
	var b strings.Builder
	for _, o := range objects {
		n := utf8.RuneCountInString(o.Value)
		switch {
		case len(o.ID) != 2 || !digits(o.ID):
			return "", &Error{parent, "object", -1, wrong(ErrSyntax, "the id %q is not 2 digits", o.ID)}
		case n > 99 || !utf8.ValidString(o.Value):
			err := wrong(ErrValue, "%d characters of UTF-8, at most 99 fit", n)
			return "", &Error{join(parent, o.ID), names(o.ID).name, -1, err}
		}
		fmt.Fprintf(&b, "%s%02d%s", o.ID, n, o.Value)
	}
	return b.String(), nil
}

// arrange puts objects into the order in which the same ids were read; what was not read follows.
func arrange(objects, read []Object) []Object {
	place := func(o Object) int {
		if i := slices.IndexFunc(read, func(r Object) bool { return r.ID == o.ID }); i >= 0 {
			return i
		}
		return len(read)
	}
	slices.SortStableFunc(objects, func(a, b Object) int { return place(a) - place(b) })
	return objects
}

// find returns the value of the object id, empty if there is none.
func find(objects []Object, id string) string {
	for _, o := range objects {
		if o.ID == id {
			return o.Value
		}
	}
	return ""
}

// part is an object and where it begins, in characters from the beginning of the payload.
type part struct {
	Object
	at int
}

// value is where the object's value begins.
func (p part) value() int { return p.at + 4 }

// split reads a sequence of objects and refuses ids that stand twice. parent is the path of the template that
// holds them, empty under the root, and offset is where s begins.
func split(s, parent string, offset int, names func(id string) form) ([]part, error) {
	var parts []part
	seen := map[string]bool{}
	for at := offset; s != ""; {
		fail := func(id string, kind error, format string, args ...any) error {
			return &Error{join(parent, id), names(id).name, at, wrong(kind, format, args...)}
		}
		if len(s) < 4 || !digits(s[:4]) {
			if len(s) < 4 && digits(s) {
				return nil, &Error{parent, "object", at, wrong(ErrTruncated, "%d of the 4 digits of an id and a length", len(s))}
			}
			return nil, &Error{parent, "object", at, wrong(ErrSyntax, "no id and length here")}
		}
		id, n := s[:2], int(s[2]-'0')*10+int(s[3]-'0')
		value, rest, ok := cut(s[4:], n)
		switch {
		case !ok:
			return nil, fail(id, ErrTruncated, "%d of %d characters are there", utf8.RuneCountInString(s[4:]), n)
		case seen[id]:
			return nil, fail(id, ErrDuplicate, "one of the two must go")
		}
		seen[id] = true
		parts = append(parts, part{Object{id, value}, at})
		s, at = rest, at+4+n
	}
	return parts, nil
}

// cut takes n characters off s; s is UTF-8.
func cut(s string, n int) (head, tail string, ok bool) {
	for i := range s {
		if n == 0 {
			return s[:i], s[i:], true
		}
		n--
	}
	return s, "", n == 0
}

func join(parent, id string) string {
	if parent == "" {
		return id
	}
	return parent + "." + id
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func notGraphic(r rune) bool { return !unicode.IsGraphic(r) || r == utf8.RuneError }
