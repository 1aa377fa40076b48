package paynet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// stateVersion is raised when state.json changes its meaning.
const stateVersion = 2

// state is everything that a restarted sandbox remembers.
type state struct {
	Version int               `json:"version"`
	Orders  map[string]*order `json:"orders"` // by orderKey
	Phones  map[string]*phone `json:"phones"` // by wallet
	Entries []Entry           `json:"entries"`
	Serial  int64             `json:"serial"` // of transaction ids
}

// order is one order as its network knows it.
type order struct {
	Network     string    `json:"network"`
	No          string    `json:"out_trade_no"`
	Kind        string    `json:"trade_type"`
	State       string    `json:"trade_state"`
	Description string    `json:"description"`
	Attach      string    `json:"attach,omitempty"`
	Total       int64     `json:"total"`
	PayerTotal  int64     `json:"payer_total"`
	Expires     time.Time `json:"expires"` // shown: no payment after it; scanned: the password's deadline
	Created     time.Time `json:"created"`

	Within  time.Duration `json:"within,omitempty"`   // Alipay: to pay, from when the trade exists
	Until   time.Time     `json:"until"`              // Alipay: to pay, at all; zero for no limit
	TxnTime string        `json:"txn_time,omitempty"` // UnionPay: by which, with the number, an order is known
	Why     string        `json:"why,omitempty"`      // UnionPay: origRespCode of a payment that failed

	Digest      string    `json:"digest"`             // of the first request, which a repeated one must equal
	CodeURL     string    `json:"code_url,omitempty"` // the text of a shown code
	Wallet      string    `json:"wallet,omitempty"`   // who pays or paid
	Transaction string    `json:"transaction_id,omitempty"`
	WalletID    string    `json:"wallet_id,omitempty"` // aggregator: the wallet's own number of the payment
	Answer      string    `json:"answer,omitempty"`    // aggregator: of a code that a terminal made
	PaidAt      time.Time `json:"paid_at"`

	Refunds []*refund `json:"refunds,omitempty"`
}

// Kinds and states of orders, in WeChat Pay's words. A network that says otherwise translates them.
const (
	kindNative = "NATIVE"   // shown
	kindCode   = "MICROPAY" // scanned

	kindOffline = "OFFLINE" // aggregator: shown by a terminal that made the code itself

	stateSuccess    = "SUCCESS"
	stateRefund     = "REFUND"
	stateNotPay     = "NOTPAY" // shown, not paid yet
	stateClosed     = "CLOSED"
	stateRevoked    = "REVOKED"
	stateUserPaying = "USERPAYING" // scanned, waits for the password
	statePayError   = "PAYERROR"
)

// orderKey is an order in the state: each network has numbers of its own.
func orderKey(network, no string) string { return network + "/" + no }

// order returns an order; nil when there is none.
func (s *state) order(network, no string) *order { return s.Orders[orderKey(network, no)] }

func (s *state) add(o *order) { s.Orders[orderKey(o.Network, o.No)] = o }

func stateFile(dir string) string { return filepath.Join(dir, "state.json") }

func loadState(dir string) (state, error) {
	s := state{Version: stateVersion, Orders: map[string]*order{}, Phones: map[string]*phone{}}
	text, err := os.ReadFile(stateFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		s.addPhones()
		return s, nil
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("%s: %w; delete it to begin anew", stateFile(dir), err)
	}
	if s.Version != stateVersion {
		return s, fmt.Errorf("%s: version %d, this sandbox reads %d; delete it to begin anew", stateFile(dir), s.Version, stateVersion)
	}
	s.addPhones()
	return s, nil
}

// addPhones gives every wallet a phone. 10 000 yuan is more than a terminal's limit for most sales and less
// than for the largest.
func (s *state) addPhones() {
	for _, wallet := range wallets {
		if s.Phones[wallet] == nil {
			s.Phones[wallet] = &phone{Wallet: wallet, Balance: 1_000_000, Password: PasswordAboveLimit, Limit: 100_000}
		}
	}
}

// save replaces the file in one step, so that whoever kills the sandbox finds the state before or after.
func (s *state) save(dir string) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return writeFile(stateFile(dir), text, 0o600)
}

func writeFile(path string, text []byte, mode os.FileMode) error {
	next := path + ".new"
	if err := os.WriteFile(next, text, mode); err != nil {
		return err
	}
	return os.Rename(next, path)
}
