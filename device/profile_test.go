package device

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// sample is a complete profile: every key stands in it, each at its default where it has one.
func sample(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/host.toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// minimal is the shortest profile that can be used.
const minimal = `version = 1

[terminal]
id = "T0000001"

[merchant]
name = "惠民便利店"

[networks.wechat]
merchant_id = "1900000001"
app_id = "wxd678efh567hg6787"
serial = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
private_key = "wechat/apiclient_key.pem"
api_v3_key = "wechat/apiv3.key"
public_key_id = "PUB_KEY_ID_0119000000012024101500000000000000"
public_key = "wechat/pub_key.pem"
notify_url = "https://pay.example.com/notify"
`

// The official figures. A default that moves by accident is a change of behaviour on every till.
func TestDefaults(t *testing.T) {
	p, err := ParseProfile("shop/host.toml", []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	s := p.Sale
	for _, c := range []struct {
		key       string
		got, want any
	}{
		{"environment", p.Environment, "sandbox"},
		{"data", p.Data, "data"},
		{"terminal.language", p.Terminal.Language, "zh"},
		{"terminal.operator", p.Terminal.Operator, "01"},
		{"merchant.footer", p.Merchant.Footer, "谢谢惠顾"},
		{"sale.max_amount", s.MaxAmount, int64(5_000_000)},
		{"sale.default_network", s.DefaultNetwork, "wechat"},
		{"sale.show_expiry", s.ShowExpiry.D(), 120 * time.Second},
		{"sale.show_margin", s.ShowMargin.D(), 60 * time.Second},
		{"sale.scan_window", s.ScanWindow.D(), 30 * time.Second},
		{"sale.poll_show", s.PollShow.D(), 3 * time.Second},
		{"sale.poll_scan", s.PollScan.D(), 5 * time.Second},
		{"sale.scan_limit", s.ScanLimit.D(), 45 * time.Second},
		{"sale.reverse_after", s.ReverseAfter.D(), 15 * time.Second},
		{"sale.request_timeout", s.RequestTimeout.D(), 10 * time.Second},
		{"sale.refund_settle", s.RefundSettle.D(), 10 * time.Second},
		{"sale.ask_limit", s.AskLimit.D(), 24 * time.Hour},
		{"sale.reaction", s.Reaction.D(), 300 * time.Millisecond},
		{"sale.print_receipt_qr", s.PrintReceiptQR, true},
		{"sale.copies", s.Copies, 2},
		{"display.kind", p.Display.Kind, "framebuffer"},
		{"display.width", p.Display.Width, 320},
		{"display.height", p.Display.Height, 240},
		{"display.format", p.Display.Format, "xrgb8888"},
		{"keypad.kind", p.Keypad.Kind, "console"},
		{"keypad.settle", p.Keypad.Settle.D(), 20 * time.Microsecond},
		{"keypad.scan_every", p.Keypad.ScanEvery.D(), 5 * time.Millisecond},
		{"keypad.debounce", p.Keypad.Debounce, 2},
		{"keypad.long_press", p.Keypad.LongPress.D(), 800 * time.Millisecond},
		{"scanner.engine", p.Scanner.Engine, "gm65"},
		{"scanner.mode", p.Scanner.Mode, "command"},
		{"scanner.baud", p.Scanner.Baud, 9600},
		{"scanner.trigger_pulse", p.Scanner.TriggerPulse.D(), 50 * time.Millisecond},
		{"scanner.reread", p.Scanner.Reread.D(), time.Second},
		{"scanner.max_bytes", p.Scanner.MaxBytes, 4096},
		{"printer.baud", p.Printer.Baud, 115200},
		{"printer.flow", p.Printer.Flow, FlowNone},
		{"printer.columns", p.Printer.Columns, 32},
		{"printer.dots", p.Printer.Dots, 384},
		{"printer.near_end", p.Printer.NearEnd, true},
		{"printer.buffer", p.Printer.Buffer, 4096},
		{"printer.status_timeout", p.Printer.StatusTimeout.D(), 500 * time.Millisecond},
		{"networks.wechat.enabled", p.Networks.Wechat.Enabled, true},
		{"networks.wechat.name", p.Networks.Wechat.Name, "微信支付"},
		{"networks.alipay.enabled", p.Networks.Alipay.Enabled, false},
		{"networks.unionpay.enabled", p.Networks.Unionpay.Enabled, false},
		{"networks.unionpay.name", p.Networks.Unionpay.Name, "云闪付"},
		{"networks.aggregator.enabled", p.Networks.Aggregator.Enabled, false},
		{"networks.aggregator.name", p.Networks.Aggregator.Name, "聚合支付"},
		{"offline.enabled", p.Offline.Enabled, false},
		{"offline.scheme.account", p.Offline.Scheme.Account, ""},
		{"offline.scheme.expiry", p.Offline.Scheme.Expiry.D(), 10 * time.Minute},
		{"offline.code_tries", p.Offline.CodeTries, 3},
		{"offline.mode_tries", p.Offline.ModeTries, 10},
		{"networks.alipay.name", p.Networks.Alipay.Name, "支付宝"},
		{"networks.alipay.poll_first", p.Networks.Alipay.PollFirst.D(), 5 * time.Second},
		{"networks.alipay.poll_scan", p.Networks.Alipay.PollScan.D(), 3 * time.Second},
		{"networks.alipay.scan_limit", p.Networks.Alipay.ScanLimit.D(), 45 * time.Second},
		{"networks.alipay.reverse_after", p.Networks.Alipay.ReverseAfter.D(), time.Duration(0)},
	} {
		if c.got != c.want {
			t.Errorf("%s is %v by default, want %v", c.key, c.got, c.want)
		}
	}
}

func TestSampleProfile(t *testing.T) {
	p, err := LoadProfile("testdata/host.toml")
	if err != nil {
		t.Fatal(err)
	}
	if p.Item[0].Price != 350 || p.Keypad.Input["KEY_KPENTER"] != "OK" || len(p.Scanner.Code) != 2 {
		t.Errorf("read %+v", p)
	}
	// Where the sample shows a default, it shows the true one.
	d := DefaultProfile()
	d.Version, d.dir = 1, "testdata"
	d.Terminal.ID, d.Merchant, d.Item, d.Networks = p.Terminal.ID, p.Merchant, p.Item, p.Networks
	d.Keypad.Input, d.Scanner.Code = p.Keypad.Input, p.Scanner.Code
	d.Offline.Enabled, d.Offline.Acquirer, d.Offline.Scheme = p.Offline.Enabled, p.Offline.Acquirer, p.Offline.Scheme
	if !reflect.DeepEqual(p, d) {
		t.Errorf("the sample differs from the defaults:\n%+v\n%+v", p, d)
	}
}

// Each default rule sends its brand's codes to the brand, and a product's barcode goes nowhere.
func TestDefaultCodes(t *testing.T) {
	for code, want := range map[string]string{
		"134567890123456789":        "wechat",
		"284567890123456789":        "alipay",
		"304567890123456789012345":  "alipay",
		"6220835931895481436":       "unionpay",
		"6901234567892":             "",
		"16456789012345678":         "",
		"https://example.com/a?b=c": "",
	} {
		got := ""
		for _, rule := range DefaultProfile().Scanner.Code {
			if got == "" && regexp.MustCompile(rule.Pattern).MatchString(code) {
				got = rule.Network
			}
		}
		if got != want {
			t.Errorf("%s belongs to %q, want %q", code, got, want)
		}
	}
}

func TestPath(t *testing.T) {
	p, err := ParseProfile("/etc/pos/host.toml", []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	for rel, want := range map[string]string{
		"":              "",
		"data":          "/etc/pos/data",
		"../keys/a.pem": "/etc/keys/a.pem",
		"/dev/ttyS0":    "/dev/ttyS0",
	} {
		if got := p.Path(rel); got != want {
			t.Errorf("Path(%q) is %q, want %q", rel, got, want)
		}
	}
}

// One pass of editing mends a file: nothing hides behind the first problem.
func TestAllProblemsAtOnce(t *testing.T) {
	text := strings.NewReplacer(
		`version = 1`, `version = 3`,
		`id = "T0000001"`, `ID = "T0000001"`,
		`columns = 32`, `columns = "32"`,
		`copies = 2`, `copies = 7`,
		`poll_show = "3s"`, `poll_show = "3"`,
		`ca = "paynet-ca.pem"`, `cert = "paynet-ca.pem"`,
	).Replace(sample(t))
	_, err := ParseProfile("host.toml", []byte(text))
	const want = `host.toml: version: must be 1, which is all that this firmware knows, not 3
host.toml: terminal.id: is required: 1 to 8 of A–Z and 0–9
host.toml: terminal.ID: unknown key; did you mean "id"?
host.toml: sale.poll_show: want a duration in quotes such as "500ms" or "30s", not "3"
host.toml: sale.copies: must be 1 or 2, not 7
host.toml: printer.columns: want a whole number, not a text
host.toml: networks.wechat.cert: unknown key
host.toml: networks.alipay.cert: unknown key
host.toml: networks.unionpay.cert: unknown key
host.toml: networks.aggregator.cert: unknown key`
	if err == nil || unnumbered(err.Error()) != want {
		t.Errorf("says\n%v\nwant\n%s", err, want)
	}
}

// Waits may be shortened for a test, never where money is real.
func TestWaitsByEnvironment(t *testing.T) {
	fast := strings.Replace(minimal, "[networks.wechat]",
		"[sale]\nshow_expiry = \"2s\"\npoll_show = \"50ms\"\nreverse_after = \"100ms\"\nscan_limit = \"1s\"\npoll_scan = \"50ms\"\n\n[networks.wechat]", 1)
	if _, err := ParseProfile("fast.toml", []byte(fast)); err != nil {
		t.Errorf("the sandbox refuses short waits: %v", err)
	}
	_, err := ParseProfile("fast.toml", []byte("environment = \"production\"\n"+fast))
	const want = `fast.toml:1: secrets.store: is required in production: the file of the board's device secret, see docs/secrets.md
fast.toml:1: secrets.sealed: is required in production: seal the keys with pos seal
fast.toml:11: sale.show_expiry: must be 30s to 5m, not 2s
fast.toml:12: sale.poll_show: must be 1s to 30s, not 50ms
fast.toml:13: sale.reverse_after: must be 15s to 1m, not 100ms
fast.toml:14: sale.scan_limit: must be 30s to 2m, not 1s
fast.toml:15: sale.poll_scan: must be 1s to 30s, not 50ms`
	if err == nil || err.Error() != want {
		t.Errorf("production says\n%v\nwant\n%s", err, want)
	}
}

// onlyAlipay is a shop without WeChat Pay.
const onlyAlipay = `version = 1
environment = "production"

[terminal]
id = "T0000001"

[merchant]
name = "惠民便利店"

[sale]
default_network = "alipay"
show_margin = "60s"

[networks.alipay]
app_id = "2021000000000001"
public_key = "alipay/alipay_public_key.txt"

[secrets]
store = "/secret/device.secret"
sealed = "keys.sealed"
`

// A shop can have Alipay alone, and a margin that its codes can outlive is refused where money is real.
func TestOnlyAlipay(t *testing.T) {
	p, err := ParseProfile("shop.toml", []byte(onlyAlipay))
	if err != nil || !p.Networks.Alipay.Enabled || p.Networks.Wechat.Enabled {
		t.Fatal(p, err)
	}
	edit := func(old, fresh string) error {
		_, err := ParseProfile("shop.toml", []byte(strings.Replace(onlyAlipay, old, fresh, 1)))
		return err
	}
	if err := edit("production", "sandbox"); err != nil {
		t.Error(err)
	}
	for _, c := range []struct{ old, fresh, want string }{
		{`"60s"`, `"30s"`, "shop.toml:12: sale.show_margin: must be at least 1m with networks.alipay, whose codes can live that much longer, not 30s"},
		{`"alipay"`, `"wechat"`, `shop.toml:11: sale.default_network: "wechat" has no table [networks.wechat]`},
		{"[networks.alipay]", "[networks.alipay]\nenabled = false", `shop.toml:15: networks.alipay.enabled: must be true while sale.default_network is "alipay"`},
		{"[networks.alipay]", "[networks.alipay]\npoll_scan = \"500ms\"", "shop.toml:15: networks.alipay.poll_scan: must be 1s to 30s, not 500ms"},
	} {
		if err := edit(c.old, c.fresh); err == nil || err.Error() != c.want {
			t.Errorf("%s: says\n%v\nwant\n%s", c.fresh, err, c.want)
		}
	}
}

// Editors leave marks that are not the technician's fault, and ones that no reader can make sense of.
func TestEncodings(t *testing.T) {
	crlf := strings.ReplaceAll(minimal, "\n", "\r\n")
	for name, text := range map[string]string{"BOM": "\xef\xbb\xbf" + minimal, "CRLF": crlf, "both": "\xef\xbb\xbf" + crlf} {
		if _, err := ParseProfile("host.toml", []byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"\xff\xfev\x00", "host.toml:1: the file is UTF-16: save it as UTF-8"},
		{"version = 1\nboard = \"\x00\"", "host.toml:2: a NUL byte: this is no text file"},
		{"version = 1\rboard = \"x\"\r", "host.toml:1: a CR in mid-line: end lines with LF or CRLF"},
		{"version = 1\n\n# \xbb\xdd\xc3\xf1\n", "host.toml:3: not UTF-8: save the file as UTF-8"},
		{"# " + strings.Repeat("x", 4096), "host.toml:1: the line is longer than 4096 bytes"},
		{strings.Repeat("#\n", 1<<19) + "#", "host.toml:1: the file is longer than 1048576 bytes"},
	} {
		_, err := ParseProfile("host.toml", []byte(c.text))
		if err == nil || err.Error() != c.want {
			t.Errorf("%.20q: %v, want %s", c.text, err, c.want)
		}
	}
}

func TestLoadProfileFails(t *testing.T) {
	dir := t.TempDir()
	if _, err := LoadProfile(filepath.Join(dir, "none.toml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent profile: %v", err)
	}
	if _, err := LoadProfile(dir); err == nil {
		t.Error("a folder was read as a profile")
	}
	// A file without an end must not fill the memory.
	endless := filepath.Join(dir, "endless.toml")
	if err := os.Symlink("/dev/zero", endless); err != nil {
		t.Fatal(err)
	}
	var bad *ProfileError
	if _, err := LoadProfile(endless); !errors.As(err, &bad) {
		t.Errorf("an endless profile: %v", err)
	}
}

// Files that are built to hurt end in an error of bounded size, and soon: the keys took go-toml 50 s once.
func TestHostileProfiles(t *testing.T) {
	var keys bytes.Buffer
	for i := 0; keys.Len() < MaxProfileBytes-16; i++ {
		fmt.Fprintf(&keys, "k%d=1\n", i)
	}
	for name, text := range map[string]string{
		"brackets":    strings.Repeat("[\n", MaxProfileBytes/2),
		"array":       "x = " + strings.Repeat("[\n", MaxProfileBytes/2-8),
		"braces":      "x = " + strings.Repeat("{a=", 1300),
		"dotted key":  strings.Repeat("a.", 2000) + "a = 1",
		"dotted head": "[" + strings.Repeat("printer.", 500) + "a]\nx = 1",
		"items":       strings.Repeat("[[item]]\n", MaxProfileBytes/9),
		"codes":       strings.Repeat("[[scanner.code]]\n", MaxProfileBytes/17),
		"keys":        keys.String(),
		"bauds":       "[scanner]\nbauds = [" + strings.Repeat("1,\n", MaxProfileBytes/3-16) + "1]",
	} {
		_, err := ParseProfile("x", []byte(text))
		var bad *ProfileError
		if !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		} else if name == "keys" && !strings.Contains(err.Error(), "more than 10000 keys and values") {
			t.Errorf("%s: %.200v", name, err)
		} else if len(bad.Problems) > maxProblems || len(err.Error()) > 1<<16 {
			t.Errorf("%s: %d problems in %d bytes", name, len(bad.Problems), len(err.Error()))
		}
	}
}

// The sample is what a technician starts from.
func TestSampleShowsEveryKey(t *testing.T) {
	text := sample(t)
	for _, key := range schemaKeys() {
		name := key[strings.LastIndex(key, ".")+1:]
		if !strings.Contains("\n"+text, "\n"+name+" = ") && !strings.Contains(text, "["+key+"]") {
			t.Errorf("the sample does not show %s", key)
		}
	}
}
