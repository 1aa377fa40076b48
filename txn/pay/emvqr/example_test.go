package emvqr_test

import (
	"errors"
	"fmt"

	"smartpos/txn"
	"smartpos/txn/pay/emvqr"
)

// A shop's code for one payment of 12.50 yuan.
func ExampleMerchant_Encode() {
	m := emvqr.Merchant{
		Initiation: emvqr.Dynamic,
		Networks:   []emvqr.Object{{ID: "15", Value: "3104180052044600"}},
		Category:   "5411", Amount: txn.Yuan(1250), Country: "CN", Name: "HUIMIN STORE", City: "BEIJING",
		Additional: &emvqr.Additional{TerminalLabel: "T0000001"},
		Language:   &emvqr.Language{Language: "ZH", Name: "惠民便利店"},
	}
	s, err := m.Encode()
	fmt.Println(s, err)
	// Output:
	// 00020101021215163104180052044600520454115303156540512.505802CN5912HUIMIN STORE6007BEIJING62120708T000000164150002ZH0105惠民便利店63041D83 <nil>
}

// One digit of the amount was changed on the way.
func ExampleDecodeMerchant() {
	m, err := emvqr.DecodeMerchant("00020101021215163104180052044600520454115303156540512.50" +
		"5802CN5912HUIMIN STORE6007BEIJING62120708T000000164150002ZH0105惠民便利店63041D83")
	fmt.Println(m.Name, m.Language.Name, m.Amount, err)

	_, err = emvqr.DecodeMerchant("00020101021215163104180052044600520454115303156540502.50" +
		"5802CN5912HUIMIN STORE6007BEIJING62120708T000000164150002ZH0105惠民便利店63041D83")
	fmt.Println(errors.Is(err, emvqr.ErrCRC))
	fmt.Println(err)
	// Output:
	// HUIMIN STORE 惠民便利店 ¥12.50 <nil>
	// true
	// emvqr: 63 (CRC) at 124: wrong CRC: "1D83", the payload gives 9A30; scan the code again
}

// What a customer's phone shows is money: only Reveal gives it away.
func ExampleDecodeConsumer() {
	code := txn.NewPaymentCode("hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0MmJJWggSNFZ4kBI0WF8" +
		"gDkNBUkRIT0xERVIvRU1WXy0IcnVlc2RlZW5kIZ8QBwYBCgMAAACfJghYT9OF+iNLzJ82AgABnzcEbVjvEw==")
	c, err := emvqr.DecodeConsumer(code)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range c.Applications() {
		fmt.Println(a.AID(), a.Label(), a.PAN(), a.Value(emvqr.TagCryptogram))
	}
	// Output:
	// A0000000555555 Product1 ****3458 (8 bytes)
	// A0000000666666 Product2 ****3458 (8 bytes)
}
