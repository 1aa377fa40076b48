package board

import (
	"errors"
	"testing"
)

// A body is taken or refused as what makes no sense; and nothing that is taken names what does not exist.
func FuzzBody(f *testing.F) {
	for _, s := range []string{
		`{"wallet":"alipay","do":"scan-lcd"}`, `{"balance":-1}`, `{"printer":"paper-out","network":"down"}`, `{"do":"cut","at":"disk-write 7"}`,
		`{"do":"on"}{}`, `{"do":1e999}`, `[]`, `null`, "", `{"Do":"cut"}`, "{\"do\":\"\xff\"}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var phone PhoneRequest
		var faults Faults
		var power powerRequest
		for _, into := range []any{&phone, &faults, &power} {
			if err := decode(body, into); err != nil && !errors.Is(err, errBody) {
				t.Errorf("%q: %v", body, err)
			}
		}
		if err := faults.check(); err != nil && !errors.Is(err, ErrFault) {
			t.Errorf("%q: %v", body, err)
		}
		if p, err := ParsePoint(power.At); err == nil && (p.N < 1 || p.N > maxPoint) {
			t.Errorf("%q is the point %v", body, p)
		}
	})
}
