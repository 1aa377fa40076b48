package txn

import "slices"

// Screen is what the cashier and the customer see: content, not layout.
type Screen struct {
	Kind   ScreenKind
	Title  string
	Mark   string // 测试 / TEST, on every screen of a sandbox
	Clock  string // "15:04"
	Tone   Tone
	Amount string   // in large digits, "12.34" with its sign; empty for none
	Lines  []string // what happened and what to do; wrapped where too long
	QR     string   // what the customer scans
	Left   int      // with QR: seconds until it expires
	Wallet string   // with QR: whose app scans it
	Choice []string // with QR: the other wallets by digit, "2 支付宝"
	Keys   []string // which key does what: "确认 收款码"
	Status string   // the standing line: printer, network, orders in the background
	Alarm  bool     // Status is something that must not be overlooked
}

// ScreenKind is which arrangement a screen has.
type ScreenKind uint8

// The arrangements.
const (
	ScreenText ScreenKind = iota // lines of text
	ScreenSale                   // large amount, lines below
	ScreenQR                     // QR with amount and countdown beside it
)

// Tone is the colour of a screen's message.
type Tone uint8

// The tones.
const (
	ToneNeutral Tone = iota
	ToneGood
	ToneWait
	ToneBad
)

// Equal reports whether two screens look the same.
func (s Screen) Equal(t Screen) bool {
	return s.Kind == t.Kind && s.Title == t.Title && s.Mark == t.Mark && s.Clock == t.Clock && s.Tone == t.Tone &&
		s.Amount == t.Amount && s.QR == t.QR && s.Left == t.Left && s.Wallet == t.Wallet &&
		s.Status == t.Status && s.Alarm == t.Alarm && slices.Equal(s.Lines, t.Lines) &&
		slices.Equal(s.Choice, t.Choice) && slices.Equal(s.Keys, t.Keys)
}
