package device

import (
	"errors"
	"strings"
	"testing"
)

// The sample's keypad is a console: these are the lines that make it one, and those that follow.
const (
	consoleRows = `kind = "console"
device = "console"
rows = ["GPIO0", "GPIO1", "GPIO2", "GPIO3"]`
	consoleColumns = `columns = ["GPIO4", "GPIO5", "GPIO6", "GPIO7"]
active = "low"
pulls = "internal"
settle = "20us"`
)

// badProfiles are mistakes that technicians make. Each is one edit of testdata/host.toml: old becomes fresh.
var badProfiles = []struct {
	name       string
	old, fresh string
	want       string
}{
	{"a typo", `columns = 32`, `colums = 32`,
		`host.toml:84: printer.colums: unknown key; did you mean "columns"?`},
	{"capitals", `columns = 32`, `Columns = 32`,
		`host.toml:84: printer.Columns: unknown key; did you mean "columns"?`},
	{"a hyphen", `max_amount = 5000000`, `max-amount = 5000000`,
		`host.toml:18: sale.max-amount: unknown key; did you mean "max_amount"?`},
	{"two letters swapped in a table", `[scanner]`, `[scnaner]`,
		`host.toml:61: scnaner: unknown key; did you mean "scanner"?`},
	{"a key under the wrong table", `qr = "native"`, "qr = \"native\"\nsettle = \"20us\"",
		`host.toml:87: printer.settle: unknown key; it belongs under [keypad]`},
	{"a key that nobody knows", `board = "host"`, "board = \"host\"\ncolour = \"red\"",
		`host.toml:3: colour: unknown key`},
	{"a key that would act on the screen", `board = "host"`, `"\u001b[2J" = 1`,
		`host.toml:2: "\x1b[2J": unknown key`},
	{"text for a number", `baud = 115200`, `baud = "115200"`,
		`host.toml:82: printer.baud: want a whole number, not a text`},
	{"a number for a text", `operator = "01"`, `operator = 1`,
		`host.toml:9: terminal.operator: want a text in quotes, not a whole number`},
	{"a fraction of a fen", `price = 350`, `price = 3.50`,
		`host.toml:34: item.price: want a whole number, not a number with a point`},
	{"a table for a text", `data = "data"`, `data = {dir = "data"}`,
		`host.toml:4: data: want a text in quotes, not a table`},
	{"one table for a list", `[[item]]`, `[item]`,
		`host.toml:31: item: want an array of tables, written [[item]], not a table`},
	{"a word in a list of rates", `bauds = [9600, 57600, 115200]`, "bauds = [9600,\n57600,\n\"fast\"]",
		`host.toml:67: scanner.bauds: want a whole number, not a text`},
	{"seconds without a unit", `show_expiry = "120s"`, `show_expiry = 120`,
		`host.toml:20: sale.show_expiry: want a duration in quotes such as "500ms" or "30s", not a whole number`},
	{"a duration in words", `show_expiry = "120s"`, `show_expiry = "two minutes"`,
		`host.toml:20: sale.show_expiry: want a duration in quotes such as "500ms" or "30s", not "two minutes"`},
	{"a duration too long", `show_expiry = "120s"`, `show_expiry = "1h"`,
		`host.toml:20: sale.show_expiry: must be 10ms to 5m, not 1h`},
	{"no version", `version = 1`, ``,
		`host.toml:1: version: is required: write version = 1`},
	{"a newer version", `version = 1`, `version = 2`,
		`host.toml:1: version: must be 1, which is all that this firmware knows, not 2`},
	{"no terminal id", `id = "T0000001"`, ``,
		`host.toml:6: terminal.id: is required: 1 to 8 of A–Z and 0–9`},
	{"a terminal id in small letters", `id = "T0000001"`, `id = "t0000001"`,
		`host.toml:7: terminal.id: must be 1 to 8 of A–Z and 0–9, not "t0000001"`},
	{"a terminal id too long", `id = "T0000001"`, `id = "T00000001"`,
		`host.toml:7: terminal.id: must be 1 to 8 of A–Z and 0–9, not "T00000001"`},
	{"an unknown language", `language = "zh"`, `language = "cn"`,
		`host.toml:8: terminal.language: must be "zh" or "en", not "cn"`},
	{"ESC in the shop's name", `name = "惠民便利店"`, `name = "惠民\u001b@便利店"`,
		`host.toml:12: merchant.name: holds a control character`},
	{"NUL in an item's name", `可口可乐 330ml`, `可口\u0000可乐`,
		`host.toml:33: item.name: holds a control character`},
	{"a shop's name too wide", `name = "惠民便利店"`, `name = "惠民便利店惠民便利店惠民便利店惠民便利店惠"`,
		`host.toml:12: merchant.name: must be 1 to 40 columns wide, not 42`},
	{"a blank shop's name", `name = "惠民便利店"`, `name = "  "`,
		`host.toml:12: merchant.name: is required`},
	{"the environment misspelt", `environment = "sandbox"`, `environment = "sandbx"`,
		`host.toml:3: environment: must be "sandbox" or "production", not "sandbx"; did you mean "sandbox"?`},
	{"no money at all", `max_amount = 5000000`, `max_amount = 0`,
		`host.toml:18: sale.max_amount: must be 1 to 100000000 fen, not 0`},
	{"an item dearer than the limit", `price = 350`, `price = 5000001`,
		`host.toml:34: item.price: must be at most sale.max_amount, which is 5000000 fen, not 5000001`},
	{"an item without a price", `price = 350`, ``,
		`host.toml:31: item.price: is required: in fen`},
	{"the same barcode twice", `price = 350`, "price = 350\n\n[[item]]\nbarcode = \"6901234567892\"\nname = \"x\"\nprice = 1",
		`host.toml:37: item.barcode: "6901234567892" is on line 32 already`},
	{"a barcode with a blank", `"6901234567892"`, `"690 1234"`,
		`host.toml:32: item.barcode: must be 1 to 48 printable ASCII characters without blanks, not "690 1234"`},
	{"a network that is not spoken", `default_network = "wechat"`, `default_network = "dcep"`,
		`host.toml:19: sale.default_network: must be "wechat", "alipay", "unionpay" or "aggregator", not "dcep"`},
	{"a network misspelt", `default_network = "wechat"`, `default_network = "wechatpay"`,
		`host.toml:19: sale.default_network: must be "wechat", "alipay", "unionpay" or "aggregator", not "wechatpay"; did you mean "wechat"?`},
	{"the only network disabled", `enabled = true`, `enabled = false`,
		`host.toml:99: networks.wechat.enabled: must be true while sale.default_network is "wechat"`},
	{"polling slower than the limit", `scan_limit = "45s"`, `scan_limit = "4s"`,
		"host.toml:24: sale.poll_scan: must be shorter than scan_limit, which is 4s, not 5s\nhost.toml:26: sale.reverse_after: must be shorter than scan_limit, which is 4s, not 15s"},
	{"three copies", `copies = 2`, `copies = 3`,
		`host.toml:29: sale.copies: must be 1 or 2, not 3`},
	{"a stride below the row", `stride = 0`, `stride = 640`,
		`host.toml:42: display.stride: must be 0 or at least 1280 bytes, a row of 320 pixels in xrgb8888, not 640`},
	{"an unknown pixel format", `xrgb8888`, `xrgb888`,
		`host.toml:41: display.format: must be "xrgb8888" or "rgb565", not "xrgb888"; did you mean "xrgb8888"?`},
	{"a display too small", `width = 320`, `width = 128`,
		`host.toml:39: display.width: must be 320 to 1920 pixels, not 128`},
	{"dots that do not go with the columns", `dots = 384`, `dots = 576`,
		`host.toml:85: printer.dots: must be 384 with 32 columns of 12 dots, not 576`},
	{"forty columns", `columns = 32`, `columns = 40`,
		`host.toml:84: printer.columns: must be 32 or 48, not 40`},
	{"no such rate", `baud = 115200`, `baud = 115000`,
		`host.toml:82: printer.baud: must be a standard rate (1200, 2400, 4800 … 115200 … 921600), not 115000`},
	{"hardware flow control by another name", `flow = "none"`, `flow = "rts/cts"`,
		`host.toml:83: printer.flow: must be "none", "xonxoff" or "rtscts", not "rts/cts"; did you mean "rtscts"?`},
	{"density without a dialect", `density = 0`, `density = 5`,
		`host.toml:89: printer.density: must be 0 without a dialect: add dialect = "heat", "dc2" or "epson"`},
	{"density out of the dialect's scale", "dialect = \"\"\ndensity = 0", "dialect = \"dc2\"\ndensity = 32",
		`host.toml:89: printer.density: must be 0 or 1 to 31, not 32`},
	{"a drawer on a pin that is none", `drawer = "none"`, `drawer = "pin3"`,
		`host.toml:94: printer.drawer: must be "none", "pin2" or "pin5", not "pin3"; did you mean "pin2"?`},
	{"a pulse that burns the solenoid", `drawer_pulse = "100ms"`, `drawer_pulse = "2s"`,
		`host.toml:95: printer.drawer_pulse: must be 20ms to 500ms, not 2s`},
	{"three rows", consoleRows, `kind = "matrix"
rows = ["GPIO0", "GPIO1", "GPIO2"]`,
		`host.toml:47: keypad.rows: must be 4 pins, not 3`},
	{"a pin in two places", consoleRows, `kind = "matrix"
rows = ["GPIO0", "GPIO1", "GPIO2", "GPIO4"]`,
		`host.toml:48: keypad.columns: pin GPIO4 is used by keypad.rows already`},
	{"a settle time longer than the scan", consoleRows + "\n" + consoleColumns, "kind = \"matrix\"\nsettle = \"2ms\"",
		`host.toml:47: keypad.settle: four rows of it take 8ms and must fit in scan_every, which is 5ms`},
	{"a key name that the terminal lacks", `KEY_KPENTER = "OK"`, `KEY_KPENTER = "ENTER"`,
		`host.toml:59: keypad.input.KEY_KPENTER: must be "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "CANCEL", "CLEAR", "MENU", "SCAN" or "OK", not "ENTER"`},
	{"an evdev name that is none", `KEY_KP1 = "1"`, `kp1 = "1"`,
		`host.toml:58: keypad.input.kp1: must be named like KEY_KP1, not "kp1"`},
	{"trigger mode without a pin", `mode = "command"`, `mode = "trigger"`,
		`host.toml:67: scanner.trigger: is required with mode = "trigger": a pin's name`},
	{"a plain engine in command mode", `engine = "gm65"`, `engine = "plain"`,
		`host.toml:66: scanner.mode: must be "continuous" or "trigger": a plain engine knows no commands`},
	{"a pattern that does not compile", `'^1[0-5]\d{16}$'`, `'^1[0-5\d{16}$'`,
		"host.toml:74: scanner.code.pattern: is no RE2 pattern: missing closing ]: `[0-5\\d{16}$`"},
	{"a pattern with a look-ahead", `'^1[0-5]\d{16}$'`, `'^(?=1)\d{18}$'`,
		"host.toml:74: scanner.code.pattern: is no RE2 pattern: invalid or unsupported Perl syntax: `(?=`"},
	{"a pattern without anchors", `'^1[0-5]\d{16}$'`, `'1[0-5]\d{16}'`,
		`host.toml:74: scanner.code.pattern: must begin with ^ and end with $, so that it holds for the whole code`},
	{"a rate listed twice", `[9600, 57600, 115200]`, `[9600, 57600, 9600]`,
		`host.toml:65: scanner.bauds: 9600 stands there twice`},
	{"the printer on the scanner's line", `device = "printer"`, `device = "./scanner"`,
		`host.toml:63: scanner.device: "scanner" is the line of printer.device already`},
	{"a key pasted for its file", `"wechat/apiclient_key.pem"`, `"-----BEGIN PRIVATE KEY-----MIIEvg"`,
		`host.toml:106: networks.wechat.private_key: must be the name of a file, not its content`},
	{"no merchant number", `merchant_id = "1900000001"`, ``,
		`host.toml:98: networks.wechat.merchant_id: is required: 8 to 10 digits`},
	{"a placeholder left in place", `app_id = "wxd678efh567hg6787"`, `app_id = "wx…"`,
		`host.toml:104: networks.wechat.app_id: must be wx and 1 to 30 letters or digits, not "wx…"`},
	{"a public key without its name", "public_key_id = \"PUB_KEY_ID_0119000000012024101500000000000000\"\n", "",
		`host.toml:98: networks.wechat.public_key_id: is required: PUB_KEY_ID_ and 1 to 50 letters or digits`},
	{"the next public key without its file", "public_key = \"wechat/next_pub_key.pem\"\n", "",
		`host.toml:150: networks.wechat.next.public_key: is required`},
	{"a notify address without TLS", `notify_url = "https:`, `notify_url = "http:`,
		`host.toml:110: networks.wechat.notify_url: must be like https://host/path`},
	{"a base address with a path", `https://127.0.0.1:9443`, `https://127.0.0.1:9443/v3`,
		`host.toml:101: networks.wechat.base_url: must be like https://host:port, without path or query`},
	{"production with a test server", `environment = "sandbox"`, `environment = "production"`,
		"host.toml:101: networks.wechat.base_url: is for environment = \"sandbox\" only\nhost.toml:102: networks.wechat.ca: is for environment = \"sandbox\" only\n" +
			"host.toml:115: networks.alipay.base_url: is for environment = \"sandbox\" only\nhost.toml:116: networks.alipay.ca: is for environment = \"sandbox\" only\n" +
			"host.toml:129: networks.unionpay.base_url: is for environment = \"sandbox\" only\nhost.toml:130: networks.unionpay.ca: is for environment = \"sandbox\" only\n" +
			"host.toml:143: networks.aggregator.ca: is for environment = \"sandbox\" only"},
	{"an aggregator without an address", "[networks.aggregator]\nenabled = true\nname = \"聚合支付\"\nbase_url = \"https://127.0.0.1:9443\"", "[networks.aggregator]",
		`host.toml:139: networks.aggregator.base_url: is required: like https://host, at most 200 bytes`},
	{"an aggregator without TLS", "name = \"聚合支付\"\nbase_url = \"https:", "name = \"聚合支付\"\nbase_url = \"http:",
		`host.toml:142: networks.aggregator.base_url: must be like https://host, at most 200 bytes, not "http://127.0.0.1:9443"`},
	{"an aggregator's path", "name = \"聚合支付\"\nbase_url = \"https://127.0.0.1:9443", "name = \"聚合支付\"\nbase_url = \"https://127.0.0.1:9443/agg",
		`host.toml:142: networks.aggregator.base_url: must be like https://host:port, without path or query`},
	{"no key id", "key_id = \"M-1\"", "key_id = \"M 1\"",
		`host.toml:145: networks.aggregator.key_id: must be 1 to 64 letters, digits or hyphens, not "M 1"`},
	{"no key of the platform's", "platform_key = \"aggregator/platform_pub.pem\"\n", "",
		`host.toml:139: networks.aggregator.platform_key: is required`},
	{"a WeChat merchant number for UnionPay", `"777290058110097"`, `"1900000001"`,
		`host.toml:131: networks.unionpay.merchant_id: must be 15 letters or digits, not "1900000001"`},
	{"a terminal number that is too long", `terminal_id = "00000001"`, `terminal_id = "T00000001"`,
		`host.toml:132: networks.unionpay.terminal_id: must be 8 letters or digits, not "T00000001"`},
	{"no root of UnionPay's", "root = \"unionpay/acp_root.cer\"\n", "",
		`host.toml:126: networks.unionpay.root: is required`},
	{"a notify address that is none", `notify_url = "https://pay.example.com/unionpay"`, `notify_url = "pay.example.com"`,
		`host.toml:137: networks.unionpay.notify_url: must be an http or https address of at most 255 bytes, not "pay.example.com"`},
	{"no application", `app_id = "2021000000000001"`, ``,
		`host.toml:112: networks.alipay.app_id: is required: 16 digits`},
	{"the app of another network", `app_id = "2021000000000001"`, `app_id = "wxd678efh567hg6787"`,
		`host.toml:117: networks.alipay.app_id: must be 16 digits, not "wxd678efh567hg6787"`},
	{"the merchant number of another network", `seller_id = "2088000000000001"`, `seller_id = "1900000001"`,
		`host.toml:118: networks.alipay.seller_id: must be 2088 and 12 digits, not "1900000001"`},
	{"a key pasted for Alipay's file", `"alipay/alipay_public_key.pem"`, `"-----BEGIN PUBLIC KEY-----MIIBIj"`,
		`host.toml:120: networks.alipay.public_key: must be the name of a file, not its content`},
	{"no file of the application's key", `private_key = "alipay/app_private_key.pem"`, ``,
		`host.toml:112: networks.alipay.private_key: is required`},
	{"a cancel later than the documents have it", "poll_scan = \"3s\"\nscan_limit = \"45s\"", "poll_scan = \"3s\"\nscan_limit = \"90s\"",
		`host.toml:123: networks.alipay.scan_limit: must be 10ms to 1m, not 1m30s`},
	{"a key twice", `copies = 2`, "copies = 2\ncopies = 1",
		`host.toml:30: key copies is already defined`},
	{"a quote that is not closed", `board = "host"`, `board = "host`,
		`host.toml:2: basic strings cannot have new lines`},
	{"a table twice", `[display]`, "[display]\n[display]",
		`host.toml:37: table display already exists`},
	{"a number beyond 64 bits", `price = 350`, `price = 99999999999999999999`,
		`host.toml:34: decimal number is too large to fit in a 64-bit signed integer`},
}

