package device

import (
	"path/filepath"
	"time"
)

// ProfileVersion is the version of the profile's format that this firmware reads.
const ProfileVersion = 1

// Environments that a terminal can stand in.
const (
	// Sandbox marks every screen and slip as a test, and lets the profile point networks at a test server and
	// shorten waits.
	Sandbox = "sandbox"
	// Production takes real money: it refuses a network's base_url and ca, plain http, and shortened waits.
	Production = "production"
)

// Profile is everything that a technician sets on a board, read from one strict TOML file. It is data only:
// each driver is given its own section. Field names are the CamelCase of the file's keys. Texts hold no control
// characters; amounts are fen; durations are written as "500ms" or "2m". Ranges stand beside the fields and are
// held by [ParseProfile]; docs/board-profile.md says the same for technicians.
type Profile struct {
	Version     int    `toml:"version"`     // of the format: 1; required
	Board       string `toml:"board"`       // a free name that the self-test shows, 1–32 columns; default "host"
	Environment string `toml:"environment"` // [Sandbox] (default) or [Production]
	Data        string `toml:"data"`        // folder of the journal; default "data"
	Stick       string `toml:"stick"`       // folder where a USB stick is mounted; default "/mnt/stick", where a board mounts one
	Bills       string `toml:"bills"`       // folder of bills that somebody brings; default "": the stick

	Secrets  Secrets  `toml:"secrets"`
	Terminal Terminal `toml:"terminal"`
	Merchant Merchant `toml:"merchant"`
	Sale     Sale     `toml:"sale"`
	Item     []Item   `toml:"item"` // at most 2000
	Display  Display  `toml:"display"`
	Keypad   Keypad   `toml:"keypad"`
	Scanner  Scanner  `toml:"scanner"`
	Printer  Printer  `toml:"printer"`
	Networks Networks `toml:"networks"`
	Offline  Offline  `toml:"offline"`
	Backup   Backup   `toml:"backup"`
	Journal  Journal  `toml:"journal"`

	dir string // the folder of the profile
}

// Secrets is the [secrets] table: where the board's secret and the merchant's sealed keys lie, see package
// smartpos/device/secret. Production needs it. With Sealed the networks' key
// files are not needed and not read; without it the sandbox reads them in clear.
type Secrets struct {
	Store  string `toml:"store"`  // file of the board's device secret, never below Data; default "", none
	Sealed string `toml:"sealed"` // sealed file of the merchant's keys, needs Store; default "", none
}

// Terminal is the [terminal] table: which of the shop's terminals this is.
type Terminal struct {
	ID       string `toml:"id"`       // begins every order number: 1–8 of A–Z 0–9; required
	Language string `toml:"language"` // of screens: "zh" (default) or "en"
	Operator string `toml:"operator"` // printed as 操作员: 1–8 of A–Z a–z 0–9; default "01"
	// EnrolCode is what a technician keys in to give the supervisor a PIN: 8–16 digits; default "", then nobody can.
	EnrolCode string `toml:"enrol_code"`
}

// Merchant is the [merchant] table: what stands at the head and the foot of a slip.
type Merchant struct {
	Name   string `toml:"name"`    // 商户名称: 1–40 columns, a Chinese character takes two; required
	NameEn string `toml:"name_en"` // the same in English: 0–40 columns; default "", then Name stands for it
	Number string `toml:"number"`  // 商户号 when a network has none of its own: 0–32 of A–Z a–z 0–9 _ -
	Footer string `toml:"footer"`  // last line of a slip: 0–96 columns; default "谢谢惠顾"
}

