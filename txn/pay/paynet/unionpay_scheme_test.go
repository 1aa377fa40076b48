package paynet

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// schemeText writes a code of pairs of id and value, without the codec of the terminal's.
func schemeText(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&b, "%s%02d%s", pairs[i], len([]rune(pairs[i+1])), pairs[i+1])
	}
	return b.String()
}

// sealScheme adds the checksum.
func sealScheme(body string) string { return body + "6304" + schemeCRC(body+"6304") }

// schemeCode is a code of 12.50 yuan; changes replace a root object's value.
func schemeCode(no, at string, changes ...string) string {
	root := []string{
		"00", "01", "01", "12", "15", schemeAccount, "52", "5411", "53", "156", "54", "12.50", "58", "CN", "59", "HUIMIN STORE",
		"60", "BEIJING", "62", schemeText("01", no, "05", at), "64", schemeText("00", "ZH", "01", "惠民便利店"),
	}
	for i := 0; i+1 < len(changes); i += 2 {
		for k := 0; k < len(root); k += 2 {
			if root[k] == changes[i] {
				root[k+1] = changes[i+1]
			}
		}
	}
	return sealScheme(schemeText(root...))
}

// The check value of CRC-16/CCITT-FALSE, and the example of EMVCo's specification.
func TestSchemeCRC(t *testing.T) {
	if got := schemeCRC("123456789"); got != "29B1" {
		t.Errorf("CRC is %s, want 29B1", got)
	}
	const best = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT" +
		"6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A"
	if got := schemeCRC(best[:len(best)-4]); got != "A13A" {
		t.Errorf("CRC is %s, want A13A", got)
	}
}

// A code that a terminal wrote is paid once, under the order that it names, and found by number and time.
func TestSchemeCodeIsPaidUnderItsOrder(t *testing.T) {
	u := acp(t, open(t, folder(t), newClock()))
	at := u.time()
	code := schemeCode("UP00000061", at)
	u.query("UP00000061", at, "34")
	if _, err := u.phone(WeChat).Scan(code); err == nil || !strings.Contains(err.Error(), "云闪付") {
		t.Errorf("WeChat reads it: %v", err)
	}
	ph := u.phone(UnionPay)
	if !u.p.Payable(code) {
		t.Error("it can't be paid")
	}
	page, err := ph.Scan(code)
	if err != nil || page.State != PageConfirm || page.Fen != 1250 || page.Order != "UP00000061" {
		t.Fatalf("%+v, %v", page, err)
	}
	u.query("UP00000061", at, "34") // nobody has paid it
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	u.query("UP00000061", at, "00/00")
	u.query("UP00000061", u.clock.Now().Add(time.Second).In(beijing).Format(unionpayTime), "34") // another time is another order
	u.charged("UP00000061", 1, 1250)
	if _, err := ph.Scan(code); err == nil || u.p.Payable(code) {
		t.Error("it is paid twice")
	}
	u.gives(u.send(u.message("01", "07", "UP00000061", at)), "12")
	u.charged("UP00000061", 1, 1250)
}

// What is not exactly a code of the one merchant's, in time, is not paid.
func TestSchemeCodesThatAreNotTaken(t *testing.T) {
	u := acp(t, open(t, folder(t), newClock()))
	at := u.time()
	off := func(d time.Duration) string { return u.clock.Now().Add(d).In(beijing).Format(unionpayTime) }
	good := schemeCode("UP00000062", at)
	for name, code := range map[string]string{
		"another amount":       strings.Replace(good, "12.50", "02.50", 1),
		"half":                 good[:len(good)/2],
		"begin alone":          schemeForm,
		"no objects":           sealScheme("00020"),
		"an id twice":          sealScheme(strings.TrimSuffix(good[:len(good)-4], "6304") + "540512.50"),
		"another account":      schemeCode("UP00000062", at, "15", "3104180052044601"),
		"dollars":              schemeCode("UP00000062", at, "53", "840"),
		"a static code":        schemeCode("UP00000062", at, "01", "11"),
		"no amount":            schemeCode("UP00000062", at, "54", "0"),
		"an endless amount":    schemeCode("UP00000062", at, "54", "9999999999999"),
		"a third of a fen":     schemeCode("UP00000062", at, "54", "12.503"),
		"a number with a dash": schemeCode("UP-0000062", at),
		"no time":              schemeCode("UP00000062", "20261301000000"),
		"a clock that is fast": schemeCode("UP00000062", off(schemeAhead+2*time.Second)),
		"an old code":          schemeCode("UP00000062", off(-schemeLife)),
	} {
		if _, err := u.phone(UnionPay).Scan(code); err == nil || u.p.Payable(code) {
			t.Errorf("%s: it can be paid", name)
		}
	}
	if _, err := u.phone(UnionPay).Scan(good); err != nil {
		t.Fatal(err)
	}
	if _, err := u.phone(UnionPay).Scan(schemeCode("UP00000062", at, "54", "1.00")); err == nil {
		t.Error("another code of the order, with another amount, can be paid")
	}
	u.clock.Add(schemeLife)
	if _, err := u.phone(UnionPay).Scan(good); err == nil {
		t.Error("it can be paid after its time")
	}
	u.charged("UP00000062", 0, 0)
}

// Whatever a camera reads, the sandbox stands.
func FuzzSchemeCode(f *testing.F) {
	for _, s := range []string{schemeForm, "00020101021229", schemeCode("UP00000063", "20260301173000"), sealScheme("0002015999é")} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for id, v := range schemeObjects(s) {
			if len(id) != 2 || len([]rune(v)) > 99 {
				t.Errorf("%q is %q", id, v)
			}
		}
		if n := schemeFen(s); n < 0 {
			t.Errorf("%d fen", n)
		}
		u := &unionpay{p: &Paynet{opt: Options{Scale: 1}}, merchant: UnionPayMerchant{SchemeAccount: schemeAccount}}
		if _, text := u.findScheme(sealScheme(schemeForm+s), time.Now()); text == "" && !strings.Contains(s, schemeAccount) {
			t.Error("a code of another account is taken")
		}
	})
}
