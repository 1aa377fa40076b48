package emvqr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// version is the only Payload Format Indicator that there is.
const version = "01"

// DecodeMerchant reads a merchant-presented code. An error is an [*Error] around one of this package's errors.
func DecodeMerchant(payload string) (*Merchant, error) { return decodeMerchant(payload, true) }

// decodeMerchant reads a payload; outside says that it is not this package that made it.
func decodeMerchant(s string, outside bool) (*Merchant, error) {
	switch {
	case len(s) > MaxPayload:
		return nil, whole(-1, ErrTooLong, "%d bytes, at most %d are read", len(s), MaxPayload)
	case !utf8.ValidString(s):
		return nil, whole(-1, ErrSyntax, "not UTF-8")
	}
	parts, err := split(s, "", 0, rootForm)
	if err != nil {
		return nil, err
	}
	if err := frame(s, parts); err != nil {
		return nil, err
	}
	d := decoder{outside: outside}
	m := &Merchant{}
	for _, p := range parts {
		m.read = append(m.read, p.Object)
	}
	for _, p := range parts {
		if err := d.root(m, p); err != nil {
			return nil, err
		}
	}
	if err := d.amounts(m, parts); err != nil {
		return nil, err
	}
	if err := m.complete(parts); err != nil {
		return nil, err
	}
	return m, nil
}

// frame checks what stands around everything else: the format first, the CRC last ("Position of Data
// Objects", "CRC (ID "63")").
func frame(s string, parts []part) error {
	if len(parts) == 0 {
		return whole(-1, ErrMissing, "there is nothing")
	}
	first, last := parts[0], parts[len(parts)-1]
	for _, p := range parts[:len(parts)-1] {
		if p.ID == "63" {
			return p.wrong("", rootForm, wrong(ErrPosition, "it must be the last object"))
		}
	}
	switch {
	case first.ID != "00":
		return first.wrong("", rootForm, wrong(ErrPosition, "the payload must begin with 000201"))
	case first.Value != version:
		return first.wrong("", rootForm, wrong(ErrValue, "must be 01, other formats are not known"))
	case last.ID != "63":
		return &Error{"63", rootForm("63").name, -1, wrong(ErrMissing, "the code may be cut short")}
	case len(last.Value) != 4:
		return last.wrong("", rootForm, wrong(ErrValue, "must be 4 hexadecimal digits"))
	}
	body := strings.TrimSuffix(s, last.Value)
	if want := fmt.Sprintf("%04X", CRC(body)); last.Value != want {
		return last.wrong("", rootForm, wrong(ErrCRC, "%q, the payload gives %s; scan the code again", last.Value, want))
	}
	return nil
}

// wrong returns what is wrong with the part.
func (p part) wrong(parent string, names func(string) form, err error) error {
	return &Error{join(parent, p.ID), names(p.ID).name, p.at, err}
}

// decoder reads objects by their forms.
type decoder struct {
	outside bool // any graphic character is taken for one of the common character set
}

// root reads an object under the root, except amounts, which need the currency.
func (d decoder) root(m *Merchant, p part) (err error) {
	f := rootForm(p.ID)
	if err := f.check(p.Value, d.outside); err != nil {
		return p.wrong("", rootForm, err)
	}
	switch {
	case p.ID == "62":
		m.Additional, err = d.additional(p)
	case p.ID == "64":
		m.Language, err = d.language(p)
	case p.ID == "01" && p.Value != string(Static) && p.Value != string(Dynamic):
		return p.wrong("", rootForm, wrong(ErrValue, "must be 11 (static) or 12 (dynamic)"))
	case p.ID == "55" && p.Value != string(TipAsked) && p.Value != string(FeeFixed) && p.Value != string(FeePercent):
		return p.wrong("", rootForm, wrong(ErrValue, "must be 01, 02 or 03"))
	case into(m.texts(), p.Object), p.ID == "00", p.ID == "53", p.ID == "54", p.ID == "56", p.ID == "57", p.ID == "63":
	case p.ID <= "25":
		m.Networks = append(m.Networks, p.Object)
	case p.ID <= "51":
		m.Accounts, err = d.template(m.Accounts, "", p)
	case p.ID <= "79":
		m.Reserved = append(m.Reserved, p.Object)
	default:
		m.Unreserved, err = d.template(m.Unreserved, "", p)
	}
	return err
}

