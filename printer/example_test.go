package printer_test

import (
	"context"
	"errors"
	"fmt"
	"net"

	"smartpos/printer"
	"smartpos/printer/printertest"
)

func ExampleModel_Encode() {
	var r printer.Receipt
	r.Add(
		printer.Text{S: "惠民便利店", Align: printer.Center},
		printer.Pair{Left: "可口可乐 330ml", Right: "¥3.50"},
		printer.Rule{},
		printer.Text{S: "谢谢\x1B@惠顾"}, // a name with a printer command in it
	)
	data, err := printer.Model{}.Encode(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(printertest.Draw(printertest.Config{}, data).Text())
	// Output:
	//            惠民便利店
	// 可口可乐 330ml            ￥3.50
	// --------------------------------
	// 谢谢〓@惠顾
}

func ExampleDriver_Print() {
	host, device := net.Pipe() // the terminal's serial line, and the cable's other end
	p := printertest.New(printertest.Config{})
	go p.Serve(context.Background(), device)
	defer host.Close()

	d := printer.New(pipeLine{host}, printer.Model{}, printer.Options{Name: "till printer"})
	slip := printer.Receipt{Elements: []printer.Element{printer.Text{S: "实付 ¥12.34"}}}
	fmt.Println(d.Print(context.Background(), slip))

	p.Set(printertest.CoverOpen)
	err := d.Print(context.Background(), slip)
	var fault *printer.Fault
	if errors.As(err, &fault) && fault.Cause == printer.CoverOpen && fault.Extent == printer.NothingPrinted {
		fmt.Println(fault)
	}
	// Output:
	// <nil>
	// till printer: status: cover open; nothing was printed
}
