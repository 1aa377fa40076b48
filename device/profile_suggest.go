package device

import (
	"reflect"
	"strings"
)

// nearest returns the name that key was probably meant to be, or "": the same but for case and separators, or the
// one fewest edits away, at most a third of its letters.
func nearest(key string, names []string) string {
	plain := strings.NewReplacer("-", "", "_", "", " ", "")
	best, bestDistance := "", 1+len(key)/3
	if len(key) > 64 {
		return ""
	}
	for _, name := range names {
		if strings.EqualFold(plain.Replace(key), plain.Replace(name)) {
			return name
		}
		if d := editDistance(strings.ToLower(key), name); d < bestDistance {
			best, bestDistance = name, d
		}
	}
	return best
}

// editDistance counts the insertions, deletions, substitutions and swaps of neighbours that turn a into b
// (optimal string alignment).
func editDistance(a, b string) int {
	prev2, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}

// tableOf returns the one table other than table that has a key of this name, or "": a key under the wrong
// heading is as common as a typo.
func tableOf(key, table string) string {
	found := ""
	for _, name := range schemaKeys() {
		i := strings.LastIndex(name, ".")
		if i < 0 || name[i+1:] != key || name[:i] == keyName(table) {
			continue
		}
		if found != "" {
			return ""
		}
		found = name[:i]
	}
	return found
}

// schemaKeys lists every key that a profile may have, as "table.key", in the order of the fields.
func schemaKeys() []string {
	var keys []string
	var walk func(prefix string, t reflect.Type)
	walk = func(prefix string, t reflect.Type) {
		for i := range t.NumField() {
			f := t.Field(i)
			name := f.Tag.Get("toml")
			if name == "" {
				continue
			}
			inner := f.Type
			if inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				walk(prefix+name+".", inner)
			} else {
				keys = append(keys, prefix+name)
			}
		}
	}
	walk("", reflect.TypeFor[Profile]())
	return keys
}
