package scanner

import "fmt"

// Kind is what a text that was read stands for.
type Kind uint8

// The kinds of a read.
const (
	Other   Kind = iota // a link, a receipt's QR, a misread barcode: nothing to sell or pay with
	Payment             // a customer's payment code
	Product             // a product's barcode
)

func (k Kind) String() string {
	switch k {
	case Other:
		return "other"
	case Payment:
		return "payment"
	case Product:
		return "product"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Kind sorts a text, and names the network of a payment code.
//
// A number of 8, 12, 13 or 14 digits with a right check digit is a product
// (EAN-8, UPC-A, EAN-13, ITF-14) and never a payment code, whatever the rules
// say; with a wrong one it is Other, since it was misread or is something else.
// A text that a rule matches is a payment code and never a product. Of what is
// left, a text that a one-dimensional barcode can hold is a product (shops
// print their own in Code 39 and Code 128): 1 to 48 capital letters, digits
// and `-._/+$%`, but not a number of 15 digits or more, which may be the
// payment code of a network that the table lacks, and must not pass for goods.
func (t *Table) Kind(text string) (kind Kind, network string) {
	if isGTIN(text) {
		return Product, ""
	}
	if network, ok := t.Classify(text); ok {
		return Payment, network
	}
	if isShopCode(text) {
		return Product, ""
	}
	return Other, ""
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func gtinLength(n int) bool { return n == 8 || n == 12 || n == 13 || n == 14 }

// isGTIN says whether s is a GS1 item number with a right check digit (GS1
// General Specifications 7.9: weights 3, 1, 3 … from the right).
func isGTIN(s string) bool {
	if !gtinLength(len(s)) || !digits(s) {
		return false
	}
	sum, weight := 0, 1
	for i := len(s) - 1; i >= 0; i-- {
		sum += weight * int(s[i]-'0')
		weight = 4 - weight
	}
	return sum%10 == 0
}

func isShopCode(s string) bool {
	const longest, longestNumber = 48, 14
	if len(s) == 0 || len(s) > longest {
		return false
	}
	if digits(s) {
		return len(s) <= longestNumber && !gtinLength(len(s))
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '-', c == '.', c == '_', c == '/', c == '+', c == '$', c == '%':
		default:
			return false
		}
	}
	return true
}
