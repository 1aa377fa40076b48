package qemu

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	RunRelay()
	flag.IntVar(&keyPresses, "keys", 0, "how many keys TestBoard presses on each architecture, idle and again busy")
	os.Exit(m.Run())
}

var pinNames = []string{"ROW0", "ROW1", "ROW2", "ROW3", "COL0", "COL1", "COL2", "COL3"}

// keyPresses is how many keys are pressed on each architecture, and once more while its processor is busy. Without it
// there are just enough to see that it works; the package's documentation has the count of a larger run.
var keyPresses int

const (
	fewPresses       = 24
	fewPressesLoaded = 12
	hogs             = 4 // processes that keep the guest's processor busy
)

// layout is what the guest calls the keys.
var layout = [4][4]string{
	{"1", "2", "3", "CANCEL"}, {"4", "5", "6", "CLEAR"}, {"7", "8", "9", "MENU"}, {".", "0", "SCAN", "OK"},
}

// TestBoard boots each architecture once, goes through every part of it, and once more from its saved state.
func TestBoard(t *testing.T) {
	for _, arch := range []Arch{ARM64, ARMv7} {
		t.Run(string(arch), func(t *testing.T) { testBoard(t, arch) })
	}
}

func testBoard(t *testing.T, arch Arch) {
	kernel, modulesDir := findKernel(t, arch)
	host := greeter(t)
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.WriteFile(disk, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Arch:        arch,
		Kernel:      kernel,
		Initrd:      initramfs(t, buildGuest(t, arch), moduleFiles(t, modulesDir, modules)),
		Append:      "console=ttyAMA0 rdinit=/init quiet panic=-1",
		PinNames:    pinNames,
		SerialPorts: []string{"printer"},
		Disks:       []Disk{{File: disk}},
		USB:         true,
		Network:     &Network{ToHost: []Forward{{Guest: "10.0.2.100:443", Host: host}}},
		Display:     image.Pt(320, 240),
	}
	began := time.Now()
	m := start(t, cfg)
	await(t, m, "guest: hello from")
	t.Logf("process 1 speaks after %v", time.Since(began).Round(time.Millisecond))
	await(t, m, "guest: ready")
	t.Logf("all modules are loaded after %v", time.Since(began).Round(time.Millisecond))

	pad, err := m.Keypad(MatrixPins())
	if err != nil {
		t.Fatal(err)
	}
	// A key that is down when the guest begins to look is a jammed one to it.
	if err := pad.AwaitScans(t.Context(), 3, DefaultScans); err != nil {
		t.Fatal(err)
	}
	t.Run("keypad", func(t *testing.T) { testKeypad(t, m, pad, cmp.Or(keyPresses, fewPresses)) })
	setHogs(t, m, hogs)
	t.Run("busy keypad", func(t *testing.T) { testKeypad(t, m, pad, cmp.Or(keyPresses, fewPressesLoaded)) })
	setHogs(t, m, 0)
	t.Run("serial", func(t *testing.T) { testEcho(t, m.Serial("printer")) })
	t.Run("network", func(t *testing.T) { testNetwork(t, m) })
	t.Run("screen", func(t *testing.T) { testScreen(t, m) })
	t.Run("usb serial", func(t *testing.T) { testUSBSerial(t, m) })
	t.Run("usb stick", func(t *testing.T) { testUSBStick(t, m) })
	if !t.Failed() {
		t.Run("saved state", func(t *testing.T) { testState(t, m, cfg) })
	}
}

// start starts a machine that the test's end leaves nothing of.
func start(t *testing.T, cfg Config) *Machine {
	t.Helper()
	cfg.Dir = t.TempDir()
	m, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := filepath.Glob(filepath.Join("/proc", fmt.Sprint(m.PID()))); len(left) > 0 {
			t.Errorf("QEMU is left behind: %v", left)
		}
		if left, _ := os.ReadDir(cfg.Dir); len(left) > 0 {
			t.Errorf("files are left behind: %v", left)
		}
	})
	return m
}

func await(t *testing.T, m *Machine, text string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	line, err := m.Console().AwaitLine(ctx, text)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func tell(t *testing.T, m *Machine, command string) {
	t.Helper()
	if _, err := io.WriteString(m.Console(), command+"\n"); err != nil {
		t.Fatal(err)
	}
}

// setHogs has so many processes of the guest take its processor away.
func setHogs(t *testing.T, m *Machine, n int) {
	t.Helper()
	tell(t, m, fmt.Sprint("hogs ", n))
	if line := await(t, m, "guest: hogs"); line != "guest: hogs <nil>" {
		t.Fatal(line)
	}
}

func testEcho(t *testing.T, conn net.Conn) {
	t.Helper()
	sent := strings.Repeat("abcdefghijklmno\n", 64)
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go io.WriteString(conn, sent) //nolint:errcheck // the reading below misses what did not arrive
	got := make([]byte, len(sent))
	if n, err := io.ReadFull(conn, got); err != nil || string(got) != strings.ToUpper(sent) {
		t.Errorf("sent %d bytes, back came %d, %v: %.100q", len(sent), n, err, got[:n])
	}
}

// greeter is a server of the host, on a port of its own.
func greeter(t *testing.T) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			line, _ := bufio.NewReader(conn).ReadString('\n')
			fmt.Fprintf(conn, "greetings, %s", line)
			conn.Close()
		}
	}()
	return l.Addr().String()
}

