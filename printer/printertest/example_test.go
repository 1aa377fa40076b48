package printertest_test

import (
	"fmt"

	"smartpos/printer/printertest"
)

func ExampleDraw() {
	paper := printertest.Draw(printertest.Config{}, []byte("\x1B@\xBB\xDD\xC3\xF1\xB1\xE3\xC0\xFB\xB5\xEA\n\x1B\x01\x1DVB\x00"))
	fmt.Print(paper.Text())
	for _, u := range paper.Unknown() {
		fmt.Println(u)
	}
	fmt.Println(paper.Image().Bounds().Dx(), "pixels wide")
	// Output:
	// 惠民便利店
	// ✂---------------
	// byte 15: 1b 01: no such command
	// 464 pixels wide
}
