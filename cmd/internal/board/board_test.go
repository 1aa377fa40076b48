package board_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"smartpos/cmd/internal/board"
)

func shows(b *board.Board, text string) func() bool {
	return func() bool { return strings.Contains(b.DisplayText(), text) }
}

func TestKeysReachTheFirmware(t *testing.T) {
	b := powered(t)
	press(t, b, "1 2 . 5 ok scan:1500ms SCAN:100ms")
	await(t, b, "keys", shows(b, "KEYS 1 2 . 5 OK SCAN(long) SCAN"))
}

func TestWithoutPowerNothingHappens(t *testing.T) {
	b := open(t)
	if err := b.Press(t.Context(), []board.Stroke{{Key: "1"}}); !errors.Is(err, board.ErrNoPower) {
		t.Errorf("Press = %v", err)
	}
	if err := b.Scan(t.Context(), "x", 0); !errors.Is(err, board.ErrNoPower) {
		t.Errorf("Scan = %v", err)
	}
	if err := b.CutAt(board.Point{What: board.PointPrinterByte, N: 1}); !errors.Is(err, board.ErrNoPower) {
		t.Errorf("CutAt = %v", err)
	}
	if err := b.PowerCut(); err != nil {
		t.Errorf("a cut without power: %v", err)
	}
	if r, g, bl, _ := b.Display().At(5, 5).RGBA(); r|g|bl != 0 {
		t.Error("the display is lit without power")
	}
}

func TestPowerIsNotGivenTwice(t *testing.T) {
	b := powered(t)
	if err := b.PowerOn(t.Context()); !errors.Is(err, board.ErrPowered) {
		t.Errorf("PowerOn = %v", err)
	}
}

func TestCutDarkensAndLosesWhatWasUnderWay(t *testing.T) {
	b := powered(t)
	press(t, b, "1 2 3")
	await(t, b, "keys", shows(b, "KEYS 1 2 3"))
	if err := b.PowerCut(); err != nil {
		t.Fatal(err)
	}
	if p := b.Power(); p.State != board.PowerOff || p.Cut != "now" {
		t.Errorf("power: %+v", p)
	}
	if text := b.DisplayText(); strings.TrimSpace(text) != "" {
		t.Errorf("the dark display shows %q", text)
	}
	if err := b.PowerOn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text := b.DisplayText(); !strings.Contains(text, "KEYS") || strings.Contains(text, "1") {
		t.Errorf("after a restart the display shows %q", text)
	}
}

func TestCutAtPrinterByte(t *testing.T) {
	b := powered(t)
	if err := b.CutAt(board.Point{What: board.PointPrinterByte, N: 4}); err != nil {
		t.Fatal(err)
	}
	if armed := b.Power().Armed; armed != "printer-byte 4" {
		t.Errorf("armed: %q", armed)
	}
	press(t, b, "MENU")
	if err := b.AwaitOff(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := b.Power(); p.Cut != "printer-byte 4" {
		t.Errorf("power: %+v", p)
	}
	if raw := string(b.Paper().Raw()); raw != "0123" {
		t.Errorf("the printer got %q, not the first 4 bytes", raw)
	}
	if err := b.PowerOn(t.Context()); err != nil {
		t.Fatal(err)
	}
	press(t, b, "MENU") // the point is spent
	await(t, b, "printing after the restart", func() bool { return strings.Contains(b.Paper().Text(), "0123456789") })
}

func TestCutAtDiskWrite(t *testing.T) {
	for n, want := range map[int]string{1: "", 2: "0", 7: "012"} {
		b := powered(t)
		if err := b.CutAt(board.Point{What: board.PointDiskWrite, N: n}); err != nil {
			t.Skip(err)
		}
		press(t, b, "CANCEL")
		if err := b.AwaitOff(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(b.Dir(), "data", "records"))
		if err != nil || string(got) != want {
			t.Errorf("cut at %d: the disk holds %q, %v; want %q", n, got, err, want)
		}
	}
}

// Somebody takes the power away while somebody else waits for the firmware to start.
func TestCutWhileStarting(t *testing.T) {
	for range 5 {
		b := open(t)
		ended := make(chan error, 1)
		go func() { ended <- b.PowerOn(t.Context()) }()
		await(t, b, "power", func() bool { return b.Power().State == board.PowerOn })
		begun := time.Now()
		if err := b.PowerCut(); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; err != nil && !errors.Is(err, board.ErrNoPower) {
			t.Errorf("power on: %v", err)
		}
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("the cut took %v", took)
		}
		if p := b.Power(); p.State != board.PowerOff {
			t.Errorf("power %+v", p)
		}
	}
}

// Two boards in one folder would fight for its devices: the second is refused, and the first goes on.
func TestFolderInUse(t *testing.T) {
	b := powered(t)
	if _, err := board.Open(board.Options{Dir: b.Dir(), Firmware: os.Args[0]}); !errors.Is(err, board.ErrInUse) {
		t.Fatalf("Open = %v", err)
	}
	press(t, b, "1 2")
	await(t, b, "keys", shows(b, "KEYS 1 2"))
}

