package txn

import "time"

// Language is that of screens and slips.
type Language string

// The languages of the terminal.
const (
	Chinese Language = "zh"
	English Language = "en"
)

// Limits on what the machine holds at once. None is reached in an ordinary day; reaching one is said on the
// screen, and nothing is dropped.
const (
	maxUnresolved = 200 // orders worked on in the background; above, no new sale starts
	maxRequests   = 4   // requests in flight for background orders
	maxPrintJobs  = 16  // slips waiting for the printer
	maxUnprinted  = 50  // receipts that did not come out; the oldest beyond are done without
	maxItems      = 50  // lines of a sale
	maxQuantity   = 999 // of one line
	maxCodes      = 64  // digests of used payment codes
	maxAlarms     = 16  // alarms waiting for the standing line
	maxExceptions = 200 // exceptions listed on the screen
)

// MaxEnrolCode is how many digits an enrolment code has at most.
const MaxEnrolCode = 16

// Config is what the machine must know of its shop, its terminal and its networks.
type Config struct {
	Terminal string   // terminal number (终端号)
	Operator string   // who is at the till
	Language Language // of screens; slips carry both where both are usual
	Sandbox  bool     // marks every screen and slip as a test

	Merchant Merchant
	Networks []NetworkConfig // those enabled, in the order of the digits on the QR screen
	Default  NetworkID       // what 确认 shows
	Items    map[string]Item // the catalogue, by barcode
	Printer  bool            // whether there is a printer at all
	Scanner  bool            // whether there is a scanner at all
	Drawer   bool            // whether the printer has a cash drawer

	Continuous bool // the scanner reads all the time, and not when it is asked to

	// Reaction is how soon after an outcome has come up by itself nobody can have seen it: a key that is pressed then was
	// meant for the screen before. 0: keys are taken at once.
	Reaction time.Duration

	Offline OfflineConfig // codes without a network; the zero value: off

	MaxAmount  Money // of one sale
	Copies     int   // 1 merchant's, 2 merchant's and customer's
	ReceiptQR  bool  // a QR of the order number on the receipt
	ShowExpiry time.Duration
	Margin     time.Duration // after expiry, a network's last word
	ScanWindow time.Duration // how long the scanner waits for a customer's code
	Timing                   // of networks without their own
	MaxBackoff time.Duration // between queries of an order in the background
	Linger     time.Duration // how long an outcome stays on the screen

	EnrolCode    PIN           // by which a technician enrols a supervisor, at most [MaxEnrolCode] digits; none: nobody can
	RefundSettle time.Duration // how long a network may not know of a refund that was asked for
	AskLimit     time.Duration // then a supervisor may rule on what no network has answered; 0: never

	Backups bool // backups can be made: the profile names the shop's recovery key
}

// Timing is when a network wants to be asked what.
type Timing struct {
	PollShow  time.Duration // between queries while a QR is shown
	PollFirst time.Duration // to the first query after a customer's code was sent; 0: PollScan
	PollScan  time.Duration // between queries while a customer types a password
	ScanLimit time.Duration // after paying, then reverse
	Reverse   time.Duration // not sooner after paying
	// AskFirst: a reverse directly follows a query that left the order open.
	AskFirst bool
}

// Merchant is the shop as receipts name it.
type Merchant struct {
	Name   string // 商户名称
	NameEN string
	Number string // 商户号, where the network has none
	Footer string
}

// NetworkConfig is one enabled network.
type NetworkConfig struct {
	ID     NetworkID
	Name   string // as the customer knows it: 微信支付
	NameEN string
	Short  string // for the line of digits: 微信
	Number string // our merchant number there (商户号)
	Timing Timing // the zero value: that of Config

	AskLimit time.Duration // how long after its beginning an order or refund can be asked about; 0: that of Config
}

func (c *Config) network(id NetworkID) (NetworkConfig, bool) {
	for _, n := range c.Networks {
		if n.ID == id {
			return n, true
		}
	}
	return NetworkConfig{ID: id, Name: string(id), NameEN: string(id), Short: string(id)}, false
}

// timing is when a network wants to be asked what; a network that is not enabled any more is asked as the others are.
func (c *Config) timing(id NetworkID) Timing {
	t := c.Timing
	if n, _ := c.network(id); n.Timing != (Timing{}) {
		t = n.Timing
	}
	if t.PollFirst == 0 {
		t.PollFirst = t.PollScan
	}
	return t
}
