package keypad_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
	"smartpos/keypad"
	"smartpos/keypad/keypadtest"
)

// pad is an emulated USB number pad: a pipe of struct input_event that can be unplugged.
type pad struct {
	keypad.Source
	size int
	down keypad.KeyState // what the device answers about its keys

	mu      sync.Mutex
	plugged bool
	cable   *io.PipeWriter
	opened  int
}

// newPad starts a source on a pad that is plugged in.
func newPad(t *testing.T, size int, cfg keypad.InputConfig) *pad {
	t.Helper()
	p := &pad{size: size, plugged: true}
	var err error
	if p.Source, err = keypad.StartInput(cfg, size, p.open); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	return p
}

func (p *pad) open() (io.ReadCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.plugged {
		return nil, &os.PathError{Op: "open", Path: "/dev/input/event3", Err: unix.ENOENT}
	}
	r, w := io.Pipe()
	p.cable = w
	p.opened++
	return keypad.InputDevice{ReadCloser: r, Down: &p.down}, nil
}

func (p *pad) unplug() {
	p.mu.Lock()
	p.plugged = false
	p.cable.CloseWithError(unix.ENODEV)
	p.mu.Unlock()
	synctest.Wait()
}

func (p *pad) plug() {
	p.mu.Lock()
	p.plugged = true
	p.mu.Unlock()
	time.Sleep(3 * time.Second) // the longest pause between two tries is 2 s
	synctest.Wait()
}

// send sends one event and a SYN_REPORT, as evdev does for a key.
func (p *pad) send(t *testing.T, kind, code uint16, value int32) {
	t.Helper()
	if _, err := p.cable.Write(append(record(p.size, kind, code, value), record(p.size, 0, 0, 0)...)); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func (p *pad) key(t *testing.T, name string, value int32) { p.send(t, 1, keypad.Code(name), value) }

func (p *pad) tap(t *testing.T, name string) {
	p.key(t, name, 1)
	time.Sleep(30 * time.Millisecond)
	p.key(t, name, 0)
}

func record(size int, kind, code uint16, value int32) []byte {
	b := make([]byte, size)
	binary.NativeEndian.PutUint16(b[size-8:], kind)
	binary.NativeEndian.PutUint16(b[size-6:], code)
	binary.NativeEndian.PutUint32(b[size-4:], uint32(value))
	return b
}

func onPad(t *testing.T, cfg keypad.InputConfig, test func(*testing.T, *pad)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := newPad(t, keypad.NativeEventSize, cfg)
		defer p.Close()
		test(t, p)
	})
}

// padKeys is a key of the pad for each of the terminal's.
var padKeys = map[keypad.Key]string{
	keypad.Dot: "KEY_KPDOT", keypad.Cancel: "KEY_KPMINUS", keypad.Clear: "KEY_BACKSPACE",
	keypad.Menu: "KEY_KPSLASH", keypad.Scan: "KEY_KPPLUS", keypad.OK: "KEY_KPENTER",
}

func TestInputIsASource(t *testing.T) {
	for _, size := range []int{16, 24} {
		t.Run(fmt.Sprintf("%d bytes", size), func(t *testing.T) {
			keypadtest.TestSource(t, func(t *testing.T) keypadtest.Rig {
				p := newPad(t, size, keypad.InputConfig{})
				return keypadtest.Rig{
					Source: p,
					Press: func(k keypad.Key) {
						name, ok := padKeys[k]
						if !ok {
							name = "KEY_KP" + k.String()
						}
						p.tap(t, name)
					},
					Hold: func() {
						p.key(t, "KEY_KPPLUS", 1)
						for range 10 { // with the kernel's own repeat
							time.Sleep(100 * time.Millisecond)
							p.key(t, "KEY_KPPLUS", 2)
						}
						p.key(t, "KEY_KPPLUS", 0)
					},
				}
			})
		})
	}
}