func TestFirmwareThatCrashesIsShown(t *testing.T) {
	b := powered(t)
	strokes, _ := board.ParseStrokes("CLEAR")
	_ = b.Press(t.Context(), strokes) // whether it was taken is a race with the crash
	await(t, b, "exit", func() bool { return b.Power().State == board.PowerExited })
	p := b.Power()
	if !strings.Contains(p.Reason, "firmware exited: exit status 2") || !strings.Contains(p.Log, "crash, as asked") {
		t.Errorf("power: %+v", p)
	}
	if err := b.Press(t.Context(), strokes); !errors.Is(err, board.ErrNoPower) {
		t.Errorf("Press after the crash = %v", err)
	}
	if err := b.PowerOn(t.Context()); err != nil {
		t.Errorf("starting again: %v", err)
	}
}

func TestFirmwareThatDoesNotStart(t *testing.T) {
	b := open(t)
	if err := os.WriteFile(filepath.Join(b.Dir(), "profile.toml"), []byte("version = 9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := b.PowerOn(t.Context())
	if err == nil || !strings.Contains(err.Error(), "version") {
		t.Errorf("PowerOn = %v, want what the firmware says of its profile", err)
	}
	if p := b.Power(); p.State != board.PowerExited {
		t.Errorf("power: %+v", p)
	}
}

func TestUnpluggedPrinterComesBack(t *testing.T) {
	b := powered(t)
	link := filepath.Join(b.Dir(), "printer")
	if err := b.Break(board.Faults{Printer: board.FaultUnplugged}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(link); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the unplugged line still has its name: %v", err)
	}
	if f := b.Faults(); f.Printer != board.FaultUnplugged || f.Scanner != board.FaultOK {
		t.Errorf("faults: %+v", f)
	}
	// It stays unplugged over a power cut.
	if err := b.PowerCut(); err != nil {
		t.Fatal(err)
	}
	if err := b.PowerOn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(link); !errors.Is(err, os.ErrNotExist) {
		t.Error("the power plugged the printer in")
	}
	if err := b.Break(board.Faults{Printer: board.FaultOK}); err != nil {
		t.Fatal(err)
	}
	press(t, b, "MENU")
	await(t, b, "printing", func() bool { return strings.Contains(b.Paper().Text(), "0123456789") })
	b.Tear()
	if text := b.Paper().Text(); strings.TrimSpace(text) != "" {
		t.Errorf("after the tear the paper says %q", text)
	}
}

func TestFaultsAreNamedOrRefused(t *testing.T) {
	b := open(t)
	for _, f := range []board.Faults{{}, {Printer: "on fire"}, {Scanner: "paper-out"}, {Network: "gone"}} {
		if err := b.Break(f); !errors.Is(err, board.ErrFault) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestCloseTwiceAndWithPower(t *testing.T) {
	b := powered(t)
	if err := errors.Join(b.Close(), b.Close()); err != nil {
		t.Fatal(err)
	}
	if err := b.PowerOn(t.Context()); err == nil {
		t.Error("a closed board takes power")
	}
}

func TestPhoneReadsOnlyPictures(t *testing.T) {
	b := powered(t)
	_, err := b.Phone(t.Context(), board.PhoneRequest{Do: board.DoScanLCD})
	if !errors.Is(err, board.ErrPhone) || !strings.Contains(err.Error(), "no readable QR") {
		t.Errorf("a display without a code: %v", err)
	}
	press(t, b, ".")
	await(t, b, "key", shows(b, "KEYS ."))
	page, err := b.Phone(t.Context(), board.PhoneRequest{Do: board.DoScanLCD})
	if !errors.Is(err, board.ErrPhone) || page.Scanned != "weixin://nobody/knows" {
		t.Errorf("a foreign code: %+v, %v", page, err)
	}
	page, err = b.Phone(t.Context(), board.PhoneRequest{Wallet: "alipay", Do: board.DoCode})
	if err != nil || !strings.HasPrefix(page.Code, "28") || b.Phones()["alipay"].Code != page.Code {
		t.Errorf("payment code: %+v, %v", page, err)
	}
	for _, bad := range []board.PhoneRequest{{}, {Do: "steal"}, {Wallet: "cash", Do: "code"}, {Do: "code", Password: "hunter2"}} {
		if _, err := b.Phone(t.Context(), bad); !errors.Is(err, board.ErrPhoneRequest) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestCloseLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	b := powered(t)
	press(t, b, "1 MENU")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		time.Sleep(time.Millisecond)
	}
}

// The firmware does not tell a listener that was slow before; its picture must be seen all the same.
func TestPictureIsSeenWithoutBeingTold(t *testing.T) {
	b := powered(t, "terminal.operator=mute") // by this the fake firmware knows that it shall tell nobody
	press(t, b, "1")
	await(t, b, "key", shows(b, "KEYS 1"))
}
