package paynet

import (
	"slices"
	"strings"
	"time"
)

// Kinds of ledger entries.
const (
	EntryCharge   = "charge"
	EntryGiveBack = "give-back"
)

// Entry is one movement of a customer's money.
type Entry struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Wallet  string    `json:"wallet"`
	Network string    `json:"network"`
	Order   string    `json:"order"`
	Amount  int64     `json:"amount"` // fen that the customer paid or got back
	Total   int64     `json:"total"`  // fen of the order or refund, before coupons
	Refund  string    `json:"refund,omitempty"`
}

// Ledger is what every customer was really charged, whoever believes what about it.
type Ledger struct {
	Customers []CustomerAccount `json:"customers"`
	Orders    []OrderAccount    `json:"orders"` // in the order of their creation
	Entries   []Entry           `json:"entries"`
	Charged   int64             `json:"charged"`    // fen
	GivenBack int64             `json:"given_back"` // fen
}

// CustomerAccount sums up one customer.
type CustomerAccount struct {
	Wallet    string `json:"wallet"`
	Balance   int64  `json:"balance"`
	Charged   int64  `json:"charged"`
	GivenBack int64  `json:"given_back"`
}

// OrderAccount sums up one order.
type OrderAccount struct {
	Order     string `json:"order"`
	Network   string `json:"network"`
	Type      string `json:"type"`  // in the network's words: NATIVE or MICROPAY of WeChat Pay
	State     string `json:"state"` // as a query would answer it
	Total     int64  `json:"total"`
	Charges   int    `json:"charges"`    // how often the customer was charged; more than once is never right
	Charged   int64  `json:"charged"`    // fen of the customer
	GivenBack int64  `json:"given_back"` // fen of the customer
	GiveBacks int    `json:"give_backs"` // how often something was given back

	Transaction string `json:"transaction_id,omitempty"` // the network's number of the payment
}

// Order returns the account of the first order with that number; ok is false where no network knows one.
func (l Ledger) Order(no string) (a OrderAccount, ok bool) {
	i := slices.IndexFunc(l.Orders, func(a OrderAccount) bool { return a.Order == no })
	if i < 0 {
		return a, false
	}
	return l.Orders[i], true
}

// Ledger returns the ledger as it stands.
func (p *Paynet) Ledger() Ledger {
	l := Ledger{Customers: []CustomerAccount{}, Orders: []OrderAccount{}, Entries: []Entry{}}
	p.view(func(time.Time) {
		customers, orders := map[string]int{}, map[string]int{}
		for _, wallet := range wallets {
			customers[wallet] = len(l.Customers)
			l.Customers = append(l.Customers, CustomerAccount{Wallet: wallet, Balance: p.state.Phones[wallet].Balance})
		}
		for _, o := range p.state.sorted() {
			orders[orderKey(o.Network, o.No)] = len(l.Orders)
			kind, state := p.at(o.Network).words(o)
			l.Orders = append(l.Orders, OrderAccount{Order: o.No, Network: o.Network, Type: kind, State: state, Total: o.Total, Transaction: o.Transaction})
		}
		for _, e := range p.state.Entries {
			c, o := &l.Customers[customers[e.Wallet]], &l.Orders[orders[orderKey(e.Network, e.Order)]]
			if e.Kind == EntryCharge {
				c.Charged, o.Charged, l.Charged = c.Charged+e.Amount, o.Charged+e.Amount, l.Charged+e.Amount
				o.Charges++
			} else {
				c.GivenBack, o.GivenBack, l.GivenBack = c.GivenBack+e.Amount, o.GivenBack+e.Amount, l.GivenBack+e.Amount
				o.GiveBacks++
			}
			l.Entries = append(l.Entries, e)
		}
	})
	return l
}

// sorted returns the orders by creation.
func (s *state) sorted() []*order {
	all := make([]*order, 0, len(s.Orders))
	for _, o := range s.Orders {
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b *order) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.No, b.No)
	})
	return all
}
