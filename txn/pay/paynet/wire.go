package paynet

import (
	"net/http"
	"net/url"
	"time"

	"smartpos/txn/reconcile"
)

// wire is one network's side of the line: its paths and signatures, its calls, its words and habits. What is
// the same everywhere (faults of the line, phones, money) stands around it and knows none of them. Each network
// has its files, named after it.
type wire interface {
	// network is the network's name, and that of its wallet.
	network() string
	// title is what customers call it.
	title() string

	// open loads the network's keys and the merchant's from the folder, or makes them.
	open(dir string, ca *authority) error
	// listening is told the address; it writes down for clients what a merchant would have got.
	listening(dir, baseURL string) error

	// route reports whether the request is for this network, and fills in op and no, as far as it has them.
	route(r *request) bool
	// authorize returns what refuses a request that the merchant did not sign; nil: it did. It runs under the
	// lock.
	authorize(r *request, now time.Time) *answer
	// call does what the request asks for. It runs under the lock.
	call(r *request, now time.Time) answer
	// looks reports whether op changes nothing, so that there is nothing to keep or to announce.
	looks(op string) bool
	// stop returns what the network says instead of doing anything: its own errors for FaultSystemError and
	// FaultBusy, and whatever else a fault prevents; nil: the fault does not stop it.
	stop(r *request, f FaultKind) *answer
	// bend changes what an answer says before it is signed, for the faults that carry a good signature.
	bend(r *request, a answer, f FaultKind) answer
	// seal signs an answer, in the headers or the body, or does what the fault makes of that.
	seal(h http.Header, r *request, a answer, f FaultKind) answer

	// owns reports whether a QR code's text is one of the network's.
	owns(qr string) bool
	// paidFrom reports whether a phone with that wallet can pay what the network shows.
	paidFrom(wallet string) bool
	// seen notes that a customer has scanned a shown order.
	seen(o *order, now time.Time)
	// refused notes that a code payment was declined, left or not affordable.
	refused(o *order)
	// lapse notes that an order's time is over.
	lapse(o *order)
	// number returns a fresh number of the network's for a payment.
	number(serial int64, now time.Time) string
	// writeBill writes a day's bill as a person downloads it, and names its file.
	writeBill(day time.Time, lines []reconcile.Line) (name string, data []byte)
	// words are the order's type and state as the network writes them.
	words(o *order) (kind, state string)
}

// request is one call as it came over the line.
type request struct {
	op     string // as faults and OnRequest name it; empty for one that does not exist
	no     string // the order's number, where the path says it
	host   string // by which the client knows the network
	method string
	target string // path and query, raw: some signatures cover them
	path   string
	query  url.Values
	header http.Header
	body   []byte
	form   url.Values // where the network sends forms
}

// answer is what a network says.
type answer struct {
	status int
	body   []byte
}

// wireOf returns the network that a request is for; nil for none.
func (p *Paynet) wireOf(r *request) wire {
	for _, w := range p.wires {
		if w.route(r) {
			return w
		}
	}
	return nil
}

// at returns the network of that name.
func (p *Paynet) at(network string) wire {
	for _, w := range p.wires {
		if w.network() == network {
			return w
		}
	}
	return nil
}
