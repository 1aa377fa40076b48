package secret_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"smartpos/device/secret"
)

// A secret is never shown, however it is formatted and wherever it lies.
func TestValueIsMasked(t *testing.T) {
	const text = "0123456789abcdef0123456789abcdef"
	v := secret.NewValue([]byte(text))
	type outer struct {
		Exported secret.Value
		hidden   secret.Value
		deep     *struct{ v secret.Value }
	}
	o := outer{v, v, &struct{ v secret.Value }{v}}
	var said []string
	for _, verb := range strings.Fields("%v %+v %#v %s %q %x %X %d %o %c %U %t %p") {
		for _, arg := range []any{v, &v, o, &o, []secret.Value{v}, secret.Bundle{"a": v}} {
			said = append(said, fmt.Sprintf(verb, arg))
		}
	}
	for _, arg := range []any{v, o, secret.Bundle{"a": v}} {
		text, err := json.Marshal(arg)
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", arg)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", arg)
		said = append(said, string(text), log.String())
	}
	decimal := strings.Trim(fmt.Sprint([]byte(text[:4])), "[]")
	for _, s := range said {
		for _, leak := range []string{text, hex.EncodeToString([]byte(text)), decimal, "0x30, 0x31"} {
			if strings.Contains(strings.ToLower(s), leak) {
				t.Errorf("shown: %s", s)
			}
		}
	}
	if string(v.Reveal()) != text || v.IsZero() || !(secret.Value{}).IsZero() {
		t.Error("the value does not hold its secret")
	}
}
