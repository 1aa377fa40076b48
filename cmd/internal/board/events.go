package board

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// sendLimit is how long a page may take to accept a message before it is given up.
const sendLimit = 5 * time.Second

// event is one message to the page.
type event struct {
	Type    Kind `json:"type"`
	Version int  `json:"version"`
	Data    any  `json:"data,omitempty"`
}

// events pushes every change to one page, until the page or the board goes.
func (b *Board) events(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil) // refuses another site's Origin
	if err != nil {
		return // Accept has answered
	}
	defer c.CloseNow()
	// The page says nothing; this hears it leave, and answers pings.
	ctx, cancel := context.WithCancel(c.CloseRead(context.Background()))
	defer cancel()
	go func() {
		select {
		case <-b.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	sub := b.Subscribe()
	defer sub.Close()
	for {
		news, err := sub.Next(ctx)
		if err != nil {
			_ = c.Close(websocket.StatusGoingAway, "the board is closing")
			return
		}
		for _, n := range news {
			if err := b.push(c, n); err != nil {
				return
			}
		}
	}
}

// push sends one message. Its time does not end with the board's: a message cut in two would break the
// connection, and the page would not learn that the board closed.
func (b *Board) push(c *websocket.Conn, n Change) error {
	text, err := json.Marshal(event{n.Kind, n.Version, b.part(n.Kind)})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), sendLimit)
	defer cancel()
	return c.Write(ctx, websocket.MessageText, text)
}

// part is what an event carries: the changed part of the state. Pictures are fetched by the page when it wants
// them, so that a slow page is not buried in them.
func (b *Board) part(k Kind) any {
	switch k {
	case KindPaper:
		return b.paperState()
	case KindPhone:
		return b.Phones()
	case KindLedger:
		return b.Ledger()
	case KindFaults:
		return b.Faults()
	case KindPower:
		return b.Power()
	case KindStick:
		ctx, cancel := context.WithTimeout(context.Background(), sendLimit)
		defer cancel()
		return b.Stick(ctx)
	}
	return nil
}
