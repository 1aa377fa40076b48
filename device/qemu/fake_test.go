package qemu

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// pair is a connection's two ends, closed when the test ends.
func pair(t testing.TB) (ours, theirs net.Conn) {
	t.Helper()
	ours, theirs = net.Pipe()
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	return ours, theirs
}

const greeting = `{"QMP":{"version":{"qemu":{"micro":22,"minor":2,"major":7},"package":""},"capabilities":["oob"]}}` + "\r\n"

// fakeQMP speaks QMP as QEMU does. The function answer gets a command and its number, and returns what QEMU says:
// any lines, with %d for the number.
func fakeQMP(t testing.TB, answer func(command string, arguments map[string]any) string) net.Conn {
	t.Helper()
	ours, theirs := pair(t)
	go func() {
		defer theirs.Close()
		if _, err := io.WriteString(theirs, greeting); err != nil {
			return
		}
		lines := bufio.NewScanner(theirs)
		for lines.Scan() {
			var c struct {
				Execute   string
				Arguments map[string]any
				ID        uint64
			}
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Errorf("no command: %q", lines.Text())
				return
			}
			text := `{"return":{},"id":%d}` + "\n"
			if c.Execute != "qmp_capabilities" {
				text = answer(c.Execute, c.Arguments)
			}
			if text == "" {
				return // QEMU dies
			}
			if _, err := io.WriteString(theirs, strings.ReplaceAll(text, "%d", fmt.Sprint(c.ID))); err != nil {
				return
			}
		}
	}()
	return ours
}

// fakeChip is a qtest server with a PL061 behind it, and a guest that scans it.
type fakeChip struct {
	conn net.Conn

	mu      sync.Mutex
	columns uint8 // as last set
	sets    int
	deaf    bool // answers nothing
}

func newFakeChip(t testing.TB) (*fakeChip, net.Conn) {
	t.Helper()
	ours, theirs := pair(t)
	f := &fakeChip{conn: theirs}
	go f.serve()
	return f, ours
}

// serve does what the harness wants.
func (f *fakeChip) serve() {
	lines := bufio.NewScanner(f.conn)
	for lines.Scan() {
		var path, name string
		var line, level int
		reply := "OK"
		n, _ := fmt.Sscanf(lines.Text(), "set_irq_in %s %s %d %d", &path, &name, &line, &level)
		f.mu.Lock()
		switch {
		case n == 4 && path == "/chip" && name == "unnamed-gpio-in" && line < 8 && level < 2:
			f.columns = setBit(f.columns, line, level == 1)
			f.sets++
		case lines.Text() != "irq_intercept_out /chip":
			reply = "FAIL Unknown command"
		}
		deaf := f.deaf
		f.mu.Unlock()
		if !deaf {
			f.say(reply)
		}
	}
}

func (f *fakeChip) say(line string) {
	_, _ = io.WriteString(f.conn, line+"\n") // a test that closed its end knows
}

func (f *fakeChip) irq(line int, level bool) {
	how := "lower"
	if level {
		how = "raise"
	}
	f.say(fmt.Sprintf("IRQ %s %d", how, line))
}

// soon is a context for what is to end at once or never.
func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}