func TestInputRepeatIsNoPress(t *testing.T) {
	onPad(t, keypad.InputConfig{}, func(t *testing.T, p *pad) {
		p.key(t, "KEY_KP5", 1)
		for range 100 {
			time.Sleep(33 * time.Millisecond)
			p.key(t, "KEY_KP5", 2)
		}
		p.key(t, "KEY_KP5", 0)
		keypadtest.Expect(t, p, keypadtest.Short(keypad.Digit5)...)
		keypadtest.ExpectNothing(t, p, time.Minute)
	})
}

func TestInputStuckKey(t *testing.T) {
	onPad(t, keypad.InputConfig{}, func(t *testing.T, p *pad) {
		p.key(t, "KEY_KP5", 1)
		keypadtest.Expect(t, p, keypadtest.Short(keypad.Digit5)...)
		if err := keypadtest.ExpectError[*keypad.StuckError](t, p); err.Key != keypad.Digit5 || err.Held.Round(time.Second) != 30*time.Second {
			t.Errorf("got %v", err)
		}
		keypadtest.ExpectNothing(t, p, 5*time.Minute)
		p.tap(t, "KEY_KPENTER")
		keypadtest.Expect(t, p, keypadtest.Short(keypad.OK)...)
	})
}

// TestInputUnplugged: SCAN is held while the pad is pulled out; nothing is typed by that, nor when it is back.
func TestInputUnplugged(t *testing.T) {
	onPad(t, keypad.InputConfig{Name: "pad"}, func(t *testing.T, p *pad) {
		for range 2 {
			p.key(t, "KEY_KPPLUS", 1)
			p.unplug()
			_, err := p.Next(t.Context())
			if !errors.Is(err, keypad.ErrGone) || !errors.Is(err, unix.ENODEV) || keypad.Ended(err) || !strings.Contains(err.Error(), "keypad pad:") {
				t.Fatalf("unplugged: %v", err)
			}
			keypadtest.ExpectNothing(t, p, time.Minute) // told once, and no long press
			p.plug()
			p.key(t, "KEY_KPPLUS", 0)
			keypadtest.ExpectNothing(t, p, time.Second)
			p.tap(t, "KEY_KP9")
			keypadtest.Expect(t, p, keypadtest.Short(keypad.Digit9)...)
		}
	})
}

// TestInputFlapping: a pad that answers an open and dies at once is not opened in a busy loop.
func TestInputFlapping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var opened atomic.Int32
		s, err := keypad.StartInput(keypad.InputConfig{}, 24, func() (io.ReadCloser, error) {
			opened.Add(1)
			return io.NopCloser(strings.NewReader("")), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Next(t.Context()); !errors.Is(err, keypad.ErrGone) {
			t.Fatal(err)
		}
		keypadtest.ExpectNothing(t, s, time.Minute)
		if n := opened.Load(); n > 40 {
			t.Errorf("opened %d times in a minute", n)
		}
	})
}

// TestInputDropped: the kernel lost events, among them the release of one key and the press of another.
func TestInputDropped(t *testing.T) {
	onPad(t, keypad.InputConfig{}, func(t *testing.T, p *pad) {
		p.key(t, "KEY_KPPLUS", 1)
		p.down = keypad.KeyBits(keypad.Code("KEY_KP7"))
		stale := record(p.size, 1, keypad.Code("KEY_KP1"), 1) // must not be believed
		dropped := append(record(p.size, 0, 3, 0), stale...)
		if _, err := p.cable.Write(dropped); err != nil {
			t.Fatal(err)
		}
		keypadtest.ExpectNothing(t, p, 100*time.Millisecond)
		p.send(t, 0, 0, 0)
		if _, err := p.Next(t.Context()); !errors.Is(err, keypad.ErrLostEvents) || keypad.Ended(err) {
			t.Fatalf("got %v", err)
		}
		p.key(t, "KEY_KP7", 0)
		keypadtest.ExpectNothing(t, p, 10*time.Second) // no long SCAN, no 7, no 1
		p.tap(t, "KEY_KP7")
		keypadtest.Expect(t, p, keypadtest.Short(keypad.Digit7)...)
	})
}

func TestInputDownWhenOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pad{size: 24, plugged: true, down: keypad.KeyBits(keypad.Code("KEY_KPPLUS"))}
		var err error
		if p.Source, err = keypad.StartInput(keypad.InputConfig{}, 24, p.open); err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		keypadtest.ExpectNothing(t, p, 5*time.Second)
		p.key(t, "KEY_KPPLUS", 0)
		keypadtest.ExpectNothing(t, p, 5*time.Second)
	})
}

