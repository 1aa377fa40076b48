package qemu

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

const (
	maxQMPLine = 4 << 20 // the longest answers list a machine's whole object tree
	maxPending = 64      // commands under way on one connection
)

// QMP is a client of QEMU's Machine Protocol: JSON, a line a message; commands are answered in order, and events
// come in between. It is safe for use by several goroutines.
type QMP struct {
	conn   net.Conn
	events eventLog

	mu      sync.Mutex
	lastID  uint64
	pending map[uint64]chan *answer
	err     error         // why the connection ended
	done    chan struct{} // closed then
}

// NewQMP greets the QEMU at the far end of conn and leaves negotiation mode. The QMP owns conn, also when it
// fails.
func NewQMP(ctx context.Context, conn net.Conn) (*QMP, error) {
	ctx, cancel := bounded(ctx, startTimeout)
	defer cancel()
	q := &QMP{
		conn:    conn,
		pending: map[uint64]chan *answer{},
		done:    make(chan struct{}),
		events:  eventLog{changed: make(chan struct{})},
	}
	greeted := make(chan struct{})
	go q.read(greeted)
	select {
	case <-greeted:
	case <-q.done:
		return nil, harness("QMP greeting", q.err)
	case <-ctx.Done():
		q.Close()
		return nil, harness("QMP greeting", ctx.Err())
	}
	if err := q.Execute(ctx, "qmp_capabilities", nil, nil); err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

// Close ends the connection and every call that waits on it. It returns when its goroutine has ended.
func (q *QMP) Close() error {
	q.end(net.ErrClosed)
	<-q.done
	return nil
}

// Execute runs a command. The arguments become a JSON object, nil is none; the answer is decoded into result
// unless that is nil. It ends with the context, or after 20 s.
//
// Every error is an [ErrHarness]: QEMU's own refusal a [*QMPError], a connection that ended [io.EOF].
func (q *QMP) Execute(ctx context.Context, command string, arguments, result any) error {
	ctx, cancel := bounded(ctx, commandTimeout)
	defer cancel()
	op := "QMP " + command
	id, reply, err := q.enter()
	if err != nil {
		return harness(op, err)
	}
	defer q.leave(id)
	if err := q.send(id, command, arguments); err != nil {
		return harness(op, err)
	}
	select {
	case a := <-reply:
		return harness(op, a.decode(command, result))
	case <-q.done:
		// The answer may have come with the connection's last bytes.
		select {
		case a := <-reply:
			return harness(op, a.decode(command, result))
		default:
			return harness(op, q.err)
		}
	case <-ctx.Done():
		return harness(op, ctx.Err())
	}
}

func (a *answer) decode(command string, result any) error {
	if a.err != nil {
		a.err.Command = command
		return a.err
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(a.result, result); err != nil {
		return fmt.Errorf("%w: %.200q: %w", ErrProtocol, a.result, err)
	}
	return nil
}

// enter books a place for an answer.
func (q *QMP) enter() (uint64, chan *answer, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return 0, nil, q.err
	}
	if len(q.pending) >= maxPending {
		return 0, nil, fmt.Errorf("%d commands are under way already", maxPending)
	}
	q.lastID++
	reply := make(chan *answer, 1)
	q.pending[q.lastID] = reply
	return q.lastID, reply, nil
}

func (q *QMP) leave(id uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.pending, id)
}

// send writes a command as one line.
func (q *QMP) send(id uint64, command string, arguments any) error {
	line, err := json.Marshal(struct {
		Execute   string `json:"execute"`
		Arguments any    `json:"arguments,omitempty"`
		ID        uint64 `json:"id"`
	}{command, arguments, id})
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	if _, err = q.conn.Write(append(line, '\n')); err != nil {
		// Half a line may have gone out: nothing that follows could be understood.
		q.err = err
		q.conn.Close()
	}
	return err
}

// read takes messages until the connection ends; it closes greeted once the greeting has come.
func (q *QMP) read(greeted chan struct{}) {
	defer close(q.done)
	lines := bufio.NewScanner(q.conn)
	lines.Buffer(nil, maxQMPLine)
	err := q.take(lines, greeted)
	if err == nil {
		if err = lines.Err(); err == nil {
			err = io.EOF
		}
	}
	q.end(err)
}

func (q *QMP) take(lines *bufio.Scanner, greeted chan struct{}) error {
	for first := true; lines.Scan(); first = false {
		m, err := parseMessage(lines.Bytes())
		switch {
		case err != nil:
			return err
		case m.greeting != first:
			return fmt.Errorf("%w: %.200q: the greeting comes first, and once", ErrProtocol, lines.Bytes())
		case first:
			close(greeted)
		case m.event != nil:
			q.events.add(*m.event)
		default:
			if err := q.deliver(m.answer); err != nil {
				return err
			}
		}
	}
	return nil
}

// deliver hands an answer to who waits for it. One that comes after its command was given up,
// or answered, is dropped.
func (q *QMP) deliver(a *answer) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if a.id > q.lastID {
		return fmt.Errorf("%w: an answer to command %d, and %d were sent", ErrProtocol, a.id, q.lastID)
	}
	if reply := q.pending[a.id]; reply != nil {
		reply <- a // it has room for one
		delete(q.pending, a.id)
	}
	return nil
}

// end notes why the connection ended, once, and ends it.
func (q *QMP) end(err error) {
	q.mu.Lock()
	if q.err == nil {
		q.err = err
	}
	q.mu.Unlock()
	q.conn.Close()
}