// Sale is the [sale] table: limits and waits of a sale. PollScan, ScanLimit and ReverseAfter are those of networks
// without their own.
//
// The sandbox takes any wait from 10 ms up to the given maximum, so that tests need not wait as long as customers
// do; production holds the whole range.
type Sale struct {
	MaxAmount      int64    `toml:"max_amount"`       // fen: 1–100 000 000; default 5 000 000 (50,000 yuan)
	DefaultNetwork string   `toml:"default_network"`  // what 确认 shows: an enabled network, "wechat" (default) or "alipay"
	ShowExpiry     Duration `toml:"show_expiry"`      // of a shown code: 30 s–300 s; default 120 s
	ShowMargin     Duration `toml:"show_margin"`      // closing is worked on until expiry + margin: 30 s–600 s; default 60 s
	ScanWindow     Duration `toml:"scan_window"`      // the scanner waits for a customer's code: 5 s–120 s; default 30 s
	PollShow       Duration `toml:"poll_show"`        // between queries while a code is shown: 1 s–30 s; default 3 s
	PollScan       Duration `toml:"poll_scan"`        // between queries while a password is typed: 1 s–30 s; default 5 s
	ScanLimit      Duration `toml:"scan_limit"`       // then the order is reversed: 30 s–120 s; default 45 s
	ReverseAfter   Duration `toml:"reverse_after"`    // no reversal sooner after paying: 15 s–60 s; default 15 s
	RequestTimeout Duration `toml:"request_timeout"`  // of one request to a network: 1 s–60 s; default 10 s
	RefundSettle   Duration `toml:"refund_settle"`    // how long a network may not know of a refund: 10 s–120 s; default 10 s
	AskLimit       Duration `toml:"ask_limit"`        // then a supervisor may rule on what no network answers: 1 h–8760 h; default 24 h
	Reaction       Duration `toml:"reaction"`         // how soon after an outcome came up nobody can have seen it: 0–1 s; default 300 ms
	PrintReceiptQR bool     `toml:"print_receipt_qr"` // the order number as a QR on the slip; default true
	Copies         int      `toml:"copies"`           // 1: merchant's; 2 (default): merchant's and customer's
}

// Item is one [[item]] table: a product of a small shop's catalogue.
type Item struct {
	Barcode string `toml:"barcode"` // 1–48 printable ASCII characters, unique; required
	Name    string `toml:"name"`    // 1–40 columns; required
	Price   int64  `toml:"price"`   // fen: 1–100 000 000, and at most max_amount; required
}

// Display is the [display] table.
type Display struct {
	Kind   string `toml:"kind"`   // "framebuffer" (default), "ansi" (a console) or "none"
	Device string `toml:"device"` // framebuffer: path; a plain file is made to size; default "fb0"
	Width  int    `toml:"width"`  // pixels: 320–1920; default 320
	Height int    `toml:"height"` // pixels: 240–1080; default 240
	Format string `toml:"format"` // "xrgb8888" (default, 4 bytes a pixel) or "rgb565" (2)
	Stride int    `toml:"stride"` // bytes a row: 0 (default) is width × bytes a pixel, else at least that, up to 65536
	Flush  string `toml:"flush"`  // unix socket told after each flush, which acknowledges; default "" (nobody is told)
}

// Keypad is the [keypad] table.
type Keypad struct {
	Kind      string            `toml:"kind"`       // "console" (default), "matrix" or "input" (Linux input events)
	Device    string            `toml:"device"`     // console: tty, "" is standard input; input: event node; default "console"
	Rows      []string          `toml:"rows"`       // matrix: four pin names, top to bottom; default GPIO0–GPIO3
	Columns   []string          `toml:"columns"`    // matrix: four pin names, left to right; default GPIO4–GPIO7
	Active    string            `toml:"active"`     // matrix: a row is driven "low" (default; columns pulled up) or "high" (pulled down)
	Pulls     string            `toml:"pulls"`      // matrix: the columns' resistors: the pins' own, "internal" (default), or the board's, "external"
	Settle    Duration          `toml:"settle"`     // matrix: from driving a row to reading: 1 µs–10 ms; default 20 µs
	ScanEvery Duration          `toml:"scan_every"` // matrix: between scans: 1 ms–50 ms; default 5 ms
	Debounce  int               `toml:"debounce"`   // matrix: equal scans in a row that count: 1–20; default 2
	LongPress Duration          `toml:"long_press"` // a key held this long is a long press: 200 ms–5 s; default 800 ms
	Input     map[string]string `toml:"input"`      // input: evdev key name → key name, over the usual number pads; at most 64
}

// Scanner is the [scanner] table.
type Scanner struct {
	Engine       string        `toml:"engine"`        // "gm65" (default), "plain" (text and CR or LF) or "none"
	Device       string        `toml:"device"`        // serial line; default "scanner"
	Baud         int           `toml:"baud"`          // bits a second, a standard rate 1200–921600; default 9600
	Bauds        []int         `toml:"bauds"`         // tried in this order after Baud: 0–8 rates; default 9600, 57600, 115200
	Mode         string        `toml:"mode"`          // "command" (default), "continuous" or "trigger" (needs Trigger)
	Trigger      string        `toml:"trigger"`       // pin name for mode trigger; default ""
	TriggerPulse Duration      `toml:"trigger_pulse"` // the trigger is held at least this long: 1 ms–5 s; default 50 ms
	Reread       Duration      `toml:"reread"`        // the engine's own same-code delay: 0–25.5 s; default 1 s
	MaxBytes     int           `toml:"max_bytes"`     // of one read: 32–65536; default 4096
	Code         []ScannerCode `toml:"code"`          // 1–64 rules; default WeChat Pay, Alipay and UnionPay
}

