package qemu

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

const done = `{"return":{},"id":%d}` + "\n"

func dial(t *testing.T, answer func(command string, arguments map[string]any) string) *QMP {
	t.Helper()
	q, err := NewQMP(t.Context(), fakeQMP(t, answer))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	return q
}

func TestQMPExecute(t *testing.T) {
	q := dial(t, func(command string, arguments map[string]any) string {
		if command != "query-status" || arguments != nil {
			t.Errorf("%s %v", command, arguments)
		}
		return `{"event":"STOP","timestamp":{"seconds":1,"microseconds":2}}` + "\n" +
			`{"return":{"status":"running","singlestep":false},"id":%d}` + "\n"
	})
	var answer struct{ Status string }
	if err := q.Execute(t.Context(), "query-status", nil, &answer); err != nil || answer.Status != "running" {
		t.Errorf("%v, %v", answer, err)
	}
	e, err := q.AwaitEvent(t.Context(), 0, "STOP", nil)
	if err != nil || !e.Time.Equal(time.Unix(1, 2000)) {
		t.Errorf("the event in between: %+v, %v", e, err)
	}
}

// A refusal is QEMU's, names the command, and leaves the connection as it was.
func TestQMPRefusal(t *testing.T) {
	refuse := true
	q := dial(t, func(string, map[string]any) string {
		if refuse {
			refuse = false
			return `{"error":{"class":"DeviceNotFound","desc":"Device 'x' not found"},"id":%d}` + "\n"
		}
		return done
	})
	err := q.Execute(t.Context(), "device_del", map[string]any{"id": "x"}, nil)
	var refused *QMPError
	if !errors.As(err, &refused) || refused.Command != "device_del" || refused.Class != "DeviceNotFound" {
		t.Errorf("got %v", err)
	}
	if !errors.Is(err, ErrHarness) || errors.Is(err, ErrGuest) {
		t.Errorf("%v is on the wrong side", err)
	}
	if err := q.Execute(t.Context(), "device_del", map[string]any{"id": "x"}, nil); err != nil {
		t.Errorf("the next command: %v", err)
	}
}

func TestQMPBadLines(t *testing.T) {
	for name, says := range map[string]string{
		"no JSON":              "hello\n",
		"nothing known":        `{"what":1}` + "\n",
		"two things":           `{"return":{},"event":"X","id":%d}` + "\n",
		"result and error":     `{"return":{},"error":{},"id":%d}` + "\n",
		"an answer to nobody":  `{"return":{},"id":99}` + "\n",
		"an answer to nothing": `{"return":{}}` + "\n",
		"an id that is text":   `{"return":{},"id":"1"}` + "\n",
		"a second greeting":    greeting,
		"endless":              strings.Repeat(" ", maxQMPLine+1),
	} {
		t.Run(name, func(t *testing.T) {
			q := dial(t, func(string, map[string]any) string { return says })
			err := q.Execute(t.Context(), "stop", nil, nil)
			if !errors.Is(err, ErrHarness) || name != "endless" && !errors.Is(err, ErrProtocol) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// QEMU may be gone at any time: every call then ends, at once, with the same reason.
func TestQMPDies(t *testing.T) {
	q := dial(t, func(string, map[string]any) string { return "" })
	for range 2 {
		if err := q.Execute(t.Context(), "quit", nil, nil); !errors.Is(err, ErrHarness) || !errors.Is(err, io.EOF) {
			t.Errorf("a command: %v", err)
		}
	}
	if _, err := q.AwaitEvent(t.Context(), 0, "SHUTDOWN", nil); !errors.Is(err, io.EOF) {
		t.Errorf("an event: %v", err)
	}
}

// An event that comes with QEMU's last bytes is still there.
func TestQMPLastEvent(t *testing.T) {
	says := []string{`{"event":"SHUTDOWN","data":{"guest":true}}` + "\n" + done, ""}
	q := dial(t, func(string, map[string]any) string { s := says[0]; says = says[1:]; return s })
	if err := q.Execute(t.Context(), "cont", nil, nil); err != nil {
		t.Fatal(err)
	}
	_ = q.Execute(t.Context(), "quit", nil, nil)
	if _, err := q.AwaitEvent(t.Context(), 0, "SHUTDOWN", nil); err != nil {
		t.Error(err)
	}
}

// A QEMU that hangs ends a wait by its deadline; an answer that comes too late is for nobody.
func TestQMPLate(t *testing.T) {
	held := ""
	q := dial(t, func(command string, _ map[string]any) string {
		if command == "slow" {
			held = `{"return":{},"id":2}` + "\n"
			return `{"event":"X"}` + "\n"
		}
		return held + done + done // and answers twice
	})
	if err := q.Execute(soon(t), "slow", nil, nil); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, ErrHarness) {
		t.Errorf("a command: %v", err)
	}
	if err := q.Execute(t.Context(), "fast", nil, nil); err != nil {
		t.Errorf("the next: %v", err)
	}
	if _, err := q.AwaitEvent(soon(t), q.Mark(), "X", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an event: %v", err)
	}
}

func TestQMPNoGreeting(t *testing.T) {
	ours, theirs := pair(t)
	if _, err := NewQMP(soon(t), ours); !errors.Is(err, ErrHarness) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("silence: %v", err)
	}
	theirs.Close()
	ours, theirs = pair(t)
	go io.WriteString(theirs, "SSH-2.0-OpenSSH_9.2\r\n")
	if _, err := NewQMP(t.Context(), ours); !errors.Is(err, ErrProtocol) {
		t.Errorf("another protocol: %v", err)
	}
}

func TestEventsAreBounded(t *testing.T) {
	l := eventLog{changed: make(chan struct{})}
	for range 3 * maxEvents {
		l.add(Event{Name: "X"})
	}
	if len(l.kept) != maxEvents || l.last != 3*maxEvents {
		t.Errorf("%d kept of %d", len(l.kept), l.last)
	}
	if e, _ := l.find(3*maxEvents-1, func(Event) bool { return true }); e == nil || e.number != 3*maxEvents {
		t.Errorf("the last is %+v", e)
	}
}

func FuzzParseMessage(f *testing.F) {
	for _, seed := range []string{
		strings.TrimSpace(greeting), `{"return":{},"id":1}`, `{"return":null,"id":1}`, `{"error":{"class":"GenericError","desc":"x"},"id":7}`,
		`{"error":{"class":"GenericError","desc":"JSON parse error"}}`, `{"event":"RESET","data":{"guest":false},"timestamp":{"seconds":1,"microseconds":5}}`,
		`{"id":18446744073709551616}`, `[]`, ``, `null`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		m, err := parseMessage(line)
		if err != nil {
			if !errors.Is(err, ErrProtocol) {
				t.Errorf("%v", err)
			}
			return
		}
		if count(m.greeting, m.event != nil, m.answer != nil) != 1 {
			t.Errorf("%q is %+v", line, m)
		}
		if a := m.answer; a != nil && (a.id == 0 || (a.result == nil) == (a.err == nil)) {
			t.Errorf("%q is %+v", line, a)
		}
	})
}
