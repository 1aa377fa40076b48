package qemu

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pair is a connection's two ends, closed when the test ends.
func pair(t testing.TB) (ours, theirs net.Conn) {
	t.Helper()
	ours, theirs = net.Pipe()
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	return ours, theirs
}

// socketPair is a pair with buffers, for who sends while the other side sends too.
func socketPair(t testing.TB) (ours, theirs net.Conn) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	var ends [2]net.Conn
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "pair")
		ends[i], err = net.FileConn(f)
		f.Close() // FileConn has a descriptor of its own
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ends[i].Close() })
	}
	return ends[0], ends[1]
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

// fakeChip is a PL061 as QEMU shows it: by qtest, QMP and the trace; see [fakeChip.pins]. Its wires work as QEMU's.
type fakeChip struct {
	conn  net.Conn
	trace io.Writer

	mu      sync.Mutex
	inputs  uint8       // levels of the lines that the guest does not drive
	outputs uint8       // levels of those that it drives
	wires   map[int]int // from a line to a line
	deaf    bool        // answers nothing
}

func newFakeChip(t testing.TB) (*fakeChip, net.Conn) {
	t.Helper()
	ours, theirs := socketPair(t)
	f := &fakeChip{conn: theirs, wires: map[int]int{}}
	go f.serve()
	return f, ours
}

// serve does what the harness wants by qtest.
func (f *fakeChip) serve() {
	lines := bufio.NewScanner(f.conn)
	for lines.Scan() {
		var path, name string
		var line, level int
		reply := "OK"
		n, _ := fmt.Sscanf(lines.Text(), "set_irq_in %s %s %d %d", &path, &name, &line, &level)
		f.mu.Lock()
		if n == 4 && path == "/chip" && name == "unnamed-gpio-in" && line < 8 && level < 2 {
			f.inputs = setBit(f.inputs, line, level == 1)
		} else {
			reply = "FAIL Unknown command"
		}
		deaf := f.deaf
		f.mu.Unlock()
		if !deaf {
			_, _ = io.WriteString(f.conn, reply+"\n") // a test that closed its end knows
		}
	}
}

// qom does what the harness wants by QMP.
func (f *fakeChip) qom(command string, arguments map[string]any) string {
	from, to := -1, -1
	property, _ := arguments["property"].(string)
	value, _ := arguments["value"].(string)
	_, err := fmt.Sscanf(property, "unnamed-gpio-out[%d]", &from)
	if value != "" && err == nil {
		_, err = fmt.Sscanf(value, "/chip/unnamed-gpio-in[%d]", &to)
	}
	if command != "qom-set" || arguments["path"] != "/chip" || err != nil {
		return `{"error":{"class":"GenericError","desc":"no such property"},"id":%d}` + "\n"
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.wires, from)
	if to >= 0 {
		f.wires[from] = to
	}
	return `{"return":{},"id":%d}` + "\n"
}

// pins is the harness's side of the chip.
func (f *fakeChip) pins(t testing.TB, conn net.Conn) *Pins {
	t.Helper()
	qmp, err := NewQMP(t.Context(), fakeQMP(t, f.qom))
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs, err := newTrace()
	if err != nil {
		t.Fatal(err)
	}
	f.trace = theirs
	p := newPins(qmp, NewQTest(conn), ours)
	t.Cleanup(func() { theirs.Close(); p.close(); p.qtest.Close(); qmp.Close() })
	fmt.Fprintln(theirs, "pl061_set_output /chip setting output 0 to 0")
	if err := p.attach(t.Context(), "/chip"); err != nil {
		t.Fatal(err)
	}
	return p
}

// drive is the guest driving a line.
func (f *fakeChip) drive(line int, level bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.outputs>>line&1 != 0 == level {
		return
	}
	n := 0
	if level {
		n = 1
	}
	fmt.Fprintf(f.trace, "pl061_set_output /chip setting output %d to %d\n", line, n)
	f.outputs = setBit(f.outputs, line, level)
	if to, ok := f.wires[line]; ok {
		f.inputs = setBit(f.inputs, to, level)
	}
}

// read is the guest reading lines.
func (f *fakeChip) read(mask uint8) uint8 {
	f.mu.Lock()
	defer f.mu.Unlock()
	fmt.Fprintf(f.trace, "pl061_read /chip offset %#x value %#x\n", uint16(mask)<<2, f.inputs&mask)
	return f.inputs & mask
}

// soon is a context for what is to end at once or never.
func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}