// ScannerCode is one [[scanner.code]] table: which network a payment code belongs to. The first match wins.
type ScannerCode struct {
	Network string `toml:"network"` // "wechat", "alipay", "unionpay" or "aggregator", enabled or not; required
	Pattern string `toml:"pattern"` // RE2 over the whole code: begins with ^, ends with $, at most 256 bytes; required
}

// Printer is the [printer] table.
type Printer struct {
	Device        string   `toml:"device"`         // serial line, "" is none; default "printer"
	Baud          int      `toml:"baud"`           // bits a second, a standard rate 1200–921600; default 115200
	Flow          Flow     `toml:"flow"`           // [FlowNone] (default), [FlowXonXoff] or [FlowRTSCTS]
	Columns       int      `toml:"columns"`        // characters a line: 32 (default) or 48
	Dots          int      `toml:"dots"`           // dots a line: 384 (default) with 32 columns, 576 with 48
	QR            string   `toml:"qr"`             // "native" (default) or "raster"
	Encoding      string   `toml:"encoding"`       // "gb18030" (default) or "gb2312"
	Dialect       string   `toml:"dialect"`        // of the commands for density and speed: "" (default, none), "heat", "dc2" or "epson"
	Density       int      `toml:"density"`        // 0 (default) leaves it; heat 3–255, dc2 1–31, epson 1–8 or 250–255
	Speed         int      `toml:"speed"`          // 0 (default) leaves it; heat 1–255, dc2 1–7, epson 1–14
	NearEnd       bool     `toml:"near_end"`       // the printer has a near-end sensor; default true
	Cut           string   `toml:"cut"`            // "none", "partial" (default) or "full"
	Buffer        int      `toml:"buffer"`         // bytes that the printer can hold: 64–1048576; default 4096
	Drawer        string   `toml:"drawer"`         // cash drawer: "none" (default), or its pin, "pin2" or "pin5"
	DrawerPulse   Duration `toml:"drawer_pulse"`   // for its solenoid: 20 ms–500 ms; default 100 ms
	StatusTimeout Duration `toml:"status_timeout"` // for an answer to a status request: 50 ms–10 s; default 500 ms
}

// Networks is the [networks] table: the payment networks that this terminal is signed up with.
type Networks struct {
	Wechat   Wechat   `toml:"wechat"`
	Alipay   Alipay   `toml:"alipay"`
	Unionpay Unionpay `toml:"unionpay"`

	Aggregator Aggregator `toml:"aggregator"`
}

// Backup is the [backup] table: who can open the journal's backups, and where they are put while the terminal sells.
type Backup struct {
	RecoveryKey string   `toml:"recovery_key"` // public half of the shop's key, age1 and 58 characters; default "", no backups
	Folder      string   `toml:"folder"`       // folder for one a day by itself, made where it lies on the stick; default "", none
	Every       Duration `toml:"every"`        // between two: 1 h–168 h; default 24 h
}

// Journal is the [journal] table: how long the terminal keeps what is over.
type Journal struct {
	KeepDays int `toml:"keep_days"` // days until what is settled and backed up may go: 30–3650; default 400
}

// Wechat is the [networks.wechat] table. All but Name, BaseURL, CA and WeChat Pay's public keys are required when it is
// enabled, the secrets' files only where [Secrets] has no sealed one. Without a public key, platform certificates are
// fetched under the API v3 key. Files are relative to the profile's folder.
type Wechat struct {
	Enabled     bool     `toml:"enabled"`       // default true when the table is there, else false
	Name        string   `toml:"name"`          // 0–20 columns; default "微信支付"
	BaseURL     string   `toml:"base_url"`      // sandbox only: http or https, no path; default "", the network's own
	CA          string   `toml:"ca"`            // sandbox only: file of an extra root certificate; default ""
	MerchantID  string   `toml:"merchant_id"`   // 商户号 (mchid): 8–10 digits
	AppID       string   `toml:"app_id"`        // 应用号 (appid): wx and 1–30 letters or digits
	Serial      string   `toml:"serial"`        // of the merchant's certificate: 8–64 hexadecimal digits
	PrivateKey  string   `toml:"private_key"`   // file of the merchant's private key, PEM
	APIV3Key    string   `toml:"api_v3_key"`    // file of the API v3 key, 32 bytes
	PublicKeyID string   `toml:"public_key_id"` // of WeChat Pay's public key: PUB_KEY_ID_ and 1–50 letters or digits
	PublicKey   string   `toml:"public_key"`    // file of WeChat Pay's public key, PEM
	NotifyURL   string   `toml:"notify_url"`    // https without query, 1–255 bytes; the network wants one, polling decides
	AskLimit    Duration `toml:"ask_limit"`     // instead of the one in [sale]: 1 h–8760 h; default 0 s, that one

	Next WechatKey `toml:"next"`
}

