package emvqr

import "fmt"

// Tag is a BER-TLV tag of one to three bytes, 0x61 or 0x9F26.
type Tag uint32

// Tags of a consumer's code (CPM, "Application Template", "Common Data Template" and their transparent
// templates; names and formats from EMV Book 3, annex A).
const (
	TagFormat              Tag = 0x85
	TagApplication         Tag = 0x61
	TagCommon              Tag = 0x62
	TagTransparent         Tag = 0x63 // in an application template
	TagCommonTransparent   Tag = 0x64 // in the common data template
	TagAID                 Tag = 0x4f
	TagLabel               Tag = 0x50
	TagTrack2              Tag = 0x57
	TagPAN                 Tag = 0x5a
	TagCardholder          Tag = 0x5f20
	TagExpiry              Tag = 0x5f24
	TagCurrency            Tag = 0x5f2a
	TagLanguage            Tag = 0x5f2d
	TagPANSequence         Tag = 0x5f34
	TagIssuerURL           Tag = 0x5f50
	TagInterchange         Tag = 0x82
	TagTransactionDate     Tag = 0x9a
	TagTransactionType     Tag = 0x9c
	TagAmount              Tag = 0x9f02
	TagVersion             Tag = 0x9f08
	TagIssuerData          Tag = 0x9f10
	TagTokenRequestor      Tag = 0x9f19
	TagAccountReference    Tag = 0x9f24
	TagLastDigits          Tag = 0x9f25
	TagCryptogram          Tag = 0x9f26
	TagCryptogramInfo      Tag = 0x9f27
	TagTransactionCounter  Tag = 0x9f36
	TagUnpredictableNumber Tag = 0x9f37
)

// String returns the tag in hexadecimal, "9F26".
func (t Tag) String() string { return fmt.Sprintf("%02X", uint32(t)) }

// constructed reports whether the tag's value is data objects again: bit 6 of its first byte.
func (t Tag) constructed() bool {
	for t > 0xff {
		t >>= 8
	}
	return t&0x20 != 0
}

// coding is how the bytes of a value are to be read.
type coding uint8

const (
	binary     coding = iota // b
	printable                // ans, an: printable ASCII
	compressed               // cn: digits, two a byte, filled up with F
	packed                   // n: digits, two a byte
	track2                   // as cn, with a separator D
)

// tagForm is the name of a data object and what its value may be; min and max are bytes.
type tagForm struct {
	name     string
	coding   coding
	min, max int
}

var tagForms = map[Tag]tagForm{
	TagFormat:              {"Payload Format Indicator", printable, 5, 5},
	TagApplication:         {"Application Template", binary, 1, MaxPayload},
	TagCommon:              {"Common Data Template", binary, 1, MaxPayload},
	TagTransparent:         {"Application Specific Transparent Template", binary, 1, MaxPayload},
	TagCommonTransparent:   {"Common Data Transparent Template", binary, 1, MaxPayload},
	TagAID:                 {"Application Definition File (ADF) Name", binary, 5, 16},
	TagLabel:               {"Application Label", printable, 1, 16},
	TagTrack2:              {"Track 2 Equivalent Data", track2, 1, 19},
	TagPAN:                 {"Application PAN", compressed, 1, 10},
	TagCardholder:          {"Cardholder Name", printable, 2, 26},
	TagExpiry:              {"Application Expiration Date", packed, 3, 3},
	TagCurrency:            {"Transaction Currency Code", packed, 2, 2},
	TagLanguage:            {"Language Preference", printable, 2, 8},
	TagPANSequence:         {"Application PAN Sequence Number", packed, 1, 1},
	TagIssuerURL:           {"Issuer URL", printable, 1, MaxPayload},
	TagInterchange:         {"Application Interchange Profile", binary, 2, 2},
	TagTransactionDate:     {"Transaction Date", packed, 3, 3},
	TagTransactionType:     {"Transaction Type", packed, 1, 1},
	TagAmount:              {"Amount, Authorised (Numeric)", packed, 6, 6},
	TagVersion:             {"Application Version Number", binary, 2, 2},
	TagIssuerData:          {"Issuer Application Data", binary, 1, 32},
	TagTokenRequestor:      {"Token Requestor ID", packed, 6, 6},
	TagAccountReference:    {"Payment Account Reference", printable, 29, 29},
	TagLastDigits:          {"Last 4 Digits of PAN", packed, 2, 2},
	TagCryptogram:          {"Application Cryptogram", binary, 8, 8},
	TagCryptogramInfo:      {"Cryptogram Information Data", binary, 1, 1},
	TagTransactionCounter:  {"Application Transaction Counter", binary, 2, 2},
	TagUnpredictableNumber: {"Unpredictable Number", binary, 4, 4},
}

// name returns the name of the tag's data object.
func (t Tag) name() string {
	if f, ok := tagForms[t]; ok {
		return f.name
	}
	return "not of the specification"
}

// check holds a value against the tag's form. It says nothing of what the value holds.
func (t Tag) check(value []byte) error {
	f, known := tagForms[t]
	switch {
	case !known:
		return nil
	case len(value) < f.min || len(value) > f.max:
		return wrong(ErrValue, "%d bytes, must be %d to %d", len(value), f.min, f.max)
	case f.coding == printable && !ascii(value):
		return wrong(ErrValue, "must be printable ASCII")
	case f.coding == packed && !nibbles(value, packed):
		return wrong(ErrValue, "must be digits, two a byte")
	case (f.coding == compressed || f.coding == track2) && !nibbles(value, f.coding):
		return wrong(ErrValue, "must be digits, two a byte, with no more than the filling after them")
	}
	return nil
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// nibbles reports whether the half bytes of b are digits: with one F at the end to fill up where the coding
// is compressed or track2 (of cn the specification allows more), and with one D where it is track2.
func nibbles(b []byte, c coding) bool {
	separators, filling := 0, 0
	for i := range 2 * len(b) {
		n := b[i/2] >> 4
		if i%2 == 1 {
			n = b[i/2] & 0xf
		}
		switch {
		case n <= 9 && filling == 0:
		case n == 0xd && c == track2 && separators == 0 && filling == 0 && i > 0:
			separators++
		case n == 0xf && c != packed && i > 0:
			filling++
		default:
			return false
		}
	}
	return c != track2 || separators == 1
}
