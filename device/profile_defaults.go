package device

import "time"

// DefaultProfile returns the profile that a file starts from: every default, no required key. It does not pass
// [ParseProfile]'s checks as it is, since nobody can guess a terminal's id or a merchant's keys.
func DefaultProfile() *Profile {
	return &Profile{
		Board:       "host",
		Environment: Sandbox,
		Data:        "data",
		Stick:       "/mnt/stick",
		Terminal:    Terminal{Language: "zh", Operator: "01"},
		Merchant:    Merchant{Footer: "谢谢惠顾"},
		Sale:        defaultSale(),
		Display: Display{
			Kind: "framebuffer", Device: "fb0", Width: 320, Height: 240, Format: "xrgb8888",
		},
		Keypad: Keypad{
			Kind:      "console",
			Device:    "console",
			Rows:      []string{"GPIO0", "GPIO1", "GPIO2", "GPIO3"},
			Columns:   []string{"GPIO4", "GPIO5", "GPIO6", "GPIO7"},
			Active:    "low",
			Pulls:     "internal",
			Settle:    Duration(20 * time.Microsecond),
			ScanEvery: Duration(5 * time.Millisecond),
			Debounce:  2,
			LongPress: Duration(800 * time.Millisecond),
		},
		Scanner: defaultScanner(),
		Printer: Printer{
			Device: "printer", Baud: 115200, Flow: FlowNone, Columns: 32, Dots: 384, QR: "native",
			Encoding: "gb18030", NearEnd: true, Cut: "partial", Buffer: 4096,
			Drawer: "none", DrawerPulse: Duration(100 * time.Millisecond),
			StatusTimeout: Duration(500 * time.Millisecond),
		},
		Networks: Networks{
			Wechat: Wechat{Name: "微信支付"}, Alipay: defaultAlipay(), Unionpay: Unionpay{Name: "云闪付"},
			Aggregator: Aggregator{Name: "聚合支付"},
		},
		Offline: Offline{
			Count: 5, Sum: 500_00, Each: 200_00, CodeTries: 3, ModeTries: 10, Digits: 6,
			Expiry: Duration(5 * time.Minute), Network: "aggregator", Acquirer: OfflineAcquirer{KeyNumber: 1},
			Scheme: OfflineScheme{Name: "云闪付", Template: "15", Field: "01", Country: "CN", Expiry: Duration(10 * time.Minute)},
		},
		Backup:  Backup{Every: Duration(24 * time.Hour)},
		Journal: Journal{KeepDays: 400}, // networks give money back for a year
	}
}

// defaultSale holds the waits that the networks' own documents ask for.
func defaultSale() Sale {
	return Sale{
		MaxAmount:      50_000_00,
		DefaultNetwork: "wechat",
		ShowExpiry:     Duration(120 * time.Second),
		ShowMargin:     Duration(60 * time.Second),
		ScanWindow:     Duration(30 * time.Second),
		PollShow:       Duration(3 * time.Second),
		PollScan:       Duration(5 * time.Second),
		ScanLimit:      Duration(45 * time.Second),
		ReverseAfter:   Duration(15 * time.Second),
		RequestTimeout: Duration(10 * time.Second),
		RefundSettle:   Duration(10 * time.Second),
		AskLimit:       Duration(24 * time.Hour),
		Reaction:       Duration(300 * time.Millisecond),
		PrintReceiptQR: true,
		Copies:         2,
	}
}

// defaultAlipay holds the waits of Alipay's documents: a query after about 5 s, then every 3 to 5 s, and a cancel after
// 30 to 60 s.
func defaultAlipay() Alipay {
	return Alipay{
		Name:      "支付宝",
		PollFirst: Duration(5 * time.Second),
		PollScan:  Duration(3 * time.Second),
		ScanLimit: Duration(45 * time.Second),
	}
}

func defaultScanner() Scanner {
	return Scanner{
		Engine:       "gm65",
		Device:       "scanner",
		Baud:         9600,
		Bauds:        []int{9600, 57600, 115200},
		Mode:         "command",
		TriggerPulse: Duration(50 * time.Millisecond),
		Reread:       Duration(time.Second),
		MaxBytes:     4096,
		// Networks that this terminal does not serve are listed too: a customer who shows the wrong code
		// is told so, instead of the code being looked up as a product.
		Code: []ScannerCode{
			{Network: "wechat", Pattern: `^1[0-5]\d{16}$`},
			{Network: "alipay", Pattern: `^(?:2[5-9]|30)\d{14,22}$`},
			{Network: "unionpay", Pattern: `^62\d{17}$`},
		},
	}
}
