package emvqr

import (
	"strings"
	"unicode/utf8"
)

// kind is what the characters of a value may be.
type kind uint8

const (
	anyText  kind = iota // S: any graphic character
	numeric              // N: digits
	special              // ans: the common character set of EMV Book 4, printable ASCII
	capitals             // ans that ISO 3166 narrows down: A–Z
	letters              // ans that ISO 639 narrows down: letters, of either case
	nested               // S that is data objects again
)

// form is the name of a data object and what its value may be; min and max are characters.
type form struct {
	name     string
	kind     kind
	min, max int
}

// check holds a value against its form. A text that came from outside may hold any graphic character where
// the specification wants the common character set: a shop's Chinese name is no reason to lose a payment.
func (f form) check(value string, decoded bool) error {
	n := utf8.RuneCountInString(value)
	switch {
	case n < f.min || n > f.max:
		if f.min == f.max {
			return wrong(ErrValue, "%d characters, must be %d", n, f.min)
		}
		return wrong(ErrValue, "%d characters, must be %d to %d", n, f.min, f.max)
	case f.kind == numeric && !digits(value):
		return wrong(ErrValue, "must be digits alone")
	case f.kind == capitals && strings.IndexFunc(value, notCapital) >= 0:
		return wrong(ErrValue, "must be capital letters alone")
	case f.kind == letters && strings.IndexFunc(strings.ToUpper(value), notCapital) >= 0:
		return wrong(ErrValue, "must be letters alone")
	case f.kind == special && !decoded && strings.IndexFunc(value, notCommon) >= 0:
		return wrong(ErrValue, "has a character outside the common character set (printable ASCII)")
	case strings.IndexFunc(value, notGraphic) >= 0:
		return wrong(ErrSyntax, "has a character that is not graphic")
	}
	return nil
}

func notCapital(r rune) bool { return r < 'A' || r > 'Z' }
func notCommon(r rune) bool  { return r < ' ' || r > '~' }

// rootForms are the objects under the root that have one id of their own ("Data Objects Under the Root of a
// QR Code"). That 62 may be empty is not the specification's but Hong Kong's: FPS codes end in 62006304….
var rootForms = map[string]form{
	"00": {"Payload Format Indicator", numeric, 2, 2},
	"01": {"Point of Initiation Method", numeric, 2, 2},
	"52": {"Merchant Category Code", numeric, 4, 4},
	"53": {"Transaction Currency", numeric, 3, 3},
	"54": {"Transaction Amount", special, 1, 13},
	"55": {"Tip or Convenience Indicator", numeric, 2, 2},
	"56": {"Value of Convenience Fee Fixed", special, 1, 13},
	"57": {"Value of Convenience Fee Percentage", special, 1, 5},
	"58": {"Country Code", capitals, 2, 2},
	"59": {"Merchant Name", special, 1, 25},
	"60": {"Merchant City", special, 1, 15},
	"61": {"Postal Code", special, 1, 10},
	"62": {"Additional Data Field Template", nested, 0, 99},
	"63": {"CRC", special, 4, 4},
	"64": {"Merchant Information - Language Template", nested, 1, 99},
}

// rootForm returns the form of the object id under the root.
func rootForm(id string) form {
	if f, ok := rootForms[id]; ok {
		return f
	}
	switch {
	case id <= "25":
		return form{"Merchant Account Information of " + network(id), special, 1, 99}
	case id <= "51":
		return form{"Merchant Account Information Template", nested, 1, 99}
	case id <= "79":
		return form{"RFU for EMVCo", anyText, 0, 99}
	}
	return form{"Unreserved Template", nested, 1, 99}
}

// network names whom the specification gives an id of 02–25 to.
func network(id string) string {
	switch id {
	case "02", "03":
		return "Visa"
	case "04", "05":
		return "Mastercard"
	case "09", "10":
		return "Discover"
	case "11", "12":
		return "Amex"
	case "13", "14":
		return "JCB"
	case "15", "16":
		return "UnionPay"
	}
	return "EMVCo (reserved)"
}

// templateForm returns the form of an object in a template that a GUID gives its meaning ("Data Objects for
// Merchant Account Information", "… for Unreserved Templates").
func templateForm(id string) form {
	if id == "00" {
		return form{"Globally Unique Identifier", special, 1, 32}
	}
	return form{"object of the template's owner", anyText, 0, 99}
}

// additionalForms are the objects of template 62 with an id of their own; 10 and 11 came with v1.1.
var additionalForms = map[string]form{
	"01": {"Bill Number", special, 1, 25},
	"02": {"Mobile Number", special, 1, 25},
	"03": {"Store Label", special, 1, 25},
	"04": {"Loyalty Number", special, 1, 25},
	"05": {"Reference Label", special, 1, 25},
	"06": {"Customer Label", special, 1, 25},
	"07": {"Terminal Label", special, 1, 25},
	"08": {"Purpose of Transaction", special, 1, 25},
	"09": {"Additional Consumer Data Request", special, 1, 3},
	"10": {"Merchant Tax ID", special, 1, 20},
	"11": {"Merchant Channel", special, 3, 3},
}

func additionalForm(id string) form {
	if f, ok := additionalForms[id]; ok {
		return f
	}
	if id >= "50" {
		return form{"Payment System Specific Template", nested, 1, 99}
	}
	return form{"RFU for EMVCo", anyText, 0, 99}
}

func languageForm(id string) form {
	switch id {
	case "00":
		return form{"Language Preference", letters, 2, 2}
	case "01":
		return form{"Merchant Name - Alternate Language", anyText, 1, 25}
	case "02":
		return form{"Merchant City - Alternate Language", anyText, 1, 15}
	}
	return form{"RFU for EMVCo", anyText, 0, 99}
}