func testNetwork(t *testing.T, m *Machine) {
	for range 2 { // a forward serves more than one connection
		tell(t, m, "dial 10.0.2.100:443")
		if got := await(t, m, "guest: dialled"); got != "guest: dialled greetings, hello" {
			t.Errorf("through the forward: %q", got)
		}
	}
	tell(t, m, "dial 10.0.2.2:22")
	if got := await(t, m, "guest: dialled"); strings.Contains(got, "greetings") || !strings.Contains(got, "10.0.2.2") {
		t.Errorf("what is not forwarded: %q", got)
	}
	if err := m.SetCable(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	await(t, m, "guest: cable 0")
	if err := m.SetCable(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	await(t, m, "guest: cable 1")
}

func testScreen(t *testing.T, m *Machine) {
	tell(t, m, "draw")
	if got := await(t, m, "guest: drawn"); got != "guest: drawn <nil>" {
		t.Fatal(got)
	}
	// The kernel sends the picture to the display some ten milliseconds later: look until it is there.
	deadline := time.Now().Add(5 * time.Second)
	for {
		began := time.Now()
		img, err := m.Screenshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		lr, lg, lb, _ := img.At(80, 120).RGBA()
		rr, rg, rb, _ := img.At(240, 120).RGBA()
		if img.Bounds() == image.Rect(0, 0, 320, 240) && lr == 0xffff && lg|lb == 0 && rb == 0xffff && rr|rg == 0 {
			t.Logf("a screenshot takes %v", took.Round(time.Millisecond))
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v, left %x %x %x, right %x %x %x", img.Bounds(), lr, lg, lb, rr, rg, rb)
		}
	}
}

func testUSBSerial(t *testing.T, m *Machine) {
	for range 2 {
		began := time.Now()
		conn, err := m.PlugSerial(t.Context(), "scanner")
		if err != nil {
			t.Fatal(err)
		}
		await(t, m, "guest: /dev/ttyUSB0 open")
		t.Logf("plugged in to open: %v", time.Since(began).Round(time.Millisecond))
		testEcho(t, conn)
		began = time.Now()
		if err := m.Unplug(t.Context(), "scanner"); err != nil {
			t.Fatal(err)
		}
		await(t, m, "guest: /dev/ttyUSB0 gone")
		t.Logf("pulled out to end of file: %v", time.Since(began).Round(time.Millisecond))
	}
}

func testUSBStick(t *testing.T, m *Machine) {
	stick := filepath.Join(t.TempDir(), "stick")
	if err := os.WriteFile(stick, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.PlugStorage(t.Context(), "stick", Disk{File: stick}); err != nil {
		t.Fatal(err)
	}
	await(t, m, "guest: stick true")
	if err := m.Unplug(t.Context(), "stick"); err != nil {
		t.Fatal(err)
	}
	await(t, m, "guest: stick false")
}

// testState saves the machine, ends it, and goes on in another one.
func testState(t *testing.T, m *Machine, cfg Config) {
	ctx := t.Context()
	cfg.Incoming = filepath.Join(t.TempDir(), "state of 'the board'")
	began := time.Now()
	if err := m.Save(ctx, cfg.Incoming); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(cfg.Incoming)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("saved %d MB in %v", info.Size()>>20, time.Since(began).Round(time.Millisecond))
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	began = time.Now()
	m = start(t, cfg)
	tell(t, m, "ping state")
	line := await(t, m, "guest: pong state")
	t.Logf("restored and answering after %v: %q", time.Since(began).Round(time.Millisecond), line)

	pad, err := m.Keypad(MatrixPins())
	if err != nil {
		t.Fatal(err)
	}
	testKeys(t, m, pad, 4)
	testEcho(t, m.Serial("printer"))
	if _, err := m.PlugSerial(ctx, "scanner"); err != nil {
		t.Fatal(err)
	}
	await(t, m, "guest: /dev/ttyUSB0 open")
	tell(t, m, "off")
	if err := m.AwaitPowerOff(ctx); err != nil {
		t.Error(err)
	}
	if err := m.Console().Await(ctx, "never said"); !errors.Is(err, ErrGuest) || !errors.Is(err, ErrPoweredOff) {
		t.Errorf("awaiting words of a machine that powered itself off: %v", err)
	}
}
