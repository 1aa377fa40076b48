package qemu

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ErrProtocol is returned when QEMU sends what is no QMP or no qtest. It is wrapped in a [*HarnessError].
var ErrProtocol = errors.New("not what the protocol allows")

// QMPError is QEMU's own refusal of a command. It is wrapped in a [*HarnessError].
type QMPError struct {
	Command string // "device_add"
	Class   string // "GenericError", "CommandNotFound", "DeviceNotFound" …
	Desc    string // for people
}

// Error gives QEMU's words.
func (e *QMPError) Error() string { return e.Class + ": " + e.Desc }

// Event is something that QEMU tells by itself.
type Event struct {
	Name string          // "RESET", "SHUTDOWN", "DEVICE_DELETED" …
	Data json.RawMessage // its details, an object; nil if it has none
	Time time.Time       // by the host's clock

	number Mark // its place in the order of arrival
}

// message is one line that QEMU sends. Exactly one of greeting, answer and event is set.
type message struct {
	greeting bool
	event    *Event
	answer   *answer
}

// answer is what became of a command.
type answer struct {
	id     uint64
	result json.RawMessage
	err    *QMPError
}

// parseMessage reads one line of QMP (QEMU docs/interop/qmp-spec.txt, section 2).
func parseMessage(line []byte) (message, error) {
	var wire struct {
		QMP    json.RawMessage `json:"QMP"`
		Return json.RawMessage `json:"return"`
		Error  *struct {
			Class string `json:"class"`
			Desc  string `json:"desc"`
		} `json:"error"`
		ID        *uint64         `json:"id"`
		Event     string          `json:"event"`
		Data      json.RawMessage `json:"data"`
		Timestamp struct {
			Seconds      int64 `json:"seconds"`
			Microseconds int64 `json:"microseconds"`
		} `json:"timestamp"`
	}
	if err := json.Unmarshal(line, &wire); err != nil {
		return message{}, fmt.Errorf("%w: %.200q: %w", ErrProtocol, line, err)
	}
	bad := func(why string) (message, error) {
		return message{}, fmt.Errorf("%w: %.200q: %s", ErrProtocol, line, why)
	}
	isAnswer := wire.Return != nil || wire.Error != nil
	switch {
	case count(wire.QMP != nil, isAnswer, wire.Event != "") != 1:
		return bad("want a greeting, an answer or an event")
	case wire.QMP != nil:
		return message{greeting: true}, nil
	case wire.Event != "":
		at := time.Unix(wire.Timestamp.Seconds, wire.Timestamp.Microseconds*1000)
		return message{event: &Event{Name: wire.Event, Data: wire.Data, Time: at}}, nil
	case wire.Return != nil && wire.Error != nil:
		return bad("an answer with a result and an error")
	}
	a := &answer{result: wire.Return}
	if wire.Error != nil {
		a.err = &QMPError{Class: wire.Error.Class, Desc: wire.Error.Desc}
	}
	switch {
	case wire.ID != nil && *wire.ID > 0:
		a.id = *wire.ID
	case a.err != nil: // QEMU could not even read what was sent
		return message{}, fmt.Errorf("%w: %w", ErrProtocol, a.err)
	default:
		return bad("an answer to nothing")
	}
	return message{answer: a}, nil
}

func count(these ...bool) (n int) {
	for _, is := range these {
		if is {
			n++
		}
	}
	return n
}
