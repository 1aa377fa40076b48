package qemu

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// maxPosted is how many qtest commands may wait for their answers: a keypad posts a handful at every scan.
const maxPosted = 1024

// QTest is a client of QEMU's test protocol: a line a command, answered in order. QEMU serves one client; the
// guest runs on meanwhile, as it would without. It is safe for use by several goroutines.
type QTest struct {
	conn net.Conn

	mu      sync.Mutex
	pending []func(qtestLine) // who takes the answers, in the order of their commands
	err     error             // why the connection ended
	done    chan struct{}     // closed then
}

// NewQTest returns a client on conn, and owns it.
func NewQTest(conn net.Conn) *QTest {
	q := &QTest{conn: conn, done: make(chan struct{})}
	go q.read()
	return q
}

// Close ends the connection and every call that waits on it. It returns when its goroutine has ended.
func (q *QTest) Close() error {
	q.end(net.ErrClosed)
	<-q.done
	return nil
}

// Execute runs a command and returns what follows OK in its answer. It ends with the context, or after 20 s.
// Every error is an [ErrHarness].
func (q *QTest) Execute(ctx context.Context, command string) (string, error) {
	ctx, cancel := bounded(ctx, commandTimeout)
	defer cancel()
	op := "qtest " + command
	reply := make(chan qtestLine, 1)
	if err := q.send(func(l qtestLine) { reply <- l }, command); err != nil {
		return "", harness(op, err)
	}
	select {
	case a := <-reply:
		return a.result(op)
	case <-q.done:
		select {
		case a := <-reply:
			return a.result(op)
		default:
			return "", harness(op, q.err)
		}
	case <-ctx.Done():
		return "", harness(op, ctx.Err())
	}
}

func (a qtestLine) result(op string) (string, error) {
	if !a.ok {
		return "", harness(op, errors.New("QEMU refused it: "+a.text))
	}
	return a.text, nil
}

// Post sends commands without waiting for their answers. A command that QEMU refuses ends the connection: whoever
// posts has no other way to learn of it.
func (q *QTest) Post(commands ...string) error {
	if len(commands) == 0 {
		return nil
	}
	last := commands[len(commands)-1]
	return harness("qtest "+last, q.send(func(l qtestLine) {
		if !l.ok {
			q.end(fmt.Errorf("QEMU refused a command: %s", l.text))
		}
	}, commands...))
}

// send writes commands in one piece. The function answered takes the last answer, or the first that is a refusal.
func (q *QTest) send(answered func(qtestLine), commands ...string) error {
	text := strings.Join(commands, "\n") + "\n"
	if strings.Count(text, "\n") != len(commands) {
		return fmt.Errorf("%w: a command is one line", ErrProtocol)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.err != nil:
		return q.err
	case len(q.pending)+len(commands) > maxPosted:
		return fmt.Errorf("%d commands are under way already", len(q.pending))
	}
	for range len(commands) - 1 {
		q.pending = append(q.pending, func(l qtestLine) {
			if !l.ok {
				answered(l)
			}
		})
	}
	q.pending = append(q.pending, answered)
	if err := q.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	if _, err := io.WriteString(q.conn, text); err != nil {
		// Half a line may have gone out: nothing that follows could be understood.
		q.err = err
		q.conn.Close()
		return err
	}
	return nil
}

// read takes lines until the connection ends.
func (q *QTest) read() {
	defer close(q.done)
	lines := bufio.NewScanner(q.conn)
	for lines.Scan() {
		if err := q.take(lines.Text()); err != nil {
			q.end(err)
			return
		}
	}
	err := lines.Err()
	if err == nil {
		err = io.EOF
	}
	q.end(err)
}

func (q *QTest) take(text string) error {
	l, err := parseQTest(text)
	if err != nil {
		return err
	}
	answered := q.next()
	if answered == nil {
		return fmt.Errorf("%w: %.200q answers nothing", ErrProtocol, text)
	}
	answered(l)
	return nil
}

// next returns who takes the next answer, nil if nobody waits for one.
func (q *QTest) next() func(qtestLine) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.pending) == 0 {
		return nil
	}
	answered := q.pending[0]
	q.pending = q.pending[1:]
	return answered
}

// end notes why the connection ended, once, and ends it.
func (q *QTest) end(err error) {
	q.mu.Lock()
	if q.err == nil {
		q.err = err
	}
	q.mu.Unlock()
	q.conn.Close()
}
