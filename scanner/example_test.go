package scanner_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"smartpos/device/devicetest"
	"smartpos/scanner"
	"smartpos/scanner/scannertest"
)

// A till with a GM65: a bottle, its twin, and the customer's payment code.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	line, end := devicetest.NewLine()
	camera := scannertest.New(scannertest.Config{HostBaud: end.Baud})
	go camera.Serve(ctx, end)

	table, err := scanner.NewTable(scanner.DefaultRules())
	if err != nil {
		fmt.Println(err)
		return
	}
	engine, err := scanner.Open(line, scanner.Config{Protocol: scanner.GM65})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	if err := engine.Start(ctx); err != nil {
		fmt.Println(err)
		return
	}
	for _, code := range []string{"6901234567892", "6901234567892", "134567890123456789", "\x1b@\x00"} {
		camera.Present(code)
	}
	for range 4 {
		read, err := engine.Next(ctx)
		var bad *scanner.BadReadError
		if errors.As(err, &bad) {
			fmt.Println(bad)
			continue
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		switch kind, network := table.Kind(read.Text); kind {
		case scanner.Payment:
			fmt.Println("pay with", network)
		case scanner.Product:
			fmt.Println("sell", read.Text)
		default:
			fmt.Println("no code for this till")
		}
	}
	// Output:
	// sell 6901234567892
	// sell 6901234567892
	// pay with wechat
	// scanner: bad read: control bytes in it (3 bytes)
}

// The table of payment codes is the profile's: a new prefix needs no firmware.
func ExampleTable_Classify() {
	rules := append(scanner.DefaultRules(), scanner.Rule{Network: "aggregator", Pattern: `01\d{17}`})
	table, err := scanner.NewTable(rules)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, code := range []string{"6220835931895481436", "0112345678901234567", "6901234567892"} {
		fmt.Println(table.Classify(code))
	}
	// Output:
	// unionpay true
	// aggregator true
	//  false
}