// WechatKey is the [networks.wechat.next] table: another public key that answers may come under, while WeChat Pay
// changes from one to the next.
type WechatKey struct {
	PublicKeyID string `toml:"public_key_id"` // like that of [Wechat], needed with PublicKey; default "", none
	PublicKey   string `toml:"public_key"`    // file, needed with PublicKeyID; default ""
}

// Alipay is the [networks.alipay] table. AppID and the keys are required when it is enabled, PrivateKey only where [Secrets]
// has no sealed one. Files are relative to the profile's folder. Its waits take the place of those of [Sale], with the
// same ranges and the same grace in the sandbox.
type Alipay struct {
	Enabled      bool     `toml:"enabled"`       // default true when the table is there, else false
	Name         string   `toml:"name"`          // 0–20 columns; default "支付宝"
	BaseURL      string   `toml:"base_url"`      // sandbox only: http or https, no path; default "", the network's own
	CA           string   `toml:"ca"`            // sandbox only: file of an extra root certificate; default ""
	AppID        string   `toml:"app_id"`        // 应用 ID (APPID): 16 digits
	SellerID     string   `toml:"seller_id"`     // 商户账号 (PID): 2088 and 12 digits; default "", who signed the contract
	PrivateKey   string   `toml:"private_key"`   // file of the application's private key (应用私钥)
	PublicKey    string   `toml:"public_key"`    // file of Alipay's public key (支付宝公钥)
	PollFirst    Duration `toml:"poll_first"`    // from sending a customer's code to the first query: 1 s–30 s; default 5 s
	PollScan     Duration `toml:"poll_scan"`     // between further queries: 1 s–30 s; default 3 s
	ScanLimit    Duration `toml:"scan_limit"`    // then the order is cancelled: 30 s–60 s; default 45 s
	ReverseAfter Duration `toml:"reverse_after"` // no cancel sooner after paying: 0 s–60 s; default 0 s
	AskLimit     Duration `toml:"ask_limit"`     // instead of the one in [sale]: 1 h–8760 h; default 0 s, that one
}

// Unionpay is the [networks.unionpay] table. All but Name, BaseURL, CA, TerminalID and NotifyURL are required when it
// is enabled, PrivateKey only where [Secrets] has no sealed one. Files are relative to the profile's folder.
type Unionpay struct {
	Enabled     bool     `toml:"enabled"`     // default true when the table is there, else false
	Name        string   `toml:"name"`        // 0–20 columns; default "云闪付"
	BaseURL     string   `toml:"base_url"`    // sandbox only: http or https, no path; default "", the network's own
	CA          string   `toml:"ca"`          // sandbox only: file of an extra root certificate; default ""
	MerchantID  string   `toml:"merchant_id"` // 商户代码 (merId): 15 letters or digits
	TerminalID  string   `toml:"terminal_id"` // 终端号 (termId): 8 letters or digits; default "", not sent
	PrivateKey  string   `toml:"private_key"` // file of the signing certificate's private key, PEM
	Certificate string   `toml:"certificate"` // file of the signing certificate, PEM
	Root        string   `toml:"root"`        // file of acp_prod_root.cer, PEM
	Middle      string   `toml:"middle"`      // file of acp_prod_middle.cer, PEM
	NotifyURL   string   `toml:"notify_url"`  // http or https, 1–255 bytes; default "", which asks for no notifications
	AskLimit    Duration `toml:"ask_limit"`   // instead of the one in [sale]: 1 h–8760 h; default 0 s, that one
}

