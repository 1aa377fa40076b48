package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"smartpos/txn"
)

// secretFields are the JSON fields that leave the journal only encrypted: what could be searched for a PIN, a payment
// code or an answer. A test holds every record's fields to it.
var secretFields = []string{"pin", "code", "digest"}

// Exported is a record as it is handed to other programs.
type Exported struct {
	Sequence uint64          `json:"sequence"`
	At       time.Time       `json:"at"`
	Type     string          `json:"type"`     // "intent", "move", "outcome" …
	Previous Head            `json:"previous"` // hash of the record before it
	Hash     Head            `json:"hash"`
	Record   json.RawMessage `json:"record"` // the record's fields, without secrets
}

// Export returns the entry without its secrets. The hashes are those of the whole record.
func (e Entry) Export() (Exported, error) {
	record, err := Redacted(e.Record)
	return Exported{
		Sequence: e.Sequence, At: e.At.UTC(), Type: e.Type(), Previous: e.Previous, Hash: e.Hash, Record: record,
	}, err
}

// Type names the kind of the entry's record.
func (e Entry) Type() string {
	_, name, _ := strings.Cut(fmt.Sprintf("%T", e.Record), ".")
	return strings.ToLower(name)
}

// Redacted returns the JSON of a record or an order without its secrets, at any depth.
func Redacted(v any) (json.RawMessage, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	redact(tree)
	return json.Marshal(tree)
}

func redact(tree any) {
	switch t := tree.(type) {
	case map[string]any:
		maps.DeleteFunc(t, func(key string, _ any) bool { return slices.Contains(secretFields, key) })
		for _, v := range t {
			redact(v)
		}
	case []any:
		for _, v := range t {
			redact(v)
		}
	}
}

// History returns an order and every record that it is the sum of, oldest first, or [txn.ErrNoOrder].
func (j *Journal) History(no txn.OrderNo) (o txn.Order, entries []Entry, err error) {
	err = j.read("history", func(v *view) error {
		s, err := v.orderByNo(no)
		if err != nil {
			return err
		}
		if err := v.derive(s, nil); err != nil {
			return err
		}
		for _, seq := range s.Records {
			e, _, err := v.record(seq)
			if err != nil {
				return err
			}
			entry, err := v.entry(seq, e.previous)
			if err != nil {
				return err
			}
			entries = append(entries, entry)
		}
		o = s.Order
		return nil
	})
	return o, entries, err
}
