package terminal

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"smartpos/device"
	"smartpos/txn"
	"smartpos/txn/pay/emvqr"
)

// schemeProfile is the sample with [offline.scheme] changed: pairs of what stands there and what is to.
func schemeProfile(t *testing.T, changes ...string) *device.Profile {
	t.Helper()
	text, err := os.ReadFile("../../../device/testdata/host.toml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := device.ParseProfile("host.toml", []byte(strings.NewReplacer(changes...).Replace(string(text))))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSchemeCode(t *testing.T) {
	o := txn.Order{
		No: "T00000017Q3KZ9XB00000042", Amount: txn.Yuan(1250), Created: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC),
	}
	for _, tt := range []struct {
		name    string
		changes []string
		account string // as it stands in the code
	}{
		{"UnionPay", nil, "15163104180052044600"},
		{"another scheme", []string{
			`template = "15"`, `template = "29"`, `guid = ""`, `guid = "cn.example"`, `network = "unionpay"`, `network = ""`, `field = "01"`, `field = "03"`,
		}, "2934" + "0010cn.example" + "03163104180052044600"},
	} {
		s, err := newScheme(schemeProfile(t, tt.changes...))
		if err != nil {
			t.Fatal(tt.name, err)
		}
		code, err := s.Code(o)
		want := "000201010212" + tt.account + "52045411530315654" + "0512.505802CN5912HUIMIN STORE6007BEIJING" +
			"62460124T00000017Q3KZ9XB00000042" + "051420260301173000" + "6304"
		if err != nil || !strings.HasPrefix(code, want) || len(code) != len(want)+4 {
			t.Errorf("%s: %s, %v; want %s", tt.name, code, err, want)
		}
		if m, err := emvqr.DecodeMerchant(code); err != nil || m.Amount != o.Amount {
			t.Errorf("%s: %+v, %v", tt.name, m, err)
		}
	}
}

// Whatever the profile's own check takes, up to its longest, the specification takes: nothing is found out at the till.
func TestSchemeProfileFitsTheSpecification(t *testing.T) {
	long := func(n int) string { return strings.Repeat("~", n) }
	for name, changes := range map[string][]string{
		"longest": {
			`account = "3104180052044600"`, `account = "` + long(40) + `"`, `city = "BEIJING"`, `city = "` + long(15) + `"`,
			`name_en = "HUIMIN STORE"`, `name_en = "` + long(25) + `"`, `category = "5411"`, `category = "0000"`,
		},
		"longest template": {
			`template = "15"`, `template = "51"`, `account = "3104180052044600"`, `account = "` + long(40) + `"`,
			`guid = ""`, `guid = "` + long(32) + `"`, `field = "01"`, `field = "99"`, `network = "unionpay"`, `network = ""`,
		},
		"shortest": {`account = "3104180052044600"`, `account = " "`, `city = "BEIJING"`, `city = " "`, `template = "15"`, `template = "16"`},
	} {
		if _, err := newScheme(schemeProfile(t, changes...)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// There is none without an account, nor while offline codes are off.
func TestSchemeOff(t *testing.T) {
	for _, changes := range [][]string{
		{`account = "3104180052044600"`, `account = ""`}, {"[offline]\nenabled = true", "[offline]\nenabled = false"},
	} {
		p := schemeProfile(t, changes...)
		if s := openScheme(p, slog.Default()); s != nil || Config(p).Offline.Scheme.Name != "" {
			t.Errorf("%v: there is one", changes)
		}
	}
}

type brokenScheme struct{}

func (brokenScheme) Code(txn.Order) (string, error) { return "half", errors.New("no") }

// A code that can't be written is none, and the machine is told so.
func TestSchemeEffectEnds(t *testing.T) {
	order := txn.Order{No: "T0000001A0001", Amount: txn.Yuan(1250), Offline: &txn.OfflineCode{Scheme: "云闪付"}}
	for _, with := range []Schemer{nil, brokenScheme{}} {
		var log bytes.Buffer
		term := newTerminal(Ports{Scheme: with, Offline: sealer{}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		term.makeOffline(t.Context(), txn.MakeOffline{Order: order})
		if made := (<-term.events).(txn.OfflineCodeMade); made.Code != "" || made.Order != order.No {
			t.Errorf("%+v", made)
		}
		term.work.Wait()
	}
}
