package board

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"smartpos/cmd/internal/board/stick"
)

// StickDir is where the firmware on a host looks for a USB stick, in the board's folder: a link to its files while it is
// in. The profile says stick = "stick".
const StickDir = "stick"

// stickFiles is a folder that is the stick of a board on a host, in the board's.
const stickFiles = "stick.files"

// maxStickFile bounds a file that is put onto the stick, in bytes.
const maxStickFile = 16 << 20

// ErrStick is returned for what can't be done with the stick as it is.
var ErrStick = errors.New("nothing is done with the USB stick")

// errStickIn is returned for a change of a stick that is in the terminal.
var errStickIn = fmt.Errorf(`%w: it is in the terminal: pull it out first, {"do":"pull"}`, ErrStick)

// StickState is the board's USB stick.
type StickState struct {
	In    bool         `json:"in"` // the terminal
	Kind  stick.Kind   `json:"kind"`
	Files []stick.File `json:"files"` // none of noise
}

// stickPlace is the stick and where it is.
type stickPlace struct {
	mu   sync.Mutex
	in   bool
	kind stick.Kind // "": nobody has made one yet
}

// StickNew takes another stick: empty, full, write-protected, or without a file system.
func (b *Board) StickNew(ctx context.Context, kind stick.Kind) error {
	b.stick.mu.Lock()
	defer b.stick.mu.Unlock()
	if b.stick.in {
		return errStickIn
	}
	if err := b.backend.Medium().New(ctx, kind); err != nil {
		return fmt.Errorf("%w: %w", ErrStick, err)
	}
	b.stick.kind = kind
	b.changes.note(KindStick)
	return nil
}

// makeStick makes an empty stick where there is none yet.
func (b *Board) makeStick(ctx context.Context) error {
	if b.stick.kind != "" {
		return nil
	}
	b.stick.kind = stick.FAT
	if _, err := b.backend.Medium().List(ctx); err == nil { // it lies there from an earlier run
		return nil
	}
	if err := b.backend.Medium().New(ctx, stick.FAT); err != nil {
		return fmt.Errorf("%w: %w", ErrStick, err)
	}
	return nil
}

// StickPut puts a file onto the stick, on somebody's PC.
func (b *Board) StickPut(ctx context.Context, name string, data []byte) error {
	b.stick.mu.Lock()
	defer b.stick.mu.Unlock()
	if b.stick.in {
		return errStickIn
	}
	if err := b.makeStick(ctx); err != nil {
		return err
	}
	if err := b.backend.Medium().Put(ctx, name, data); err != nil {
		return fmt.Errorf("%w: %w", ErrStick, err)
	}
	b.changes.note(KindStick)
	return nil
}

// StickGet is a file of the stick.
func (b *Board) StickGet(ctx context.Context, name string) ([]byte, error) {
	b.stick.mu.Lock()
	defer b.stick.mu.Unlock()
	data, err := b.backend.Medium().Get(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStick, err)
	}
	return data, nil
}

// Stick is the stick as it is now.
func (b *Board) Stick(ctx context.Context) StickState {
	b.stick.mu.Lock()
	defer b.stick.mu.Unlock()
	s := StickState{In: b.stick.in, Kind: b.stick.kind}
	if s.Kind != stick.Noise && s.Kind != "" {
		s.Files, _ = b.backend.Medium().List(ctx) // one that is being written shows nothing
	}
	return s
}

// StickPlug plugs the stick in. The terminal learns of it some time later.
func (b *Board) StickPlug(ctx context.Context) error {
	b.stick.mu.Lock()
	defer b.stick.mu.Unlock()
	if b.stick.in {
		return fmt.Errorf("%w: it is in the terminal already", ErrStick)
	}
	if err := b.makeStick(ctx); err != nil {
		return err
	}
	if err := b.backend.Stick(ctx, true, b.stick.kind == stick.Protected); err != nil {
		return err
	}
	b.stick.in = true
	b.changes.note(KindStick)
	return nil
}

// StickPull pulls it out, whatever the terminal does with it.
func (b *Board) StickPull(ctx context.Context) error {
	b.stick.mu.Lock()
	defer b.stick.mu.Unlock()
	if !b.stick.in {
		return fmt.Errorf("%w: it is not in the terminal", ErrStick)
	}
	b.stick.in = false
	b.changes.note(KindStick)
	return b.backend.Stick(ctx, false, false)
}

// StickPullAt pulls it out at the nth write to it from now, which fails.
func (b *Board) StickPullAt(n int) error {
	return b.backend.ArmStickWrite(n, func() {
		ctx, cancel := context.WithTimeout(context.Background(), plugLimit)
		defer cancel()
		_ = b.StickPull(ctx) // whoever has pulled it before, it is out
	})
}

// BringBill puts today's bill of a network onto the stick, or the first half of its file.
func (b *Board) BringBill(ctx context.Context, network string, half bool) error {
	name, data := b.network.net.Bill(network, time.Now())
	if name == "" {
		return fmt.Errorf("%w: no network %.20q gives bills out", ErrBill, network)
	}
	if half {
		data = data[:len(data)/2]
	}
	return b.StickPut(ctx, name, data)
}

// stickRequest is the body of POST /stick.
type stickRequest struct {
	Do      string     `json:"do"`      // plug, pull, new, bill
	Kind    stick.Kind `json:"kind"`    // with new
	At      int        `json:"at"`      // with pull: at that write from now; 0: now
	Network string     `json:"network"` // with bill
	Half    bool       `json:"half"`    // with bill: only the first half of its file
}

func (b *Board) postStick(ctx context.Context, body []byte) (any, error) {
	var req stickRequest
	if err := decode(body, &req); err != nil {
		return nil, err
	}
	var err error
	switch {
	case req.Do == "plug":
		err = b.StickPlug(ctx)
	case req.Do == "pull" && req.At == 0:
		err = b.StickPull(ctx)
	case req.Do == "pull":
		err = b.StickPullAt(req.At)
	case req.Do == "new":
		err = b.StickNew(ctx, req.Kind)
	case req.Do == "bill":
		err = b.BringBill(ctx, req.Network, req.Half)
	default:
		err = fmt.Errorf(`%w: send {"do":"plug"}, {"do":"pull"}, {"do":"new","kind":"fat"} or {"do":"bill","network":"wechat"}`, errBody)
	}
	if err != nil {
		return nil, err
	}
	return b.Stick(ctx), nil
}

func (b *Board) getStick(w http.ResponseWriter, r *http.Request) {
	sendJSON(w, http.StatusOK, b.Stick(r.Context()))
}

func (b *Board) getStickFile(w http.ResponseWriter, r *http.Request) {
	data, err := b.StickGet(r.Context(), r.PathValue("name"))
	if err != nil {
		sendError(w, err)
		return
	}
	w.Header().Set("Content-Disposition", "attachment")
	send(w, "application/octet-stream", data)
}

func (b *Board) putStickFile(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), requestLimit)
	defer cancel()
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxStickFile))
	if err == nil {
		err = b.StickPut(ctx, r.PathValue("name"), data)
	} else {
		err = fmt.Errorf("%w: the file is over %d bytes or broke off", errBody, maxStickFile)
	}
	if err != nil {
		sendError(w, err)
		return
	}
	sendJSON(w, http.StatusOK, b.Stick(ctx))
}
