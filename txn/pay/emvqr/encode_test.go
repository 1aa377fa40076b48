package emvqr_test

import (
	"errors"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/emvqr"
)

// shop returns a code with every kind of object in it.
func shop() *emvqr.Merchant {
	return &emvqr.Merchant{
		Initiation: emvqr.Dynamic,
		Networks:   []emvqr.Object{{ID: "15", Value: "3104180052044600"}},
		Accounts: []emvqr.Template{{ID: "26", Objects: []emvqr.Object{
			{ID: "00", Value: "cn.example.pay"}, {ID: "01", Value: "商户"},
		}}},
		Category: "5411", Amount: txn.Yuan(2372), Tip: emvqr.Tip{Kind: emvqr.FeePercent, Percent: 50},
		Country: "CN", Name: "HUIMIN STORE", City: "BEIJING", Postal: "100000",
		Additional: &emvqr.Additional{
			BillNumber: "B1", MobileNumber: emvqr.Ask, StoreLabel: "S1", LoyaltyNumber: "L1", ReferenceLabel: "R1",
			CustomerLabel: "C1", TerminalLabel: "T0000001", Purpose: "P1", ConsumerData: "AME", TaxID: "X1", Channel: "003",
			System: []emvqr.Template{{ID: "50", Objects: []emvqr.Object{{ID: "00", Value: "cn.example"}}}},
		},
		Language:   &emvqr.Language{Language: "ZH", Name: "惠民便利店", City: "北京"},
		Unreserved: []emvqr.Template{{ID: "80", Objects: []emvqr.Object{{ID: "00", Value: "cn.example"}}}},
	}
}

func TestEncode(t *testing.T) {
	s, err := shop().Encode()
	if err != nil {
		t.Fatal(err)
	}
	want := seal("000201" + "010212" + obj("15", "3104180052044600") + obj("26", obj("00", "cn.example.pay")+obj("01", "商户")) +
		"52045411" + "5303156" + "540523.72" + "550203" + "570500.50" + "5802CN" + obj("59", "HUIMIN STORE") +
		obj("60", "BEIJING") + obj("61", "100000") + obj("62", "0102B10203***0302S10402L10502R10602C10708T00000010802P1"+
		"0903AME1002X11103003"+obj("50", obj("00", "cn.example"))) +
		obj("64", "0002ZH"+obj("01", "惠民便利店")+obj("02", "北京")) + obj("80", obj("00", "cn.example")))
	if s != want {
		t.Errorf("wrote\n%s, want\n%s", s, want)
	}
	decode(t, s)
}

// What a change of a decoded code does: the changed object alone is written anew, what is new comes last.
func TestChange(t *testing.T) {
	m := decode(t, with("54", "98.", "62", "0502A1"))
	m.Name = "OTHER"
	m.Postal = "100000"
	m.Additional.BillNumber = "B1"
	s, err := m.Encode()
	if want := seal(plain("54", "98.", "59", "OTHER", "62", "0502A10102B1", "61", "100000")); err != nil || s != want {
		t.Errorf("wrote\n%s, %v, want\n%s", s, err, want)
	}
	m.Amount.Fen++
	if s, err = m.Encode(); err != nil || !strings.Contains(s, "540598.01") {
		t.Errorf("wrote %s, %v, want an amount of 98.01", s, err)
	}
	m.Amount = txn.Money{Currency: "CNY"}
	if s, err = m.Encode(); err != nil || strings.Contains(s, "98.") {
		t.Errorf("wrote %s, %v, want no amount", s, err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*emvqr.Merchant)
		kind   error
		path   string
	}{
		{"no currency", func(m *emvqr.Merchant) { m.Amount.Currency = "" }, emvqr.ErrValue, "53"},
		{"negative", func(m *emvqr.Merchant) { m.Amount.Fen = -1 }, emvqr.ErrValue, "54"},
		{"more than 13 characters", func(m *emvqr.Merchant) { m.Amount.Fen = 1e13 }, emvqr.ErrValue, "54"},
		{"percentage without kind", func(m *emvqr.Merchant) { m.Tip.Kind = emvqr.NoTip }, emvqr.ErrCondition, "57"},
		{"fee of nothing", func(m *emvqr.Merchant) { m.Tip = emvqr.Tip{Kind: emvqr.FeeFixed} }, emvqr.ErrMissing, "56"},
		{"more than 99.99 %", func(m *emvqr.Merchant) { m.Tip.Percent = 10000 }, emvqr.ErrValue, "57"},
		{"Chinese name outside the language template", func(m *emvqr.Merchant) { m.Name = "惠民" }, emvqr.ErrValue, "59"},
		{"no name", func(m *emvqr.Merchant) { m.Name = "" }, emvqr.ErrMissing, "59"},
		{"a network's id that is an amount's", func(m *emvqr.Merchant) {
			m.Amount.Fen, m.Networks = 0, []emvqr.Object{{ID: "54", Value: "1.00"}}
		}, emvqr.ErrPosition, "54"},
		{"an account's id that is a network's", func(m *emvqr.Merchant) { m.Accounts[0].ID = "16" }, emvqr.ErrPosition, "16"},
		{"two accounts of one id", func(m *emvqr.Merchant) { m.Accounts = append(m.Accounts, m.Accounts[0]) }, emvqr.ErrDuplicate, "26"},
		{"an id of one digit", func(m *emvqr.Merchant) { m.Accounts[0].Objects[1].ID = "1" }, emvqr.ErrSyntax, "26"},
		{"an account without GUID", func(m *emvqr.Merchant) { m.Accounts[0].Objects[0].ID = "02" }, emvqr.ErrMissing, "26.00"},
		{"a template of more than 99 characters", func(m *emvqr.Merchant) { m.Additional.ReferenceLabel = strings.Repeat("1", 25) }, emvqr.ErrValue, "62"},
		{"a value of more than 99 characters", func(m *emvqr.Merchant) { m.Name = strings.Repeat("1", 100) }, emvqr.ErrValue, "59"},
		{"not UTF-8", func(m *emvqr.Merchant) { m.Language.Name = "\xff" }, emvqr.ErrValue, "64.01"},
		{"an empty template", func(m *emvqr.Merchant) { m.Additional = &emvqr.Additional{} }, emvqr.ErrValue, "62"},
		{"a bill number among the reserved", func(m *emvqr.Merchant) {
			m.Additional = &emvqr.Additional{Reserved: []emvqr.Object{{ID: "01", Value: "x"}}}
		}, emvqr.ErrPosition, "62.01"},
		{"too much for a code", func(m *emvqr.Merchant) {
			for _, id := range []string{"27", "28", "29"} {
				m.Accounts = append(m.Accounts, emvqr.Template{ID: id, Objects: []emvqr.Object{
					{ID: "00", Value: "a"}, {ID: "01", Value: strings.Repeat("1", 90)},
				}})
			}
		}, emvqr.ErrTooLong, ""},
	} {
		m := shop()
		tt.change(m)
		s, err := m.Encode()
		var e *emvqr.Error
		if s != "" || !errors.Is(err, tt.kind) || !errors.As(err, &e) || e.Path != tt.path {
			t.Errorf("%s: %q, %v; want %v of %q", tt.name, s, err, tt.kind, tt.path)
		}
	}
}
