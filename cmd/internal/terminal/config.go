package terminal

import (
	"cmp"
	"time"

	"smartpos/device"
	"smartpos/printer"
	"smartpos/scanner"
	"smartpos/txn"
)

const (
	linger     = 20 * time.Second // an outcome on the screen, when nobody presses a key
	maxBackoff = time.Minute      // between queries of an order in the background
	backoffBy  = 12               // … and at most this many times the poll interval
)

// Config is what the profile says of the shop and its sales.
func Config(p *device.Profile) txn.Config {
	cfg := txn.Config{
		Terminal: p.Terminal.ID,
		Operator: p.Terminal.Operator,
		Language: txn.Language(p.Terminal.Language),
		Sandbox:  p.Environment == device.Sandbox,
		Merchant: txn.Merchant{
			Name: p.Merchant.Name, NameEN: p.Merchant.NameEn, Number: p.Merchant.Number, Footer: p.Merchant.Footer,
		},
		Default:    txn.NetworkID(p.Sale.DefaultNetwork),
		Items:      map[string]txn.Item{},
		Printer:    p.Printer.Device != "",
		Scanner:    p.Scanner.Engine != "none",
		Drawer:     p.Printer.Drawer != string(printer.DrawerNone),
		Continuous: p.Scanner.Mode == string(scanner.Continuous),
		Reaction:   p.Sale.Reaction.D(),
		MaxAmount:  txn.Yuan(p.Sale.MaxAmount),
		Copies:     p.Sale.Copies,
		ReceiptQR:  p.Sale.PrintReceiptQR,
		ShowExpiry: p.Sale.ShowExpiry.D(),
		Margin:     p.Sale.ShowMargin.D(),
		ScanWindow: p.Sale.ScanWindow.D(),
		Timing: txn.Timing{
			PollShow: p.Sale.PollShow.D(), PollScan: p.Sale.PollScan.D(), ScanLimit: p.Sale.ScanLimit.D(),
			Reverse: p.Sale.ReverseAfter.D(),
		},
		MaxBackoff: min(maxBackoff, backoffBy*max(p.Sale.PollScan.D(), p.Sale.PollShow.D())),
		Linger:     linger,
		EnrolCode:  txn.NewPIN(p.Terminal.EnrolCode), RefundSettle: p.Sale.RefundSettle.D(), AskLimit: p.Sale.AskLimit.D(),
		Backups: p.Backup.RecoveryKey != "" && CheckBackup(p) == nil,
	}
	if o := p.Offline; o.Enabled {
		cfg.Offline = txn.OfflineConfig{
			Limits: txn.OfflineLimits{
				Count: o.Count, Fen: o.Sum, Each: o.Each, CodeTries: o.CodeTries, ModeTries: o.ModeTries,
			},
			Network: txn.NetworkID(o.Network), Expiry: o.Expiry.D(),
		}
		if o.Answers() {
			cfg.Offline.Digits = o.Digits
		}
		if s := o.Scheme; s.Account != "" {
			cfg.Offline.Scheme = txn.SchemeConfig{
				Name: s.Name, Network: cmp.Or(txn.NetworkID(s.Network), txn.Scheme), Expiry: s.Expiry.D(),
			}
		}
	}
	for _, i := range p.Item {
		cfg.Items[i.Barcode] = txn.Item{Name: i.Name, Barcode: i.Barcode, Price: txn.Yuan(i.Price)}
	}
	if w := p.Networks.Wechat; w.Enabled {
		cfg.Networks = append(cfg.Networks, txn.NetworkConfig{
			ID: txn.WeChat, Name: w.Name, NameEN: "WeChat Pay", Short: "微信", Number: w.MerchantID, AskLimit: w.AskLimit.D(),
		})
	}
	if a := p.Networks.Alipay; a.Enabled {
		cfg.Networks = append(cfg.Networks, txn.NetworkConfig{
			ID: txn.Alipay, Name: a.Name, NameEN: "Alipay", Short: "支付宝", Number: cmp.Or(a.SellerID, a.AppID),
			AskLimit: a.AskLimit.D(),
			Timing: txn.Timing{
				PollShow: p.Sale.PollShow.D(), PollFirst: a.PollFirst.D(), PollScan: a.PollScan.D(),
				ScanLimit: a.ScanLimit.D(), Reverse: a.ReverseAfter.D(), AskFirst: true,
			},
		})
	}
	if u := p.Networks.Unionpay; u.Enabled {
		cfg.Networks = append(cfg.Networks, txn.NetworkConfig{
			ID: txn.UnionPay, Name: u.Name, NameEN: "UnionPay", Short: "云闪付", Number: u.MerchantID, AskLimit: u.AskLimit.D(),
		})
	}
	if a := p.Networks.Aggregator; a.Enabled {
		cfg.Networks = append(cfg.Networks, txn.NetworkConfig{
			ID: txn.Aggregator, Name: a.Name, NameEN: "All wallets", Short: "聚合码", Number: a.MerchantID,
			AskLimit: a.AskLimit.D(),
		})
	}
	return cfg
}

func printerModel(p device.Printer) printer.Model {
	return printer.Model{
		Columns: p.Columns, Dots: p.Dots, QR: printer.QRMode(p.QR), Encoding: printer.Encoding(p.Encoding),
		Cut: printer.CutMode(p.Cut), Dialect: printer.Dialect(p.Dialect), Density: p.Density, Speed: p.Speed,
		NearEnd: p.NearEnd, Buffer: p.Buffer, Drawer: printer.Drawer(p.Drawer), Pulse: p.DrawerPulse.D(),
	}
}

func scannerConfig(s device.Scanner) scanner.Config {
	return scanner.Config{
		Protocol: scanner.Protocol(s.Engine), Mode: scanner.Mode(s.Mode), Baud: s.Baud, Bauds: s.Bauds,
		Reread: s.Reread.D(), MaxBytes: s.MaxBytes,
	}
}

func codeTable(s device.Scanner) (*scanner.Table, error) {
	var rules []scanner.Rule
	for _, c := range s.Code {
		rules = append(rules, scanner.Rule{Network: c.Network, Pattern: c.Pattern})
	}
	return scanner.NewTable(rules)
}
