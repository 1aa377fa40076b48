package terminal

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

const (
	// eventLogSize bounds the event log: one file of this many bytes in use and one before it.
	eventLogSize = 1 << 20
	// eventLogQueue is how many lines may wait for a slow disk. Beyond it they are counted, not kept.
	eventLogQueue = 256
)

// eventLog is a file that is set aside when it is full. It is for technicians: losing a line of it loses
// nothing of value, so it is not synced, and a disk that is slow or full holds up nobody who logs.
type eventLog struct {
	path    string
	echo    io.Writer // takes every line too; nil: nobody
	instead io.Writer // takes the lines that nobody else does, while the file can't be opened
	lines   chan []byte
	ended   sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	dropped int // lines lost since the last one that was taken

	file *os.File // the writer's own
	size int64
}

// OpenEventLog opens the event log events.log in dir; its lines are JSON, one an event. They go to echo too, if it
// is not nil. The returned function writes what waits and closes it. While the file can't be opened, as in a folder
// that has become read-only, lines without an echo go to instead: a terminal that can't log can still say on its
// screen why it does not sell.
func OpenEventLog(dir string, echo, instead io.Writer) (log *slog.Logger, close func() error) {
	l := &eventLog{path: filepath.Join(dir, "events.log"), echo: echo, instead: instead, lines: make(chan []byte, eventLogQueue)}
	if err := l.open(); err != nil {
		fmt.Fprintf(instead, "event log: %v\n", err)
	}
	l.ended.Go(l.writeAll)
	return slog.New(slog.NewJSONHandler(l, nil)), l.Close
}

// Write queues one line; it never waits and never fails.
func (l *eventLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, os.ErrClosed
	}
	text := append([]byte(nil), line...)
	if l.dropped > 0 {
		text = append(fmt.Appendf(nil, "{\"msg\":\"event log: %d lines lost, the disk is slow\"}\n", l.dropped), text...)
	}
	select {
	case l.lines <- text:
		l.dropped = 0
	default:
		l.dropped++
	}
	return len(line), nil
}

func (l *eventLog) writeAll() {
	for line := range l.lines {
		l.write(line)
	}
}

func (l *eventLog) open() error {
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return err
	}
	l.file, l.size = f, info.Size()
	return nil
}

// write appends one line, after setting a full file aside. What fails is tried again with the next line.
func (l *eventLog) write(line []byte) {
	if l.echo != nil {
		_, _ = l.echo.Write(line)
	}
	if l.file == nil && l.open() != nil {
		if l.echo == nil {
			_, _ = l.instead.Write(line)
		}
		return
	}
	if l.size+int64(len(line)) > eventLogSize {
		l.file.Close()
		l.file = nil
		if os.Rename(l.path, l.path+".1") != nil {
			os.Remove(l.path) // a full log that can't be set aside must not grow for ever
		}
		if l.open() != nil {
			return
		}
	}
	n, _ := l.file.Write(line)
	l.size += int64(n)
}

// Close writes what waits and closes the file.
func (l *eventLog) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	close(l.lines)
	l.mu.Unlock()
	l.ended.Wait()
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
