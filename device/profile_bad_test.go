package device

import (
	"errors"
	"regexp"
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
		`host.toml: printer.colums: unknown key; did you mean "columns"?`},
	{"capitals", `columns = 32`, `Columns = 32`,
		`host.toml: printer.Columns: unknown key; did you mean "columns"?`},
	{"a hyphen", `max_amount = 5000000`, `max-amount = 5000000`,
		`host.toml: sale.max-amount: unknown key; did you mean "max_amount"?`},
	{"two letters swapped in a table", `[scanner]`, `[scnaner]`,
		`host.toml: scnaner: unknown key; did you mean "scanner"?`},
	{"a key under the wrong table", `qr = "native"`, "qr = \"native\"\nsettle = \"20us\"",
		`host.toml: printer.settle: unknown key; it belongs under [keypad]`},
	{"a key that nobody knows", `board = "host"`, "board = \"host\"\ncolour = \"red\"",
		`host.toml: colour: unknown key`},
	{"a key that would act on the screen", `board = "host"`, `"\u001b[2J" = 1`,
		`host.toml: "\x1b[2J": unknown key`},
	{"text for a number", `baud = 115200`, `baud = "115200"`,
		`host.toml: printer.baud: want a whole number, not a text`},
	{"a number for a text", `operator = "01"`, `operator = 1`,
		`host.toml: terminal.operator: want a text in quotes, not a whole number`},
	{"a fraction of a fen", `price = 350`, `price = 3.50`,
		`host.toml: item.price: want a whole number, not a number with a point`},
	{"a table for a text", `data = "data"`, `data = {dir = "data"}`,
		`host.toml: data: want a text in quotes, not a table`},
	{"one table for a list", `[[item]]`, `[item]`,
		`host.toml: item: want an array of tables, written [[item]], not a table`},
	{"a word in a list of rates", `bauds = [9600, 57600, 115200]`, "bauds = [9600,\n57600,\n\"fast\"]",
		`host.toml: scanner.bauds: want a whole number, not a text`},
	{"seconds without a unit", `show_expiry = "120s"`, `show_expiry = 120`,
		`host.toml: sale.show_expiry: want a duration in quotes such as "500ms" or "30s", not a whole number`},
	{"a duration in words", `show_expiry = "120s"`, `show_expiry = "two minutes"`,
		`host.toml: sale.show_expiry: want a duration in quotes such as "500ms" or "30s", not "two minutes"`},
	{"a duration too long", `show_expiry = "120s"`, `show_expiry = "1h"`,
		`host.toml: sale.show_expiry: must be 10ms to 5m, not 1h`},
	{"no version", `version = 1`, ``,
		`host.toml: version: is required: write version = 1`},
	{"a newer version", `version = 1`, `version = 2`,
		`host.toml: version: must be 1, which is all that this firmware knows, not 2`},
	{"no terminal id", `id = "T0000001"`, ``,
		`host.toml: terminal.id: is required: 1 to 8 of A–Z and 0–9`},
	{"a terminal id in small letters", `id = "T0000001"`, `id = "t0000001"`,
		`host.toml: terminal.id: must be 1 to 8 of A–Z and 0–9, not "t0000001"`},
	{"a terminal id too long", `id = "T0000001"`, `id = "T00000001"`,
		`host.toml: terminal.id: must be 1 to 8 of A–Z and 0–9, not "T00000001"`},
	{"an unknown language", `language = "zh"`, `language = "cn"`,
		`host.toml: terminal.language: must be "zh" or "en", not "cn"`},
	{"ESC in the shop's name", `name = "惠民便利店"`, `name = "惠民\u001b@便利店"`,
		`host.toml: merchant.name: holds a control character`},
	{"NUL in an item's name", `可口可乐 330ml`, `可口\u0000可乐`,
		`host.toml: item.name: holds a control character`},
	{"a shop's name too wide", `name = "惠民便利店"`, `name = "惠民便利店惠民便利店惠民便利店惠民便利店惠"`,
		`host.toml: merchant.name: must be 1 to 40 columns wide, not 42`},
	{"a blank shop's name", `name = "惠民便利店"`, `name = "  "`,
		`host.toml: merchant.name: is required`},
	{"the environment misspelt", `environment = "sandbox"`, `environment = "sandbx"`,
		`host.toml: environment: must be "sandbox" or "production", not "sandbx"; did you mean "sandbox"?`},
	{"no money at all", `max_amount = 5000000`, `max_amount = 0`,
		`host.toml: sale.max_amount: must be 1 to 100000000 fen, not 0`},
	{"an item dearer than the limit", `price = 350`, `price = 5000001`,
		`host.toml: item.price: must be at most sale.max_amount, which is 5000000 fen, not 5000001`},
	{"an item without a price", `price = 350`, ``,
		`host.toml: item.price: is required: in fen`},
	{"the same barcode twice", `price = 350`, "price = 350\n\n[[item]]\nbarcode = \"6901234567892\"\nname = \"x\"\nprice = 1",
		`host.toml: item.barcode: "6901234567892" is on line … already`},
	{"a barcode with a blank", `"6901234567892"`, `"690 1234"`,
		`host.toml: item.barcode: must be 1 to 48 printable ASCII characters without blanks, not "690 1234"`},
	{"a network that is not spoken", `default_network = "wechat"`, `default_network = "dcep"`,
		`host.toml: sale.default_network: must be "wechat", "alipay", "unionpay" or "aggregator", not "dcep"`},
	{"a network misspelt", `default_network = "wechat"`, `default_network = "wechatpay"`,
		`host.toml: sale.default_network: must be "wechat", "alipay", "unionpay" or "aggregator", not "wechatpay"; did you mean "wechat"?`},
	{"the only network disabled", `enabled = true`, `enabled = false`,
		`host.toml: networks.wechat.enabled: must be true while sale.default_network is "wechat"`},
	{"polling slower than the limit", `scan_limit = "45s"`, `scan_limit = "4s"`,
		"host.toml: sale.poll_scan: must be shorter than scan_limit, which is 4s, not 5s\nhost.toml: sale.reverse_after: must be shorter than scan_limit, which is 4s, not 15s"},
	{"three copies", `copies = 2`, `copies = 3`,
		`host.toml: sale.copies: must be 1 or 2, not 3`},
	{"a stride below the row", `stride = 0`, `stride = 640`,
		`host.toml: display.stride: must be 0 or at least 1280 bytes, a row of 320 pixels in xrgb8888, not 640`},
	{"an unknown pixel format", `xrgb8888`, `xrgb888`,
		`host.toml: display.format: must be "xrgb8888" or "rgb565", not "xrgb888"; did you mean "xrgb8888"?`},
	{"a display too small", `width = 320`, `width = 128`,
		`host.toml: display.width: must be 320 to 1920 pixels, not 128`},
	{"dots that do not go with the columns", `dots = 384`, `dots = 576`,
		`host.toml: printer.dots: must be 384 with 32 columns of 12 dots, not 576`},
	{"forty columns", `columns = 32`, `columns = 40`,
		`host.toml: printer.columns: must be 32 or 48, not 40`},
	{"no such rate", `baud = 115200`, `baud = 115000`,
		`host.toml: printer.baud: must be a standard rate (1200, 2400, 4800 … 115200 … 921600), not 115000`},
	{"hardware flow control by another name", `flow = "none"`, `flow = "rts/cts"`,
		`host.toml: printer.flow: must be "none", "xonxoff" or "rtscts", not "rts/cts"; did you mean "rtscts"?`},
	{"density without a dialect", `density = 0`, `density = 5`,
		`host.toml: printer.density: must be 0 without a dialect: add dialect = "heat", "dc2" or "epson"`},
	{"density out of the dialect's scale", "dialect = \"\"\ndensity = 0", "dialect = \"dc2\"\ndensity = 32",
		`host.toml: printer.density: must be 0 or 1 to 31, not 32`},
	{"a drawer on a pin that is none", `drawer = "none"`, `drawer = "pin3"`,
		`host.toml: printer.drawer: must be "none", "pin2" or "pin5", not "pin3"; did you mean "pin2"?`},
	{"a pulse that burns the solenoid", `drawer_pulse = "100ms"`, `drawer_pulse = "2s"`,
		`host.toml: printer.drawer_pulse: must be 20ms to 500ms, not 2s`},
	{"the secret half of the recovery key", `recovery_key = ""`, `recovery_key = "AGE-SECRET-KEY-1QQQQ"`,
		`host.toml: backup.recovery_key: must be age1 and 58 characters, the public half of the shop's recovery key`},
	{"backups that nobody could open", `folder = ""`, `folder = "/mnt/stick"`,
		`host.toml: backup.recovery_key: is required with backup.folder: nothing leaves the terminal in clear`},
	{"three rows", consoleRows, `kind = "matrix"
rows = ["GPIO0", "GPIO1", "GPIO2"]`,
		`host.toml: keypad.rows: must be 4 pins, not 3`},
	{"a pin in two places", consoleRows, `kind = "matrix"
rows = ["GPIO0", "GPIO1", "GPIO2", "GPIO4"]`,
		`host.toml: keypad.columns: pin GPIO4 is used by keypad.rows already`},
	{"a settle time longer than the scan", consoleRows + "\n" + consoleColumns, "kind = \"matrix\"\nsettle = \"2ms\"",
		`host.toml: keypad.settle: four rows of it take 8ms and must fit in scan_every, which is 5ms`},
	{"a key name that the terminal lacks", `KEY_KPENTER = "OK"`, `KEY_KPENTER = "ENTER"`,
		`host.toml: keypad.input.KEY_KPENTER: must be "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "CANCEL", "CLEAR", "MENU", "SCAN" or "OK", not "ENTER"`},
	{"an evdev name that is none", `KEY_KP1 = "1"`, `kp1 = "1"`,
		`host.toml: keypad.input.kp1: must be named like KEY_KP1, not "kp1"`},
	{"trigger mode without a pin", `mode = "command"`, `mode = "trigger"`,
		`host.toml: scanner.trigger: is required with mode = "trigger": a pin's name`},
	{"a plain engine in command mode", `engine = "gm65"`, `engine = "plain"`,
		`host.toml: scanner.mode: must be "continuous" or "trigger": a plain engine knows no commands`},
	{"a pattern that does not compile", `'^1[0-5]\d{16}$'`, `'^1[0-5\d{16}$'`,
		"host.toml: scanner.code.pattern: is no RE2 pattern: missing closing ]: `[0-5\\d{16}$`"},
	{"a pattern with a look-ahead", `'^1[0-5]\d{16}$'`, `'^(?=1)\d{18}$'`,
		"host.toml: scanner.code.pattern: is no RE2 pattern: invalid or unsupported Perl syntax: `(?=`"},
	{"a pattern without anchors", `'^1[0-5]\d{16}$'`, `'1[0-5]\d{16}'`,
		`host.toml: scanner.code.pattern: must begin with ^ and end with $, so that it holds for the whole code`},
	{"a rate listed twice", `[9600, 57600, 115200]`, `[9600, 57600, 9600]`,
		`host.toml: scanner.bauds: 9600 stands there twice`},
	{"the printer on the scanner's line", `device = "printer"`, `device = "./scanner"`,
		`host.toml: scanner.device: "scanner" is the line of printer.device already`},
	{"a key pasted for its file", `"wechat/apiclient_key.pem"`, `"-----BEGIN PRIVATE KEY-----MIIEvg"`,
		`host.toml: networks.wechat.private_key: must be the name of a file, not its content`},
	{"no merchant number", `merchant_id = "1900000001"`, ``,
		`host.toml: networks.wechat.merchant_id: is required: 8 to 10 digits`},
	{"a placeholder left in place", `app_id = "wxd678efh567hg6787"`, `app_id = "wx…"`,
		`host.toml: networks.wechat.app_id: must be wx and 1 to 30 letters or digits, not "wx…"`},
	{"a public key without its name", "public_key_id = \"PUB_KEY_ID_0119000000012024101500000000000000\"\n", "",
		`host.toml: networks.wechat.public_key_id: is required: PUB_KEY_ID_ and 1 to 50 letters or digits`},
	{"the next public key without its file", "public_key = \"wechat/next_pub_key.pem\"\n", "",
		`host.toml: networks.wechat.next.public_key: is required`},
	{"a notify address without TLS", `notify_url = "https:`, `notify_url = "http:`,
		`host.toml: networks.wechat.notify_url: must be like https://host/path`},
	{"a base address with a path", `https://127.0.0.1:9443`, `https://127.0.0.1:9443/v3`,
		`host.toml: networks.wechat.base_url: must be like https://host:port, without path or query`},
	{"production with a test server", `environment = "sandbox"`, `environment = "production"`,
		"host.toml: networks.wechat.base_url: is for environment = \"sandbox\" only\nhost.toml: networks.wechat.ca: is for environment = \"sandbox\" only\n" +
			"host.toml: networks.alipay.base_url: is for environment = \"sandbox\" only\nhost.toml: networks.alipay.ca: is for environment = \"sandbox\" only\n" +
			"host.toml: networks.unionpay.base_url: is for environment = \"sandbox\" only\nhost.toml: networks.unionpay.ca: is for environment = \"sandbox\" only\n" +
			"host.toml: networks.aggregator.ca: is for environment = \"sandbox\" only\n" +
			"host.toml: secrets.store: is required in production: the file of the board's device secret, see docs/secrets.md\nhost.toml: secrets.sealed: is required in production: seal the keys with pos seal"},
	{"an aggregator without an address", "[networks.aggregator]\nenabled = true\nname = \"聚合支付\"\nbase_url = \"https://127.0.0.1:9443\"", "[networks.aggregator]",
		`host.toml: networks.aggregator.base_url: is required: like https://host, at most 200 bytes`},
	{"an aggregator without TLS", "name = \"聚合支付\"\nbase_url = \"https:", "name = \"聚合支付\"\nbase_url = \"http:",
		`host.toml: networks.aggregator.base_url: must be like https://host, at most 200 bytes, not "http://127.0.0.1:9443"`},
	{"an aggregator's path", "name = \"聚合支付\"\nbase_url = \"https://127.0.0.1:9443", "name = \"聚合支付\"\nbase_url = \"https://127.0.0.1:9443/agg",
		`host.toml: networks.aggregator.base_url: must be like https://host:port, without path or query`},
	{"no key id", "key_id = \"M-1\"", "key_id = \"M 1\"",
		`host.toml: networks.aggregator.key_id: must be 1 to 64 letters, digits or hyphens, not "M 1"`},
	{"no key of the platform's", "platform_key = \"aggregator/platform_pub.pem\"\n", "",
		`host.toml: networks.aggregator.platform_key: is required`},
	{"a WeChat merchant number for UnionPay", `"777290058110097"`, `"1900000001"`,
		`host.toml: networks.unionpay.merchant_id: must be 15 letters or digits, not "1900000001"`},
	{"a terminal number that is too long", `terminal_id = "00000001"`, `terminal_id = "T00000001"`,
		`host.toml: networks.unionpay.terminal_id: must be 8 letters or digits, not "T00000001"`},
	{"no root of UnionPay's", "root = \"unionpay/acp_root.cer\"\n", "",
		`host.toml: networks.unionpay.root: is required`},
	{"a notify address that is none", `notify_url = "https://pay.example.com/unionpay"`, `notify_url = "pay.example.com"`,
		`host.toml: networks.unionpay.notify_url: must be an http or https address of at most 255 bytes, not "pay.example.com"`},
	{"no application", `app_id = "2021000000000001"`, ``,
		`host.toml: networks.alipay.app_id: is required: 16 digits`},
	{"the app of another network", `app_id = "2021000000000001"`, `app_id = "wxd678efh567hg6787"`,
		`host.toml: networks.alipay.app_id: must be 16 digits, not "wxd678efh567hg6787"`},
	{"the merchant number of another network", `seller_id = "2088000000000001"`, `seller_id = "1900000001"`,
		`host.toml: networks.alipay.seller_id: must be 2088 and 12 digits, not "1900000001"`},
	{"a key pasted for Alipay's file", `"alipay/alipay_public_key.pem"`, `"-----BEGIN PUBLIC KEY-----MIIBIj"`,
		`host.toml: networks.alipay.public_key: must be the name of a file, not its content`},
	{"no file of the application's key", `private_key = "alipay/app_private_key.pem"`, ``,
		`host.toml: networks.alipay.private_key: is required`},
	{"a cancel later than the documents have it", "poll_scan = \"3s\"\nscan_limit = \"45s\"", "poll_scan = \"3s\"\nscan_limit = \"90s\"",
		`host.toml: networks.alipay.scan_limit: must be 10ms to 1m, not 1m30s`},
	{"four tries of a code", `code_tries = 3`, `code_tries = 4`,
		`host.toml: offline.code_tries: must be 1 to 3, not 4`},
	{"eleven tries in all", `mode_tries = 10`, `mode_tries = 11`,
		`host.toml: offline.mode_tries: must be 1 to 10, not 11`},
	{"one code above the sum", `each = 20000`, `each = 50001`,
		`host.toml: offline.each: must be 1 to 50000 fen, which is offline.sum, not 50001`},
	{"an answer of five digits", `digits = 6`, `digits = 5`,
		`host.toml: offline.digits: must be 6 to 8, not 5`},
	{"a page in small letters", `page = "https://127.0.0.1:9443/O"`, `page = "https://127.0.0.1:9443/o"`,
		`host.toml: offline.acquirer.page: must be like https://host/O: https, a path of capitals, digits and . / - alone, not "https://127.0.0.1:9443/o"`},
	{"no offline key", "key = \"aggregator/offline_key.pem\"\n", "",
		`host.toml: offline.acquirer.key: is required`},
	{"nobody to confirm", "[networks.aggregator]\nenabled = true", "[networks.aggregator]\nenabled = false",
		`host.toml: offline.network: "aggregator" has no table [networks.aggregator] that is enabled`},
	{"a scheme's template of an amount", `template = "15"`, `template = "54"`,
		`host.toml: offline.scheme.template: must be 15, 16, or 26 to 51, not "54"`},
	{"a scheme's template of its own without a GUID", "template = \"15\"", "template = \"26\"",
		`host.toml: offline.scheme.guid: is required: 1 to 32 characters of printable ASCII
host.toml: offline.scheme.network: can confirm codes of template 15 or 16 alone, not 26`},
	{"a GUID where none belongs", `guid = ""`, `guid = "cn.example"`,
		`host.toml: offline.scheme.guid: stands in a template 26 to 51 alone, not in 15`},
	{"an account in Chinese", `account = "3104180052044600"`, `account = "账户"`,
		`host.toml: offline.scheme.account: must be 1 to 40 characters of printable ASCII, not "账户"`},
	{"a category of three digits", `category = "5411"`, `category = "541"`,
		`host.toml: offline.scheme.category: must be 4 digits, like 5411, not "541"`},
	{"a city of sixteen letters", `city = "BEIJING"`, `city = "ABCDEFGHIJKLMNOP"`,
		`host.toml: offline.scheme.city: must be 1 to 15 characters of printable ASCII, not "ABCDEFGHIJKLMNOP"`},
	{"a scheme's code for an hour", `expiry = "600s"`, `expiry = "3600s"`,
		`host.toml: offline.scheme.expiry: must be 10ms to 30m, not 1h`},
	{"a scheme's code without a merchant's name", "name_en = \"HUIMIN STORE\"\n", "",
		`host.toml: merchant.name_en: is required: 1 to 25 characters of printable ASCII, for the code of [offline.scheme]`},
	{"a key twice", `copies = 2`, "copies = 2\ncopies = 1",
		`host.toml: key copies is already defined`},
	{"a quote that is not closed", `board = "host"`, `board = "host`,
		`host.toml: basic strings cannot have new lines`},
	{"a table twice", `[display]`, "[display]\n[display]",
		`host.toml: table display already exists`},
	{"a number beyond 64 bits", `price = 350`, `price = 99999999999999999999`,
		`host.toml: decimal number is too large to fit in a 64-bit signed integer`},
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
			said, want := unnumbered(err.Error()), c.want
			if said != want {
				t.Errorf("says\n%s\nwant\n%s", said, want)
			}
			for _, problem := range all.Problems {
				wantAt(t, strings.Replace(text, c.old, c.fresh, 1), problem)
			}
		})
	}
}

