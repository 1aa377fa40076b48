package txn

import "time"

// Time is a moment as the machine sees it: the wall clock for records, people and networks, and a clock
// that never jumps for waits. Mono counts from the start of the process.
type Time struct {
	Wall time.Time
	Mono time.Duration
}

// Key is a key of the terminal, by the name that the board's interface gives it.
type Key string

// The keys beside the digits "0" to "9".
const (
	KeyDot    Key = "."
	KeyCancel Key = "CANCEL" // 取消
	KeyClear  Key = "CLEAR"  // 清除
	KeyMenu   Key = "MENU"   // 菜单
	KeyScan   Key = "SCAN"   // 扫码
	KeyOK     Key = "OK"     // 确认
)

// digit returns the value of a digit key.
func (k Key) digit() (int, bool) {
	if len(k) == 1 && k[0] >= '0' && k[0] <= '9' {
		return int(k[0] - '0'), true
	}
	return 0, false
}

// amount reports whether the key is one that amounts are made of.
func (k Key) amount() bool {
	_, digit := k.digit()
	return digit || k == KeyDot
}

// Event is something that happened outside the machine.
type Event interface{ event() }

// KeyPressed is one press; Long is a press held beyond the board's long-press time.
type KeyPressed struct {
	Key  Key
	Long bool
}

// KeyStrange says that the keypad's line brought something that is no key.
type KeyStrange struct{}

// KeypadGone says that the keypad was unplugged, or failed. The next key shows that it is back.
type KeypadGone struct{}

// Scanned is a code that the engine read and that holds no control bytes.
type Scanned struct {
	Payment PaymentCode // of a payment code; zero for anything else
	Network NetworkID   // whose payment code it is; empty if the table knows no owner
	Digest  CodeDigest  // of the payment code
	Text    string      // of anything else, e.g. a product's barcode
}

// ScanFailed says why a read brought no code: garbled, too long, control bytes.
type ScanFailed struct{ Reason ScanFault }

// ScanFault is why the scanner brought nothing.
type ScanFault string

// What can be wrong with the scanner or with what it read.
const (
	ScanGarbled ScanFault = "garbled"
	ScanTooLong ScanFault = "too-long"
	ScanGone    ScanFault = "gone"   // unplugged, or its line failed
	ScanSilent  ScanFault = "silent" // plugged in, no answer
)

// ScannerState says that the scanner went away or came back.
type ScannerState struct{ Fault ScanFault } // empty: it works

// Tick lets time pass. The loop sends one at least every 250 ms.
type Tick struct{}

// NetworkOut says that a network could not be set up: until the next start there is nothing to sell with it.
type NetworkOut struct {
	Network NetworkID
	Key     KeyKind // which of its keys can't be used, if it is for a key
}

// KeyKind is one of the keys and certificates that a merchant has with a network, by its name in the profile.
type KeyKind string

// The keys.
const (
	KeyPrivate     KeyKind = "private_key"
	KeyAPIv3       KeyKind = "api_v3_key"
	KeyPublic      KeyKind = "public_key"   // the network's
	KeyPlatform    KeyKind = "platform_key" // the same of an aggregator
	KeyCertificate KeyKind = "certificate"
	KeyRoot        KeyKind = "root"
	KeyMiddle      KeyKind = "middle"
)

// NetworkAnswered ends a [Request]. Fault is empty exactly when Answer is verified.
type NetworkAnswered struct {
	Order  OrderNo
	Op     Op
	Answer Answer
	Fault  Fault
	Code   string // the network's own code with a fault, if it gave one
}

// Committed ends a [Commit]. Order is the record's order after it; Err is nil exactly when the record is on disk.
type Committed struct {
	Token uint64
	Order Order
	Err   error
}

// PrintEnded ends a [Print].
type PrintEnded struct {
	Job   uint64
	Fault PrintFault // empty: the slip came out whole
	Done  PrintExtent
}

// PrintExtent is how much of a slip may be on paper after a fault.
type PrintExtent uint8

// The extents, from "surely nothing" on.
const (
	PrintedNothing PrintExtent = iota
	PrintedPart                // a part may be
	PrintedWhole               // all of it may be
)

// KickEnded ends a [Kick]. Fault is empty when the printer has sent the pulse; no drawer says whether it has opened.
type KickEnded struct {
	Order OrderNo
	Fault PrintFault
}

// PrinterState is the printer's status, asked while nothing prints.
type PrinterState struct {
	Fault   PrintFault
	NearEnd bool
}

// PrintFault is why the printer doesn't print.
type PrintFault string

// What can be wrong with the printer.
const (
	PrintOK       PrintFault = ""
	PrintPaperOut PrintFault = "paper-out"
	PrintCover    PrintFault = "cover-open"
	PrintOffline  PrintFault = "offline"
	PrintSilent   PrintFault = "no-answer" // plugged in, no answer
	PrintGone     PrintFault = "gone"      // unplugged
	PrintCutter   PrintFault = "cutter"    // stuck
	PrintHardware PrintFault = "hardware"  // head, temperature
	PrintRefused  PrintFault = "refused"   // the slip can't be printed by this printer
)

func (KeyPressed) event()      {}
func (KeyStrange) event()      {}
func (KeypadGone) event()      {}
func (Scanned) event()         {}
func (ScanFailed) event()      {}
func (ScannerState) event()    {}
func (Tick) event()            {}
func (NetworkOut) event()      {}
func (NetworkAnswered) event() {}
func (Committed) event()       {}
func (PrintEnded) event()      {}
func (KickEnded) event()       {}
func (PrinterState) event()    {}
