package device

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestDocument holds docs/board-profile.md to the code: it names every key under its table and no other, and gives
// each the default that it has.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../docs/board-profile.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	table := ""
	heading := regexp.MustCompile(`^## \[+([a-z_.]+)\]+$`)
	row := regexp.MustCompile("^\\| `([a-z0-9_]+)` \\|.*\\| ([^|]+) \\|$")
	for line := range strings.SplitSeq(string(text), "\n") {
		if m := heading.FindStringSubmatch(line); m != nil {
			table = m[1] + "."
		} else if m := row.FindStringSubmatch(line); m != nil {
			documented[table+m[1]] = m[2]
		}
	}
	defaults := DefaultProfile()
	n := &defaults.Networks
	n.Wechat.Enabled, n.Alipay.Enabled, n.Unionpay.Enabled, n.Aggregator.Enabled = true, true, true, true // as soon as the tables are there
	for _, key := range schemaKeys() {
		got, ok := documented[key]
		delete(documented, key)
		want := literal(reflect.ValueOf(defaults).Elem(), strings.Split(key, "."))
		switch {
		case !ok:
			t.Errorf("the document does not name %s", key)
		case got == "required" && want != "" && want != "`\"\"`" && want != "`0`":
			t.Errorf("the document calls %s required, but it is %s by default", key, want)
		case got != "required" && got != want:
			t.Errorf("the document says that %s is %s by default, but it is %s", key, got, want)
		}
	}
	for key := range documented {
		t.Errorf("the document names %s, which does not exist", key)
	}
	if !strings.Contains(string(text), "```toml\n"+sample(t)+"```\n") {
		t.Error("the document's profile is not testdata/host.toml")
	}
}

// literal writes the value of a key as the document does, or "" for a key of a list's tables.
func literal(v reflect.Value, key []string) string {
	for _, name := range key {
		if v.Kind() == reflect.Slice {
			return ""
		}
		field := -1
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("toml") == name {
				field = i
			}
		}
		v = v.Field(field)
	}
	if v.Kind() == reflect.Map {
		return "none"
	}
	return "`" + element(v) + "`"
}

// element writes one value as TOML does.
func element(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case Duration:
		if x.D() >= time.Second {
			return fmt.Sprintf(`"%ds"`, x.D()/time.Second)
		}
		return `"` + strings.Replace(x.String(), "µ", "u", 1) + `"`
	case []int, []string:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = element(v.Index(i))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if v.Kind() == reflect.String {
		return `"` + v.String() + `"`
	}
	return fmt.Sprint(v.Interface())
}
