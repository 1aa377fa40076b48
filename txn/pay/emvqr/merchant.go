package emvqr

import "smartpos/txn"

// Initiation says how often a merchant's code is shown (ID "01").
type Initiation string

// Points of initiation.
const (
	Static  Initiation = "11" // the same code for more than one payment
	Dynamic Initiation = "12" // a new code for each payment
)

// TipKind says what is paid beside the amount (ID "55").
type TipKind string

// Kinds of tips and fees.
const (
	NoTip      TipKind = ""
	TipAsked   TipKind = "01" // the customer is asked for a tip
	FeeFixed   TipKind = "02" // a fee of Tip.Fixed
	FeePercent TipKind = "03" // a fee of Tip.Percent
)

// Tip is what is paid beside the amount.
type Tip struct {
	Kind    TipKind
	Fixed   int64 // with FeeFixed alone: units of the minor unit of the amount's currency, more than 0
	Percent int   // with FeePercent alone: hundredths of a percent, 1–9999
}

// Ask, as a value of an object of [Additional], lets the customer's phone ask for it ("Data Objects for
// Additional Data Field Template (ID "62")").
const Ask = "***"

// Merchant is a merchant-presented code. Except where it says otherwise an empty field is an object that is
// not there.
//
// Texts are of the common character set of EMV Book 4, printable ASCII, unless they say Unicode. A decoded
// code may hold other graphic characters in them, and is written back with them.
type Merchant struct {
	Initiation Initiation
	Networks   []Object   // 02–25: accounts of the networks that have an id of their own; 15 and 16 UnionPay
	Accounts   []Template // 26–51; there must be one of Networks or Accounts
	Category   string     // merchant category code of ISO 18245, 4 digits; must be there
	Amount     txn.Money  // the currency must be there; no Fen: the customer keys the amount in
	Tip        Tip
	Country    string      // ISO 3166-1 alpha 2; must be there
	Name       string      // at most 25 characters; must be there
	City       string      // at most 15 characters; must be there
	Postal     string      // at most 10 characters
	Additional *Additional // 62
	Language   *Language   // 64
	Reserved   []Object    // 65–79: kept, not understood, never to be put into a new code
	Unreserved []Template  // 80–99

	read []Object // the objects under the root as they were decoded: their order, and the texts of amounts
}

// Template is a template whose GUID says what its other objects mean.
type Template struct {
	ID      string   // the template's own
	Objects []Object // with the GUID, in their order
}

// GUID returns the template's globally unique identifier: an AID, a UUID without hyphens or a reverse domain
// name (ID "00"), at most 32 characters.
func (t Template) GUID() string { return find(t.Objects, "00") }

// Value returns the value of the object id, empty if there is none.
func (t Template) Value(id string) string { return find(t.Objects, id) }

// Additional is the Additional Data Field Template (ID "62"). A text may be [Ask].
type Additional struct {
	BillNumber     string // 01, at most 25 characters, as all to 08
	MobileNumber   string // 02
	StoreLabel     string // 03
	LoyaltyNumber  string // 04
	ReferenceLabel string // 05
	CustomerLabel  string // 06
	TerminalLabel  string // 07
	Purpose        string // 08
	ConsumerData   string // 09, what the phone is to send: A address, M mobile number, E e-mail, each once
	TaxID          string // 10, at most 20 characters
	Channel        string // 11, 3 characters: media, location and presence of the code
	Reserved       []Object
	System         []Template // 50–99: templates of payment systems

	read []Object
}

// texts pairs the ids of the template's texts with its fields.
func (a *Additional) texts() []field {
	return []field{
		{"01", &a.BillNumber}, {"02", &a.MobileNumber}, {"03", &a.StoreLabel}, {"04", &a.LoyaltyNumber},
		{"05", &a.ReferenceLabel}, {"06", &a.CustomerLabel}, {"07", &a.TerminalLabel}, {"08", &a.Purpose},
		{"09", &a.ConsumerData}, {"10", &a.TaxID}, {"11", &a.Channel},
	}
}

// Language is the Merchant Information – Language Template (ID "64"): the merchant in its own language.
type Language struct {
	Language string // 00, ISO 639, 2 letters; must be there
	Name     string // 01, Unicode, at most 25 characters; must be there
	City     string // 02, Unicode, at most 15 characters
	Reserved []Object

	read []Object
}

func (l *Language) texts() []field {
	return []field{{"00", &l.Language}, {"01", &l.Name}, {"02", &l.City}}
}

// texts pairs the ids of the texts under the root with the fields that hold them as they stand.
func (m *Merchant) texts() []field {
	return []field{
		{"01", (*string)(&m.Initiation)}, {"52", &m.Category}, {"55", (*string)(&m.Tip.Kind)},
		{"58", &m.Country}, {"59", &m.Name}, {"60", &m.City}, {"61", &m.Postal},
	}
}

// field is a text of a struct and the id of its object.
type field struct {
	id   string
	text *string
}

// into sets the field of the object o and reports whether there is one.
func into(fields []field, o Object) bool {
	for _, f := range fields {
		if f.id == o.ID {
			*f.text = o.Value
			return true
		}
	}
	return false
}

// from returns the objects of those fields that are not empty.
func from(fields []field) []Object {
	var objects []Object
	for _, f := range fields {
		if *f.text != "" {
			objects = append(objects, Object{f.id, *f.text})
		}
	}
	return objects
}