func TestBadProfiles(t *testing.T) {
	text := sample(t)
	for _, c := range badProfiles {
		t.Run(c.name, func(t *testing.T) {
			if strings.Count(text, c.old) == 0 {
				t.Fatalf("testdata/host.toml does not hold %q", c.old)
			}
			p, err := ParseProfile("host.toml", []byte(strings.Replace(text, c.old, c.fresh, 1)))
			if err == nil {
				t.Fatalf("it was taken")
			}
			if p != nil {
				t.Error("a refused profile came back with its error")
			}
			var all *ProfileError
			if !errors.As(err, &all) || len(all.Problems) == 0 {
				t.Fatalf("%T: %v", err, err)
			}
			if got := err.Error(); got != c.want {
				t.Errorf("says\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// A pin that two drivers drive against each other can be a short circuit: the trigger counts too.
func TestTriggerPinIsNotTheMatrix(t *testing.T) {
	text := strings.NewReplacer(`kind = "console"`, `kind = "matrix"`, `mode = "command"`, `mode = "trigger"`,
		`trigger = ""`, `trigger = "GPIO2"`).Replace(sample(t))
	_, err := ParseProfile("host.toml", []byte(text))
	const want = "host.toml:67: scanner.trigger: pin GPIO2 is used by keypad.rows already"
	if err == nil || err.Error() != want {
		t.Errorf("says %v, want %s", err, want)
	}
}
