package board

import (
	"context"
	"time"

	"smartpos/txn/pay/paynet"
)

// State is everything about the board that is not a picture.
type State struct {
	Backend  string               `json:"backend"`
	Dir      string               `json:"dir"`
	Power    Power                `json:"power"`
	Faults   Faults               `json:"faults"`
	Paper    PaperState           `json:"paper"`
	Phones   map[string]PhonePage `json:"phones"`
	Ledger   paynet.Ledger        `json:"ledger"`
	Versions map[Kind]int         `json:"versions"` // how often each kind has changed
}

// PaperState is the paper in figures.
type PaperState struct {
	Bytes   int      `json:"bytes"`             // received since the last tear
	Height  int      `json:"height"`            // dots
	Kicks   int      `json:"kicks"`             // pulses that the cash drawer has got since the board was made
	Unknown []string `json:"unknown,omitempty"` // what meant nothing to the printer
}

// State returns the state of the board.
func (b *Board) State() State {
	versions := make(map[Kind]int, len(kinds))
	for _, k := range kinds {
		versions[k] = b.changes.version(k)
	}
	return State{
		Backend: b.backend.Name(), Dir: b.dir, Power: b.Power(), Faults: b.Faults(), Paper: b.paperState(),
		Phones: b.Phones(), Ledger: b.Ledger(), Versions: versions,
	}
}

func (b *Board) paperState() PaperState {
	p := b.Paper()
	s := PaperState{Bytes: len(p.Raw()), Height: p.Image().Bounds().Dy(), Kicks: b.printer.printer.Kicks()}
	for _, u := range p.Unknown() {
		s.Unknown = append(s.Unknown, u.String())
	}
	return s
}

// Scan holds a code before the scan engine until it is read, for limit at most. A code that nothing reads is
// [ErrNotRead].
func (b *Board) Scan(ctx context.Context, text string, limit time.Duration) error {
	if !b.running() {
		return ErrNoPower
	}
	return b.scanner.scan(ctx, text, limit)
}

// ScannerReading reports whether the scan engine would read a code now: its light is on.
func (b *Board) ScannerReading() bool { return b.running() && b.scanner.engine.Reading() }
