package device

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// decoder fills a Profile from a parsed file. It stands in for go-toml's own strict mode, which stops at the
// first wrong type, names Go's types in its errors, and takes "Baud" for "baud".
type decoder struct {
	lines    lineIndex
	problems []Problem
	more     int             // problems beyond maxKept
	bad      map[string]bool // paths that have a problem already: checks of their values would only repeat it
}

// maxKept bounds the problems that are kept for sorting: only then are the first ones known.
const maxKept = 10 * maxProblems

// report adds a problem at path.
func (d *decoder) report(path, format string, args ...any) {
	if d.bad == nil {
		d.bad = map[string]bool{}
	}
	d.bad[path] = true
	if len(d.problems) == maxKept {
		d.more++
		return
	}
	d.problems = append(d.problems, Problem{
		Line: d.lines.of(path), Key: keyName(path), Reason: fmt.Sprintf(format, args...),
	})
}

// keyName writes a path for people: without the numbers of tables in arrays, which the line tells better.
func keyName(path string) string {
	var parts []string
	for part := range strings.SplitSeq(path, pathSep) {
		if _, err := strconv.Atoi(part); err == nil && len(parts) > 0 {
			continue
		}
		parts = append(parts, printable(part))
	}
	return strings.Join(parts, ".")
}

// mostRunes bounds what an error repeats of a file.
const mostRunes = 60

// printable shortens a key or value, and escapes one with characters that are not to be seen, so that a strange
// file cannot garble the screen.
func printable(s string) string {
	cut := ""
	if r := []rune(s); len(r) > mostRunes {
		s, cut = string(r[:mostRunes]), "…"
	}
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(s) + cut
	}
	return s + cut
}

// visible escapes what is not to be seen in a message that may repeat a part of the file.
func visible(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		s = strconv.Quote(s)
		return s[1 : len(s)-1]
	}
	return s
}

// quote writes a key or value between quotes, as printable does.
func quote(s string) string {
	if p := printable(s); strings.HasPrefix(p, `"`) {
		return p
	}
	return `"` + printable(s) + `"`
}

func (d *decoder) decode(p *Profile, tree map[string]any) {
	d.table("", reflect.ValueOf(p).Elem(), tree)
}

// table fills a struct from a table.
func (d *decoder) table(path string, to reflect.Value, tree map[string]any) {
	known := map[string]int{}
	var names []string
	for i := range to.NumField() {
		if name := to.Type().Field(i).Tag.Get("toml"); name != "" {
			known[name] = i
			names = append(names, name)
		}
	}
	for _, key := range sortedKeys(tree) {
		at := join(path, key)
		if i, ok := known[key]; ok {
			d.value(at, to.Field(i), tree[key])
		} else {
			d.unknown(at, key, path, names)
		}
	}
}

func sortedKeys[V any](tree map[string]V) []string { return slices.Sorted(maps.Keys(tree)) }

// unknown reports a key that the schema does not have, with the likeliest one it has.
func (d *decoder) unknown(at, key, table string, names []string) {
	if len(d.problems) >= maxProblems { // a file of another kind: guessing what each key means takes long
		d.report(at, "unknown key")
		return
	}
	switch near, elsewhere := nearest(key, names), tableOf(key, table); {
	case near != "":
		d.report(at, "unknown key; did you mean %q?", near)
	case elsewhere != "":
		d.report(at, "unknown key; it belongs under [%s]", elsewhere)
	default:
		d.report(at, "unknown key")
	}
}

var durationType = reflect.TypeFor[Duration]()

// value fills a field from a value of the file.
func (d *decoder) value(at string, to reflect.Value, v any) {
	if to.Type() == durationType {
		d.duration(at, to, v)
		return
	}
	switch to.Kind() {
	case reflect.String:
		if s, ok := d.want(at, "a text in quotes", v).(string); ok {
			to.SetString(s)
		}
	case reflect.Bool:
		if b, ok := d.want(at, "true or false", v).(bool); ok {
			to.SetBool(b)
		}
	case reflect.Int, reflect.Int64:
		if n, ok := d.want(at, "a whole number", v).(int64); ok {
			to.SetInt(n)
		}
	case reflect.Struct:
		if m, ok := d.want(at, "a table", v).(map[string]any); ok {
			d.table(at, to, m)
		}
	case reflect.Map:
		if m, ok := d.want(at, "a table", v).(map[string]any); ok {
			d.texts(at, to, m)
		}
	case reflect.Slice:
		want := "an array"
		if to.Type().Elem().Kind() == reflect.Struct {
			want = "an array of tables, written [[" + keyName(at) + "]]"
		}
		if list, ok := d.want(at, want, v).([]any); ok {
			d.list(at, to, list)
		}
	}
}

// wants tells, for each kind that the schema has, what its values are made of in the parsed file.
var wants = map[string]reflect.Type{
	"a text in quotes": reflect.TypeFor[string](),
	"true or false":    reflect.TypeFor[bool](),
	"a whole number":   reflect.TypeFor[int64](),
	"a table":          reflect.TypeFor[map[string]any](),
}

// want returns v when it is what, and otherwise reports it and returns nil.
func (d *decoder) want(at, what string, v any) any {
	want, ok := wants[what]
	if !ok {
		want = reflect.TypeFor[[]any]()
	}
	if reflect.TypeOf(v) == want {
		return v
	}
	d.report(at, "want %s, not %s", what, kindName(v))
	return nil
}

// kindName names a parsed value's kind as TOML's own document does, not as Go does.
func kindName(v any) string {
	switch v.(type) {
	case string:
		return "a text"
	case bool:
		return "true or false"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a point"
	case map[string]any:
		return "a table"
	case []any:
		return "an array"
	case time.Time, toml.LocalDate, toml.LocalTime, toml.LocalDateTime:
		return "a date or time"
	}
	return "a value of another kind"
}

func (d *decoder) duration(at string, to reflect.Value, v any) {
	const want = `want a duration in quotes such as "500ms" or "30s"`
	s, ok := v.(string)
	if !ok {
		d.report(at, "%s, not %s", want, kindName(v))
		return
	}
	t, err := time.ParseDuration(s)
	if err != nil {
		d.report(at, "%s, not %s", want, quote(s))
		return
	}
	to.SetInt(int64(t))
}

// list fills a slice: what the file lists replaces the defaults.
func (d *decoder) list(at string, to reflect.Value, list []any) {
	out := reflect.MakeSlice(to.Type(), len(list), len(list))
	for i, v := range list {
		d.value(join(at, strconv.Itoa(i)), out.Index(i), v)
	}
	to.Set(out)
}

// texts fills a map of texts, whose keys are the technician's own.
func (d *decoder) texts(at string, to reflect.Value, tree map[string]any) {
	out := map[string]string{}
	for _, key := range sortedKeys(tree) {
		if s, ok := d.want(join(at, key), "a text in quotes", tree[key]).(string); ok {
			out[key] = s
		}
	}
	to.Set(reflect.ValueOf(out))
}