// amounts reads the currency and what is counted in it.
func (d decoder) amounts(m *Merchant, parts []part) error {
	values := map[string]part{}
	for _, p := range parts {
		values[p.ID] = p
	}
	p, ok := values["53"]
	if !ok {
		return nil // complete says so
	}
	currency, ok := byDigits[p.Value]
	if !ok {
		return p.wrong("", rootForm, wrong(ErrValue, "%q is no currency of ISO 4217", p.Value))
	}
	m.Amount.Currency = currency
	for _, a := range []struct {
		id    string
		units *int64
	}{{"54", &m.Amount.Fen}, {"56", &m.Tip.Fixed}} {
		if p, ok := values[a.id]; ok {
			n, err := readMinor(p.Value, byLetters[currency].exponent)
			if err != nil {
				return p.wrong("", rootForm, err)
			}
			*a.units = n
		}
	}
	if p, ok := values["57"]; ok {
		n, err := readPercent(p.Value)
		if err != nil {
			return p.wrong("", rootForm, err)
		}
		m.Tip.Percent = n
	}
	return nil
}

// template reads a template with a GUID and appends it to those before it.
func (d decoder) template(before []Template, parent string, p part) ([]Template, error) {
	t := Template{ID: p.ID}
	parts, err := d.objects(join(parent, p.ID), p, templateForm)
	if err != nil {
		return nil, err
	}
	for _, o := range parts {
		t.Objects = append(t.Objects, o.Object)
	}
	if t.GUID() == "" {
		return nil, &Error{join(join(parent, p.ID), "00"), templateForm("00").name, p.at, ErrMissing}
	}
	return append(before, t), nil
}

// objects reads the objects of a template and checks their forms.
func (d decoder) objects(path string, p part, names func(string) form) ([]part, error) {
	parts, err := split(p.Value, path, p.value(), names)
	if err != nil {
		return nil, err
	}
	for _, o := range parts {
		if err := names(o.ID).check(o.Value, d.outside); err != nil {
			return nil, o.wrong(path, names, err)
		}
	}
	return parts, nil
}

func (d decoder) additional(p part) (*Additional, error) {
	if p.Value == "" && !d.outside {
		return nil, p.wrong("", rootForm, wrong(ErrValue, "is empty; leave it out instead"))
	}
	parts, err := d.objects("62", p, additionalForm)
	if err != nil {
		return nil, err
	}
	a := &Additional{}
	for _, o := range parts {
		a.read = append(a.read, o.Object)
		switch {
		case o.ID == "09" && !consumerData(o.Value):
			return nil, o.wrong("62", additionalForm, wrong(ErrValue, "must be of A, M and E, each at most once"))
		case into(a.texts(), o.Object):
		case o.ID < "50":
			a.Reserved = append(a.Reserved, o.Object)
		default:
			if a.System, err = d.template(a.System, "62", o); err != nil {
				return nil, err
			}
		}
	}
	return a, nil
}

func consumerData(s string) bool {
	return strings.Trim(s, "AME") == "" &&
		strings.Count(s, "A") <= 1 && strings.Count(s, "M") <= 1 && strings.Count(s, "E") <= 1
}

func (d decoder) language(p part) (*Language, error) {
	parts, err := d.objects("64", p, languageForm)
	if err != nil {
		return nil, err
	}
	l := &Language{}
	for _, o := range parts {
		l.read = append(l.read, o.Object)
		if !into(l.texts(), o.Object) {
			l.Reserved = append(l.Reserved, o.Object)
		}
	}
	for _, f := range l.texts()[:2] {
		if *f.text == "" {
			return nil, &Error{join("64", f.id), languageForm(f.id).name, p.at, ErrMissing}
		}
	}
	return l, nil
}

// complete checks what must be there, and what only together.
func (m *Merchant) complete(parts []part) error {
	at := map[string]int{}
	for _, p := range parts {
		at[p.ID] = p.at
	}
	for _, id := range []string{"52", "53", "58", "59", "60"} {
		if _, ok := at[id]; !ok {
			return &Error{id, rootForm(id).name, -1, ErrMissing}
		}
	}
	if len(m.Networks)+len(m.Accounts) == 0 {
		return &Error{"02-51", "Merchant Account Information", -1, wrong(ErrMissing, "there must be one at least")}
	}
	for _, c := range []struct {
		id   string
		kind TipKind
	}{{"56", FeeFixed}, {"57", FeePercent}} {
		offset, there := at[c.id]
		switch {
		case there && m.Tip.Kind != c.kind:
			return &Error{c.id, rootForm(c.id).name, offset, wrong(ErrCondition, "may be there only if 55 is %s", c.kind)}
		case !there && m.Tip.Kind == c.kind:
			return &Error{c.id, rootForm(c.id).name, -1, wrong(ErrMissing, "55 is %s", c.kind)}
		}
	}
	return nil
}
