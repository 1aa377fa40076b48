package keypad

import (
	"context"
	"errors"
	"io"
)

// Event is one press of a key.
type Event struct {
	Key  Key
	Long bool // held for the long press time
}

// String returns the key's name, followed by " (long)" for a long press.
func (e Event) String() string {
	if e.Long {
		return e.Key.String() + " (long)"
	}
	return e.Key.String()
}

// Source delivers the keys of one keypad, in the order in which they were pressed.
type Source interface {
	// Next waits for the next press. It returns
	//   - an error that matches ErrClosed once the source was closed,
	//   - io.EOF when a source that can't come back has ended and its last event was delivered,
	//   - the context's error as soon as the context is done; no event is lost by that,
	//   - any other error as a report: what went wrong since the last event. The source goes on by itself,
	//     and Next is to be called again. [Ended] tells the cases apart.
	//
	// Next may be called from several goroutines; each event goes to one of them.
	Next(ctx context.Context) (Event, error)

	// Close stops the source, puts its hardware to rest and makes every Next return. It may be called
	// more than once and from any goroutine. Events that nobody fetched are dropped.
	Close() error
}

// Ended reports whether err, returned by [Source.Next], means that no event will ever come again: the source
// was closed or has ended. Every other error leaves the source working.
func Ended(err error) bool {
	return errors.Is(err, ErrClosed) || err == io.EOF
}
