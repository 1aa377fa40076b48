package qemu

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	RunRelay()
	flag.IntVar(&keyPresses, "keys", keyPresses, "how many keys TestBoard presses on each architecture")
	os.Exit(m.Run())
}

var pinNames = []string{"ROW0", "ROW1", "ROW2", "ROW3", "COL0", "COL1", "COL2", "COL3"}

// keyPresses is how many keys are pressed on each architecture: enough to see that it works. More were counted by
// hand, see the package's documentation.
var keyPresses = 24

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
	await(t, m, "guest: keypad live")

	pad, err := m.Keypad(MatrixPins())
	if err != nil {
		t.Fatal(err)
	}
	// A key that is down when the guest begins to look is a jammed one to it.
	if err := pad.AwaitScans(t.Context(), 3, DefaultScans); err != nil {
		t.Fatal(err)
	}
	t.Run("keys", func(t *testing.T) { testKeys(t, m, pad, keyPresses) })
	t.Run("long press", func(t *testing.T) { testLongPress(t, m, pad) })
	t.Run("ghost", func(t *testing.T) { testGhost(t, m, pad) })
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

func testKeys(t *testing.T, m *Machine, pad *Keypad, presses int) {
	random := rand.New(rand.NewPCG(1, 2))
	began := time.Now()
	for range presses {
		row, column := random.IntN(4), random.IntN(4)
		if err := pad.Tap(t.Context(), row, column, 0); err != nil {
			t.Fatal(err)
		}
		// Whatever key comes next must be this one: none is lost, doubled or wrong.
		if got, want := await(t, m, "guest: key "), "guest: key "+layout[row][column]; got != want {
			t.Fatalf("row %d, column %d: the guest says %q, want %q", row, column, got, want)
		}
	}
	t.Logf("%d presses, %v each", presses, (time.Since(began) / time.Duration(presses)).Round(time.Millisecond))
	tell(t, m, "ping keys")
	if line := await(t, m, "guest: "); !strings.HasPrefix(line, "guest: pong keys") {
		t.Errorf("after the last key the guest says %q", line)
	}
}

func testLongPress(t *testing.T, m *Machine, pad *Keypad) {
	if err := pad.Tap(t.Context(), 3, 2, 1200*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if got := await(t, m, "guest: key "); got != "guest: key SCAN (long)" {
		t.Errorf("SCAN held for 1.2 s: the guest says %q", got)
	}
}

// testGhost holds three corners of a rectangle, so that the fourth looks pressed too, and checks that the guest
// was shown that: its driver gives none of the three that can be told apart no longer.
func testGhost(t *testing.T, m *Machine, pad *Keypad) {
	ctx := t.Context()
	for _, key := range [][2]int{{0, 0}, {0, 1}} {
		if err := errors.Join(pad.Press(key[0], key[1]), pad.AwaitScans(ctx, key[0], DefaultScans)); err != nil {
			t.Fatal(err)
		}
		await(t, m, "guest: key "+layout[key[0]][key[1]])
	}
	if err := errors.Join(pad.Press(1, 0), pad.AwaitScans(ctx, 1, DefaultScans)); err != nil {
		t.Fatal(err)
	}
	for _, key := range [][2]int{{0, 0}, {0, 1}, {1, 0}} {
		if err := errors.Join(pad.Release(key[0], key[1]), pad.AwaitScans(ctx, 1, DefaultScans)); err != nil {
			t.Fatal(err)
		}
	}
	tell(t, m, "ping ghost")
	for {
		line := await(t, m, "guest: ")
		if line == "guest: key 5" {
			t.Fatal("the guest took the ghost, key 5, for a key")
		}
		if strings.HasPrefix(line, "guest: pong ghost") {
			return
		}
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
