package store

import (
	"errors"
	"fmt"
)

// Witness is a place in a chain, and its head there as [Head.Short] shows it.
type Witness struct {
	Record uint64
	Head   string
}

// String returns the witness as a slip shows it and as the commands take it: "81-0123-4567-89AB-CDEF".
func (w Witness) String() string { return fmt.Sprintf("%d-%s", w.Record, w.Head) }

// ErrWitness is returned when a journal does not hold what a slip shows: records are missing at its end, or it is another.
var ErrWitness = errors.New("store: the journal does not hold the head that the slip shows")

// Holds returns [ErrWitness] if the chain is not, at its place, what the witness says.
func (j *Journal) Holds(w Witness) error {
	return j.read("witness", func(v *view) error {
		st, a, err := v.bounds()
		if err != nil {
			return err
		}
		if w.Record < 1 || w.Record > st.records {
			return fmt.Errorf("%w: it ends with record %d", ErrWitness, st.records)
		}
		if w.Record < a.records {
			return fmt.Errorf("%w: it begins behind record %d, so take a later slip", ErrWitness, a.records)
		}
		hash := a.hash
		if w.Record > a.records {
			_, hash, err = v.record(w.Record)
		}
		if err == nil && Head(hash).Short() != w.Head {
			err = fmt.Errorf("%w: its record %d is %s", ErrWitness, w.Record, Head(hash).Short())
		}
		return err
	})
}
