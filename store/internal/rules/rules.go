// Package rules holds what every journal decides the same way, whatever it keeps its records in: how an
// order number is formed, which record is taken as it stands, and the rule of the sale. The bbolt journal and
// the one in memory both call it, so that a test against the one says something about the other.
//
// The rule of the sale stands in front of [txn.Order.Apply] as a second line of defence: the machine should
// never ask for what is refused here.
package rules

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"smartpos/txn"
)

// Limits of what one record and one sale can hold, in bytes and in pieces.
const (
	MaxPayload    = 64 << 10 // bytes of JSON of one record: some hundred lines of items
	MaxSaleOrders = 1000     // orders of one sale
	MaxRecords    = 1000     // records of one order, those of its refunds included
	MaxRecent     = 1000     // orders at once, and exceptions at start
	MaxCodes      = 64       // digests of payment codes kept
)

var (
	// ErrSaleBusy is returned for an intent whose sale has another order that is paid or can still be paid
	// by design, and for a second capture that is not marked as going over the total. It is a
	// [txn.ErrTransition].
	ErrSaleBusy = fmt.Errorf("%w: another order of the sale is paid or payable", txn.ErrTransition)
	// ErrRecord is returned for a record that no journal can take: none, too long, or without a sensible
	// amount. It is a [txn.ErrTransition].
	ErrRecord = fmt.Errorf("%w: not a record to keep", txn.ErrTransition)
	// ErrTerminal is returned when a terminal id is not 1 to 8 characters of 0-9 A-Z.
	ErrTerminal = errors.New("store: terminal id is not 1 to 8 characters of 0-9 A-Z")
)

// Canonical returns rec's payload and rec as it will be read back from it, so that what is applied today and
// what is applied after a restart are the same to the last bit.
func Canonical(rec txn.Record) ([]byte, txn.Record, error) {
	if isNil(rec) {
		return nil, nil, fmt.Errorf("%w: nil", ErrRecord)
	}
	if _, ok := rec.(*txn.Restored); ok {
		return nil, nil, fmt.Errorf("%w: only a restore begins an incarnation", ErrRecord)
	}
	payload, err := json.Marshal(rec)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %v", ErrRecord, err)
	}
	if len(payload) > MaxPayload {
		return nil, nil, fmt.Errorf("%w: %d bytes, at most %d", ErrRecord, len(payload), MaxPayload)
	}
	read, err := Decode(rec.Type(), payload)
	return payload, read, err
}

// Decode returns the record of type t in payload. It returns [ErrRecord] for a type unknown to this version
// and for a payload that is not JSON of that type.
func Decode(t txn.RecordType, payload []byte) (txn.Record, error) {
	rec := txn.NewRecord(t)
	if rec == nil {
		return nil, fmt.Errorf("%w: type %d", ErrRecord, t)
	}
	if err := json.Unmarshal(payload, rec); err != nil {
		return nil, fmt.Errorf("%w: type %d: %v", ErrRecord, t, err)
	}
	return rec, nil
}

func isNil(rec txn.Record) bool {
	v := reflect.ValueOf(rec)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// NewIntent returns a copy of in under the order number no, starting a sale if it names none. The journal
// alone gives numbers: an intent that brings one is refused.
func NewIntent(in *txn.Intent, no txn.OrderNo) (*txn.Intent, error) {
	if in == nil {
		return nil, fmt.Errorf("%w: nil", ErrRecord)
	}
	if in.No != "" {
		return nil, fmt.Errorf("%w: intent with a number of its own", ErrRecord)
	}
	out := *in
	out.No = no
	if out.Sale == "" {
		out.Sale = no
	}
	return &out, nil
}

// Apply returns o after rec. Others are the other orders of the sale, in any order.
func Apply(o txn.Order, rec txn.Record, others []txn.Order) (txn.Order, error) {
	var err error
	switch r := rec.(type) {
	case *txn.Intent:
		err = checkIntent(r, others)
	case *txn.Outcome:
		err = checkOutcome(r, others)
	case *txn.RefundIntent:
		err = checkRefund(o, r)
	}
	if err != nil {
		return o, err
	}
	return o.Apply(rec)
}

func checkIntent(r *txn.Intent, others []txn.Order) error {
	if r.Amount.Fen <= 0 || r.Amount.Currency == "" {
		return fmt.Errorf("%w: amount of %d %q", ErrRecord, r.Amount.Fen, r.Amount.Currency)
	}
	if err := checkMethod(r); err != nil {
		return err
	}
	if len(others) >= MaxSaleOrders {
		return fmt.Errorf("%w: sale %s has %d orders", ErrRecord, r.Sale, len(others))
	}
	for _, o := range others {
		switch o.State {
		case txn.Open, txn.Unknown, txn.Reversing, txn.Unconfirmed, txn.Paid:
			return fmt.Errorf("%w: %s is %q", ErrSaleBusy, o.No, o.State)
		}
		if o.Amount.Currency != r.Amount.Currency {
			return fmt.Errorf("%w: %s in a sale in %s", ErrRecord, r.Amount.Currency, o.Amount.Currency)
		}
	}
	return nil
}

// checkMethod holds that cash covers its amount and names nothing of a network, and that only cash is tendered.
func checkMethod(r *txn.Intent) error {
	if o := r.Offline; o != nil && (r.Method != txn.Show || !o.Valid()) {
		return fmt.Errorf("%w: an offline code %q for a %s, its answer of %d digits", ErrRecord, o.Scheme, r.Method, o.Digits)
	}
	switch r.Method {
	case txn.Show, txn.Scan:
		if r.Tendered != (txn.Money{}) {
			return fmt.Errorf("%w: %s tendered for a %s", ErrRecord, r.Tendered, r.Method)
		}
	case txn.Cash:
		if r.Network != "" || r.Code != "" || !r.Expires.IsZero() {
			return fmt.Errorf("%w: cash with a network, a code or an end", ErrRecord)
		}
		if r.Tendered.Currency != r.Amount.Currency || r.Tendered.Fen < r.Amount.Fen {
			return fmt.Errorf("%w: %s tendered for %s", ErrRecord, r.Tendered, r.Amount)
		}
	default:
		return fmt.Errorf("%w: method %q", ErrRecord, r.Method)
	}
	return nil
}

// checkOutcome holds rule 1: money beyond the total is never taken for an ordinary success.
func checkOutcome(r *txn.Outcome, others []txn.Order) error {
	if r.State != txn.Paid || r.Exception == txn.OverTotal {
		return nil
	}
	for _, o := range others {
		if o.State == txn.Paid {
			return fmt.Errorf("%w: %s has paid the sale, so %s is over its total", ErrSaleBusy, o.No, r.Order)
		}
	}
	return nil
}
