package device_test

import (
	"fmt"

	"smartpos/device"
)

func ExampleParseProfile() {
	_, err := device.ParseProfile("shop.toml", []byte(`version = 1

[terminal]
id = "T0000001"

[merchant]
name = "惠民便利店"

[printer]
colums = 48
dots = 576

[networks.wechat]
enabled = false
`))
	fmt.Println(err)
	// Output:
	// shop.toml:10: printer.colums: unknown key; did you mean "columns"?
	// shop.toml:11: printer.dots: must be 384 with 32 columns of 12 dots, not 576
	// shop.toml:14: networks.wechat.enabled: must be true while sale.default_network is "wechat"
}
