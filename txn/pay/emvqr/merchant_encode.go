package emvqr

import (
	"fmt"
	"slices"
	"strings"
)

// newPayload is the most characters of a new code ("Payload Length"; bytes, where characters have several).
const newPayload = 512

// Encode writes the code. What was decoded and not changed is written as it was read; new objects follow in
// the order of their ids, before the CRC. An error is an [*Error] around one of this package's errors.
func (m *Merchant) Encode() (string, error) {
	objects, err := m.objects()
	if err != nil {
		return "", err
	}
	s, err := pack(arrange(objects, m.read), "", rootForm)
	if err != nil {
		return "", err
	}
	s += "6304"
	s += fmt.Sprintf("%04X", CRC(s))
	if len(s) > newPayload && m.read == nil {
		return "", whole(-1, ErrTooLong, "%d bytes, a code has at most %d", len(s), newPayload)
	}
	// One set of rules: what is written is what would be read.
	if _, err := decodeMerchant(s, m.read != nil); err != nil {
		return "", err
	}
	return s, nil
}

// objects returns the objects under the root without the CRC, in the order of their ids.
func (m *Merchant) objects() ([]Object, error) {
	currency, ok := byLetters[m.Amount.Currency]
	if !ok {
		return nil, &Error{"53", rootForm("53").name, -1, wrong(ErrValue, "%q is no currency of ISO 4217", m.Amount.Currency)}
	}
	objects := append([]Object{{"00", version}, {"53", currency.digits}}, from(m.texts())...)
	for _, group := range []struct {
		objects     []Object
		first, last string
	}{{m.Networks, "02", "25"}, {m.Reserved, "65", "79"}} {
		if err := within(group.objects, "", group.first, group.last); err != nil {
			return nil, err
		}
		objects = append(objects, group.objects...)
	}
	accounts, err := templates(m.Accounts, "", "26", "51")
	if err != nil {
		return nil, err
	}
	unreserved, err := templates(m.Unreserved, "", "80", "99")
	if err != nil {
		return nil, err
	}
	amounts, err := m.amounts(currency.exponent)
	if err != nil {
		return nil, err
	}
	objects = slices.Concat(objects, accounts, unreserved, amounts)
	if m.Additional != nil {
		o, err := m.Additional.object()
		if err != nil {
			return nil, err
		}
		objects = append(objects, o)
	}
	if m.Language != nil {
		o, err := m.Language.object()
		if err != nil {
			return nil, err
		}
		objects = append(objects, o)
	}
	slices.SortStableFunc(objects, byID)
	return objects, nil
}

func byID(a, b Object) int { return strings.Compare(a.ID, b.ID) }

// amounts writes what is counted. A text that was read stays while it means the same: "98." is not "98.00".
func (m *Merchant) amounts(exponent int) ([]Object, error) {
	var objects []Object
	for _, a := range []struct {
		id    string
		units int64
		read  func(string) (int64, error)
		write func(int64) (string, error)
	}{
		{"54", m.Amount.Fen, minorReader(exponent), minorWriter(exponent)},
		{"56", m.Tip.Fixed, minorReader(exponent), minorWriter(exponent)},
		{
			"57", int64(m.Tip.Percent),
			func(s string) (int64, error) { n, err := readPercent(s); return int64(n), err },
			func(n int64) (string, error) { return writePercent(int(n)) },
		},
	} {
		if a.units == 0 {
			continue
		}
		value := find(m.read, a.id)
		if n, err := a.read(value); err != nil || n != a.units {
			if value, err = a.write(a.units); err != nil {
				return nil, &Error{a.id, rootForm(a.id).name, -1, err}
			}
		}
		objects = append(objects, Object{a.id, value})
	}
	return objects, nil
}

func minorReader(exponent int) func(string) (int64, error) {
	return func(s string) (int64, error) { return readMinor(s, exponent) }
}

func minorWriter(exponent int) func(int64) (string, error) {
	return func(n int64) (string, error) { return writeMinor(n, exponent) }
}

// within checks that ids are of the range that their field stands for.
func within(objects []Object, parent, first, last string) error {
	for _, o := range objects {
		if len(o.ID) != 2 || o.ID < first || o.ID > last {
			return &Error{join(parent, o.ID), "object", -1, wrong(ErrPosition, "the id must be %s to %s here", first, last)}
		}
	}
	return nil
}

// templates writes templates as objects.
func templates(list []Template, parent, first, last string) ([]Object, error) {
	var objects []Object
	for _, t := range list {
		value, err := pack(t.Objects, join(parent, t.ID), templateForm)
		if err != nil {
			return nil, err
		}
		objects = append(objects, Object{t.ID, value})
	}
	return objects, within(objects, parent, first, last)
}

func (a *Additional) object() (Object, error) {
	system, err := templates(a.System, "62", "50", "99")
	if err != nil {
		return Object{}, err
	}
	for _, o := range a.Reserved {
		if _, known := additionalForms[o.ID]; known {
			err := wrong(ErrPosition, "it has a field of its own")
			return Object{}, &Error{join("62", o.ID), additionalForm(o.ID).name, -1, err}
		}
	}
	if err := within(a.Reserved, "62", "00", "49"); err != nil {
		return Object{}, err
	}
	objects := slices.Concat(from(a.texts()), a.Reserved, system)
	slices.SortStableFunc(objects, byID)
	value, err := pack(arrange(objects, a.read), "62", additionalForm)
	return Object{"62", value}, err
}

func (l *Language) object() (Object, error) {
	if err := within(l.Reserved, "64", "03", "99"); err != nil {
		return Object{}, err
	}
	objects := slices.Concat(from(l.texts()), l.Reserved)
	slices.SortStableFunc(objects, byID)
	value, err := pack(arrange(objects, l.read), "64", languageForm)
	return Object{"64", value}, err
}