var (
	atLine = regexp.MustCompile(`(?m)^(host\.toml):\d+: `)
	onLine = regexp.MustCompile(`on line \d+`)
)

// unnumbered returns what was said without the numbers of lines: a new key of the sample moves them all.
func unnumbered(said string) string {
	return onLine.ReplaceAllString(atLine.ReplaceAllString(said, "$1: "), "on line …")
}

// wantAt holds that a problem names the line of its key; of its table, or 1, where the key is missing.
func wantAt(t *testing.T, text string, p Problem) {
	t.Helper()
	lines := strings.Split(text, "\n")
	if p.Line < 1 || p.Line > len(lines) {
		t.Fatalf("line %d of %d", p.Line, len(lines))
	}
	i := strings.LastIndex(p.Key, ".")
	table, key := p.Key[:max(i, 0)], p.Key[i+1:]
	at := p.Line - 1
	for at > 0 && !strings.ContainsAny(lines[at], "=[") { // a value of several lines begins with its key
		at--
	}
	switch line := lines[at]; {
	case p.Key == "", strings.Contains(line, key) || strings.HasPrefix(key, `"`):
	case table == "" && p.Line == 1, table != "" && strings.Trim(line, "[]") == table:
	default:
		t.Errorf("%s is said of line %d: %s", p.Key, p.Line, line)
	}
}

// A pin that two drivers drive against each other can be a short circuit: the trigger counts too.
func TestTriggerPinIsNotTheMatrix(t *testing.T) {
	text := strings.NewReplacer(`kind = "console"`, `kind = "matrix"`, `mode = "command"`, `mode = "trigger"`,
		`trigger = ""`, `trigger = "GPIO2"`).Replace(sample(t))
	_, err := ParseProfile("host.toml", []byte(text))
	const want = "host.toml: scanner.trigger: pin GPIO2 is used by keypad.rows already"
	if err == nil || unnumbered(err.Error()) != want {
		t.Errorf("says %v, want %s", err, want)
	}
}
