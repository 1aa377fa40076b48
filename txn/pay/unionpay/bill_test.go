package unionpay

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"testing"

	"smartpos/txn/pay"
)

// packed is a file as fileContent has it.
func packed(data []byte) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(data)
	_ = z.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestUnpack(t *testing.T) {
	if got, err := unpack(packed([]byte("PK"))); string(got) != "PK" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	whole := packed([]byte("something longer than nothing"))
	for name, content := range map[string]string{
		"nothing": "", "an empty file": packed(nil), "no base64": "%", "no zlib": "AAAA", "cut short": whole[:len(whole)-8],
		"a small file that becomes a huge one": packed(make([]byte, pay.MaxBill+1)),
	} {
		if got, err := unpack(content); err == nil || got != nil {
			t.Errorf("%s: %d bytes", name, len(got))
		}
	}
}

// FuzzUnpack holds that nothing inside an answer panics or grows beyond the bound.
func FuzzUnpack(f *testing.F) {
	f.Add(packed([]byte("PK")))
	f.Add("eJwDAAAAAAE=")
	f.Fuzz(func(t *testing.T, content string) {
		if got, err := unpack(content); (err == nil) != (len(got) > 0) || len(got) > pay.MaxBill {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}
