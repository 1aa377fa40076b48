package display

import (
	"encoding/binary"
	"io"
	"net"
	"time"
)

const (
	// notifyLimit bounds what a listener can cost one flush, connecting included.
	notifyLimit = 200 * time.Millisecond
	// notifyPause is how long a listener that did not answer in time is left alone.
	notifyPause = 2 * time.Second
)

// A notifier tells a listener on a unix socket of each flush. The firmware is the client:
//
//	firmware                      listener
//	   │ ── number (4 bytes) ──▶     │
//	   │                             │ takes the picture
//	   │ ◀── the same number ────    │
//
// The number counts flushes, big-endian, from 1, and starts anew with each connection.
type notifier struct {
	path  string
	limit time.Duration // for one flush
	pause time.Duration // after a listener was too slow

	conn   net.Conn
	number uint32
	rest   time.Time // no attempt before
}

// tell announces a flush and waits for the answer, for the limit at most. A connection that fails is
// tried once more at once, since a listener that was started anew leaves a stale one behind.
func (n *notifier) tell() {
	deadline := time.Now().Add(n.limit)
	if time.Now().Before(n.rest) {
		return
	}
	for range 2 {
		if n.conn == nil && !n.dial(deadline) {
			return
		}
		if n.exchange(deadline) {
			return
		}
		n.close()
		if !time.Now().Before(deadline) {
			n.rest = time.Now().Add(n.pause)
			return
		}
	}
}

// dial connects; nobody listening is the usual case and costs microseconds.
func (n *notifier) dial(deadline time.Time) bool {
	conn, err := (&net.Dialer{Deadline: deadline}).Dial("unix", n.path)
	if err != nil {
		return false
	}
	n.conn, n.number = conn, 0
	return true
}

// exchange sends the number and reads it back.
func (n *notifier) exchange(deadline time.Time) bool {
	n.number++
	var message, answer [4]byte
	binary.BigEndian.PutUint32(message[:], n.number)
	if n.conn.SetDeadline(deadline) != nil {
		return false
	}
	if _, err := n.conn.Write(message[:]); err != nil {
		return false
	}
	_, err := io.ReadFull(n.conn, answer[:])
	return err == nil && answer == message
}

func (n *notifier) close() {
	if n.conn != nil {
		n.conn.Close()
		n.conn = nil
	}
}