func TestInputOtherKeys(t *testing.T) {
	onPad(t, keypad.InputConfig{}, func(t *testing.T, p *pad) {
		p.tap(t, "KEY_NUMLOCK")
		p.tap(t, "KEY_KP1")
		p.tap(t, "KEY_NUMLOCK")
		keypadtest.Expect(t, p, keypadtest.Short(keypad.Digit1)...)
		p.send(t, 4, 4, 458841) // MSC_SCAN, which comes with every key
		p.send(t, 17, 0, 1)     // a LED
		p.tap(t, "KEY_A")
		if err := keypadtest.ExpectError[*keypad.UnknownKeyError](t, p); err.Input != "KEY_A" || err.Count != 1 {
			t.Errorf("got %v", err)
		}
		p.send(t, 1, 0x2fe, 1)
		if err := keypadtest.ExpectError[*keypad.UnknownKeyError](t, p); err.Input != "input key 766" {
			t.Errorf("got %v", err)
		}
		// A wedge scanner's digits are no amount.
		for _, digit := range "134567" {
			p.tap(t, "KEY_"+string(digit))
		}
		keypadtest.ExpectError[*keypad.UnknownKeyError](t, p)
		keypadtest.ExpectNothing(t, p, time.Minute)
	})
}

func TestInputKeysFromProfile(t *testing.T) {
	cfg := keypad.InputConfig{Keys: map[string]string{"KEY_TAB": "MENU", "KEY_KPSLASH": "", "KEY_NUMLOCK": "SCAN"}}
	onPad(t, cfg, func(t *testing.T, p *pad) {
		for _, name := range []string{"KEY_KPSLASH", "KEY_TAB", "KEY_NUMLOCK", "KEY_KP3"} {
			p.tap(t, name)
		}
		keypadtest.Expect(t, p, keypadtest.Short(keypad.Menu, keypad.Scan, keypad.Digit3)...)
	})
	for _, keys := range []map[string]string{{"KEY_TABB": "MENU"}, {"KEY_TAB": "menu"}} {
		if s, err := keypad.OpenInput("/dev/null", keypad.InputConfig{Keys: keys}); err == nil {
			s.Close()
			t.Errorf("%v was accepted", keys)
		}
	}
}

// TestInputFIFO reads events from a FIFO whose writer goes away and comes back, in real time.
func TestInputFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "event0")
	s, err := keypad.OpenInput(path, keypad.InputConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := next(t, s); !errors.Is(err, keypad.ErrGone) || !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("absent: %v", err)
	}
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		w, err := os.OpenFile(path, os.O_WRONLY, 0) // waits for the reader
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range []int32{1, 0} {
			if _, err := w.Write(record(keypad.NativeEventSize, 1, keypad.Code("KEY_KP6"), value)); err != nil {
				t.Fatal(err)
			}
		}
		if e, err := next(t, s); err != nil || e.Key != keypad.Digit6 {
			t.Fatalf("time %d: %v, %v", i, e, err)
		}
		w.Close()
		if _, err := next(t, s); !errors.Is(err, keypad.ErrGone) {
			t.Fatalf("time %d: writer gone: %v", i, err)
		}
	}
}

// TestInputPattern: of several devices none has a number pad; the pattern is an absent device, not a crash.
func TestInputPattern(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"event0", "event1"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := keypad.OpenInput(filepath.Join(dir, "event*"), keypad.InputConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := next(t, s); !errors.Is(err, keypad.ErrGone) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := keypad.OpenInput("/dev/input/[", keypad.InputConfig{}); err == nil {
		t.Error("a broken pattern was accepted")
	}
}

func ExampleOpenInput() {
	s, err := keypad.OpenInput("/dev/input/event*", keypad.InputConfig{
		Name: "number pad",
		Keys: map[string]string{"KEY_TAB": "MENUE"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	// Output: keypad number pad: KEY_TAB: keypad: no key is named "MENUE"
}
