package board_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"smartpos/cmd/internal/board"
	"smartpos/cmd/internal/board/disktrace"
	"smartpos/device"
	"smartpos/device/display"
	"smartpos/device/qemu"
	"smartpos/keypad"
	"smartpos/txn/pay/paynet"
)

// The test binary is also the shim and a firmware that does just enough to be seen.
func TestMain(m *testing.M) {
	qemu.RunRelay()
	if len(os.Args) > 1 && os.Args[1] == "trace-disk" {
		fmt.Fprintln(os.Stderr, disktrace.Shim(os.Args[2:]))
		os.Exit(1)
	}
	if len(os.Args) > 2 && os.Args[1] == "-profile" {
		if err := fakeFirmware(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Setenv("GORACE", "atexit_sleep_ms=1") // for the firmware: nobody reads what the detector could still say
	seed, err := os.MkdirTemp("", "seed")
	if err == nil {
		err = makeSeed(seed)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	images.remove()
	_ = os.RemoveAll(seed)
	os.Exit(code)
}

// seedDir has a sandbox's keys, which take long to make.
var seedDir string

func makeSeed(dir string) error {
	seedDir = dir
	net, err := paynet.Open(dir, paynet.Options{})
	if err != nil {
		return err
	}
	return net.Close()
}

// fakeFirmware draws the keys it gets. MENU prints a line, CANCEL writes ten records, CLEAR crashes, OK hangs up
// its ears.
func fakeFirmware(profile string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	p, err := device.LoadProfile(profile)
	if err != nil {
		return err
	}
	notify := p.Path(p.Display.Flush)
	if p.Terminal.Operator == "mute" {
		notify = ""
	}
	screen, err := display.OpenFramebuffer(display.FramebufferConfig{
		Path: p.Path(p.Display.Device), Width: p.Display.Width, Height: p.Display.Height,
		Format: display.Format(p.Display.Format), Notify: notify,
	})
	if err != nil {
		return err
	}
	defer screen.Close()
	printer, err := device.OpenLine(device.LineConfig{Name: "printer", Path: p.Path(p.Printer.Device), Baud: p.Printer.Baud})
	if err != nil {
		return err
	}
	defer printer.Close()
	keys := keypad.OpenConsole(p.Path(p.Keypad.Device), keypad.ConsoleConfig{})
	defer keys.Close()

	canvas, pressed := display.NewCanvas(p.Display.Width, p.Display.Height), ""
	draw := func() error {
		canvas.Fill(canvas.Bounds(), color.RGBA{255, 255, 255, 255})
		canvas.Text(8, 16, "KEYS"+pressed[max(0, len(pressed)-34):], display.Style{Ink: color.RGBA{0, 0, 0, 255}, Paper: color.RGBA{255, 255, 255, 255}})
		if strings.HasSuffix(pressed, ".") {
			if err := canvas.QR(image.Rect(0, 40, 200, 240), "weixin://nobody/knows"); err != nil {
				return err
			}
		}
		return canvas.Flush(screen)
	}
	for {
		if err := draw(); err != nil {
			return err
		}
		e, err := keys.Next(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "key:", err)
			continue
		}
		pressed += " " + e.Key.String()
		if e.Long {
			pressed += "(long)"
		}
		switch e.Key {
		case keypad.Clear:
			panic("crash, as asked")
		case keypad.Menu:
			if _, err := printer.Write([]byte("0123456789\n")); err != nil {
				fmt.Fprintln(os.Stderr, "printer:", err)
			}
		case keypad.Cancel:
			if err := records(p.Path(p.Data)); err != nil {
				return err
			}
		}
	}
}

// records writes and syncs ten bytes, one after the other.
func records(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, "records"), os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	for i := range 10 {
		if _, err := f.WriteAt([]byte{byte('0' + i)}, int64(i)); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
	}
	return nil
}

// open builds a board with the fake firmware; what is left of it at the end of the test is an error.
func open(t testing.TB, overrides ...string) *board.Board {
	t.Helper()
	dir, err := os.MkdirTemp("", "board") // t.TempDir's names are too long for a socket's
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, board.SandboxDir), os.DirFS(seedDir)); err != nil {
		t.Fatal(err)
	}
	b, err := board.Open(board.Options{
		Dir: dir, Firmware: os.Args[0], Shim: []string{os.Args[0], "trace-disk"}, Overrides: overrides,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		for _, name := range []string{"printer", "scanner", "console", "fb0.flush"} {
			if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s is left behind", name)
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return b
}

// powered is open with the power on.
func powered(t testing.TB, overrides ...string) *board.Board {
	t.Helper()
	b := open(t, overrides...)
	if err := b.PowerOn(t.Context()); err != nil {
		t.Fatalf("power on: %v\n%s", err, b.Log(2000))
	}
	return b
}

// await waits until holds, and fails the test with what otherwise is there.
func await(t testing.TB, b *board.Board, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := b.Await(ctx, holds); err != nil {
		t.Fatalf("%s: %v\npower %+v\ndisplay %q\npaper %q\n%s", what, err, b.Power(), b.DisplayText(), b.Paper().Text(), b.Log(2000))
	}
}

func press(t testing.TB, b *board.Board, keys string) {
	t.Helper()
	strokes, err := board.ParseStrokes(keys)
	if err == nil {
		err = b.Press(t.Context(), strokes)
	}
	if err != nil {
		t.Fatalf("press %s: %v", keys, err)
	}
}