// Aggregator is the [networks.aggregator] table. All but Name and CA are required when it is enabled, PrivateKey only
// where [Secrets] has no sealed one. Files are relative to the profile's folder.
type Aggregator struct {
	Enabled       bool     `toml:"enabled"`         // default true when the table is there, else false
	Name          string   `toml:"name"`            // 0–20 columns; default "聚合支付"
	BaseURL       string   `toml:"base_url"`        // the platform's: https, no path, 1–200 bytes
	CA            string   `toml:"ca"`              // sandbox only: file of an extra root certificate; default ""
	MerchantID    string   `toml:"merchant_id"`     // 商户号: 1–32 letters or digits
	KeyID         string   `toml:"key_id"`          // of the merchant's key: 1–64 letters, digits or hyphens
	PrivateKey    string   `toml:"private_key"`     // file of the merchant's private key, Ed25519, PEM
	PlatformKeyID string   `toml:"platform_key_id"` // of the platform's key: 1–64 letters, digits or hyphens
	PlatformKey   string   `toml:"platform_key"`    // file of the platform's public key, Ed25519, PEM
	AskLimit      Duration `toml:"ask_limit"`       // instead of the one in [sale]: 1 h–8760 h; default 0 s, that one
}

// Offline is the [offline] table: codes that the terminal makes by itself while the networks are down, and what they may
// cost the shop (docs/offline-qr.md).
type Offline struct {
	Enabled   bool     `toml:"enabled"`    // default false
	Count     int      `toml:"count"`      // codes unconfirmed at one time: 1–100; default 5
	Sum       int64    `toml:"sum"`        // of them together, fen: 1–100 000 000; default 50 000 (500 yuan)
	Each      int64    `toml:"each"`       // of the largest of them, fen: 1–sum; default 20 000 (200 yuan)
	CodeTries int      `toml:"code_tries"` // wrong answers that end a code: 1–3; default 3
	ModeTries int      `toml:"mode_tries"` // wrong answers that end the mode: 1–10; default 10
	Digits    int      `toml:"digits"`     // of an answer: 6–8; default 6
	Expiry    Duration `toml:"expiry"`     // of a code: 60 s–600 s; default 300 s
	Network   string   `toml:"network"`    // that confirms: "aggregator" (default), which must be enabled

	Acquirer OfflineAcquirer `toml:"acquirer"`
	Scheme   OfflineScheme   `toml:"scheme"`
}

// Answers reports whether the shop has codes with an answer; without an acquirer's page it may have a scheme's alone.
func (o *Offline) Answers() bool {
	return o.Enabled && (o.Acquirer.Page != "" || o.Scheme.Account == "")
}

// OfflineAcquirer is the [offline.acquirer] table: what the acquirer gave out. All are required when [Offline] is
// enabled. Files are relative to the profile's folder.
type OfflineAcquirer struct {
	Page      string `toml:"page"`       // address before the codes: https, a path of 0–9 A–Z . / - alone, 1–200 bytes
	Key       string `toml:"key"`        // file of the terminal's key, PEM; in clear only without a sealed file
	KeyNumber int    `toml:"key_number"` // of that key: 0–255; default 1
}

// OfflineScheme is the [offline.scheme] table: a scheme's own code (EMVCo, merchant-presented) with an account that an
// acquirer gave out. Without an account there is none, and what the others say is checked all the same.
type OfflineScheme struct {
	Name     string   `toml:"name"`     // as customers know it: 1–8 columns; default "云闪付"
	Template string   `toml:"template"` // 15 or 16, UnionPay, or 26–51; default "15"
	Account  string   `toml:"account"`  // from the acquirer, printable ASCII: 1–40 characters; default "", off
	GUID     string   `toml:"guid"`     // of 26–51: AID, UUID or reverse domain, 1–32 characters; default ""
	Field    string   `toml:"field"`    // of 26–51: under which id the account stands in the template, 01–99; default "01"
	Category string   `toml:"category"` // merchant category code (MCC, ISO 18245), 4 digits; required with an account
	Country  string   `toml:"country"`  // ISO 3166-1, 2 capitals; default "CN"
	City     string   `toml:"city"`     // printable ASCII: 1–15 characters; required with an account
	Expiry   Duration `toml:"expiry"`   // how long the acquirer takes a code: 60 s–1800 s; default 600 s
	Network  string   `toml:"network"`  // that can be asked: "unionpay", with template 15 or 16 alone, or "" (default)
}

// Path resolves a path of the profile: rel itself when it is absolute or empty, otherwise rel below the folder
// that the profile stands in.
func (p *Profile) Path(rel string) string {
	if rel == "" || filepath.IsAbs(rel) {
		return rel
	}
	return filepath.Join(p.dir, rel)
}

// Duration is a time.Duration that a profile writes as a string such as "500ms", "3s" or "2m".
type Duration time.Duration

// D returns d as the standard library's type.
func (d Duration) D() time.Duration { return time.Duration(d) }

// String writes d as [time.Duration.String] does.
func (d Duration) String() string { return time.Duration(d).String() }
