package boot

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

const sample = `child = ["/init"]
built = 2026-07-01T00:00:00Z
modules = ["/lib/modules/softdog.ko soft_margin=10"]
nodes = ["/dev/fb0"]

[data]
device = "/dev/vda"

[network]
interface = "eth0"
address = "dhcp"

[watchdog]
device = "/dev/watchdog"
timeout = "8s"
`

func TestParseConfig(t *testing.T) {
	c, err := ParseConfig([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if c.Watchdog.Timeout.D() != 8*time.Second || c.Watchdog.Hang.D() != 10*time.Second || c.Data.Dir != "/data" ||
		!c.Built.Equal(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", c)
	}
	text, err := c.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	if twice, err := again.Marshal(); err != nil || !bytes.Equal(twice, text) {
		t.Errorf("written, read and written again: %v\n%s\nwas\n%s", err, twice, text)
	}
}

func TestBadConfigs(t *testing.T) {
	edit := func(old, new string) string { return strings.Replace(sample, old, new, 1) }
	for want, text := range map[string]string{
		"child: is required":         edit(`["/init"]`, `[]`),
		`"init" is no absolute`:      edit(`/init`, `init`),
		"chlid":                      edit("child", "chlid"),
		"watchdog.timeout: must":     edit("8s", "1s"),
		"8 parsecs":                  edit("8s", "8 parsecs"),
		"network.interface":          edit("eth0", "eth0/../x"),
		"network.address":            edit("dhcp", "10.0.2.15"),
		"network.gateway":            edit(`"dhcp"`, "\"10.0.2.15/24\"\ngateway = \"10.9.9.9\""),
		"network.dns: 4 servers":     edit(`"dhcp"`, "\"10.0.2.15/24\"\ndns = [\"1.1.1.1\",\"1.1.1.1\",\"1.1.1.1\",\"1.1.1.1\"]"),
		`network.dns: "x"`:           edit(`"dhcp"`, "\"10.0.2.15/24\"\ndns = [\"x\"]"),
		"network.hostname":           edit(`"dhcp"`, "\"dhcp\"\nhostname = \"a b\""),
		"network.hostname: \"\u212A": edit(`"dhcp"`, "\"dhcp\"\nhostname = \"\u212A1\""), // the lower case of it is a k
		"data.device":                edit("/dev/vda", "vda"),
		"longer than 65536":          strings.Repeat("#", maxConfig+1),
		"boot: configuration: tom":   "=",
	} {
		if _, err := ParseConfig([]byte(text)); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("child=[1]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseConfig(text)
		if err != nil {
			if !errors.Is(err, ErrConfig) {
				t.Fatal(err)
			}
			return
		}
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzSuperblock(f *testing.F) {
	p := make([]byte, 2048)
	f.Add(p)
	q := bytes.Clone(p)
	q[1024+0x38], q[1024+0x39], q[1024+0x3a], q[1024+0x60] = 0x53, 0xef, 2, 4
	f.Add(q)
	f.Fuzz(func(t *testing.T, p []byte) {
		s, err := parseSuperblock(p)
		if err != nil && !errors.Is(err, ErrBlank) && !errors.Is(err, ErrNotExt4) || s.count > 0 && !s.errors {
			t.Fatal(s, err)
		}
	})
}

// Whatever a child says, its reason is one bounded line of printable characters.
func FuzzReason(f *testing.F) {
	f.Add([]byte("panic: x\n\ngoroutine 1"), 3)
	f.Add([]byte("\x1b[2J\xff\n\n"), 1)
	f.Fuzz(func(t *testing.T, words []byte, piece int) {
		var keep tail
		var b syncBuilder
		c := newConsole(&b, upClock{})
		copyOutput(c, &pieces{words, max(piece%64, 1)}, &keep)
		c.flush(time.Second)
		c.close()
		r := keep.reason()
		if strings.ContainsAny(r, "\n\r\x1b\x00") || len([]rune(r)) > maxReason+1 {
			t.Fatalf("%q", r)
		}
	})
}

type pieces struct {
	rest []byte
	n    int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, os.ErrClosed
	}
	n := copy(b, p.rest[:min(p.n, len(p.rest))])
	p.rest = p.rest[n:]
	return n, nil
}

type syncBuilder struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuilder) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

type upClock struct{ Clock }

func (upClock) Uptime() time.Duration { return 1234 * time.Millisecond }

// A console too slow for what is said drops lines, and says how many.
func TestConsoleDrops(t *testing.T) {
	var b syncBuilder
	gate := make(chan struct{})
	c := newConsole(writerFunc(func(p []byte) (int, error) { <-gate; return b.Write(p) }), upClock{})
	for i := range 2 * consoleQueue {
		c.logf("line %d", i)
	}
	close(gate)
	c.flush(10 * time.Second)
	c.logf("last")
	c.flush(10 * time.Second)
	c.close()
	c.logf("after the end")
	b.mu.Lock()
	defer b.mu.Unlock()
	text := b.b.String()
	if !strings.HasPrefix(text, "[    1.234] boot: line 0\n") || !strings.Contains(text, "lines dropped") ||
		!strings.HasSuffix(text, "boot: last\n") {
		t.Errorf("the console holds %d bytes, ending %q", len(text), text[max(0, len(text)-200):])
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A pulse says little, never waits, and is silent without process 1.
func TestPulse(t *testing.T) {
	var none *Pulse
	none.Beat()
	none.Ready()
	t.Setenv(pulseEnv, "")
	if OpenPulse() != nil {
		t.Error("a pulse without process 1")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	t.Setenv(pulseEnv, fmt.Sprint(w.Fd()))
	p := OpenPulse()
	if p == nil || os.Getenv(pulseEnv) != "" {
		t.Fatal("no pulse, or its descriptor is still told")
	}
	for range 1000 {
		p.Beat()
	}
	p.Ready()
	buf := make([]byte, 64)
	n, err := r.Read(buf)
	if got := string(buf[:n]); err != nil || !strings.HasPrefix(got, ".") || !strings.HasSuffix(got, "!") || n > 10 {
		t.Errorf("a thousand turns of the loop sent %q, %v", got, err)
	}
	for range 1 << 17 { // more than a pipe holds: nobody reads, and it returns all the same
		p.Ready()
	}
}

func TestNetlinkMessages(t *testing.T) {
	c := NetworkConfig{Interface: "eth0", Address: "10.0.2.15/24", Gateway: "10.0.2.2"}
	a, err := c.static()
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%x", addressMessage(2, a.Prefix))
	if want := "02180000" + "02000000" + "08000200" + "0a00020f" + "08000100" + "0a00020f" + "08000400" + "0a0002ff"; got != want {
		t.Errorf("address %s, want %s", got, want)
	}
	got = fmt.Sprintf("%x", routeMessage(2, a.Gateway))
	if want := "02000000" + "fe030001" + "00000000" + "08000500" + "0a000202" + "08000400" + "02000000"; got != want {
		t.Errorf("route %s, want %s", got, want)
	}
	if err := acknowledged("eth0", 20, nil); err == nil {
		t.Error("silence is an acknowledgement")
	}
}
