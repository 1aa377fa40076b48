package board_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smartpos/cmd/internal/board"
	"smartpos/cmd/internal/board/camera"
	bootimage "smartpos/cmd/internal/image"
)

// machineLimit is how long anything may take on an emulated processor of a busy host.
const machineLimit = time.Minute

// images are what the machines of all tests boot, built once. Their firmware is the test's build, see cmd/pos.
var images imageCache

type imageCache struct {
	mu    sync.Mutex
	dir   string
	built map[string]*board.Image
}

// get builds an image by that name, or returns the one that was built before. It can be gone on from saved where the
// board can.
func (c *imageCache) get(t testing.TB, name, backend string, edit func(*bootimage.Board)) *board.Image {
	t.Helper()
	if testing.Short() || os.Getenv("SMARTPOS_QEMU") == "" {
		t.Skip("boots machines: make machines does")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := c.built[name]; i != nil {
		return i
	}
	if c.dir == "" {
		dir, err := os.MkdirTemp("", "images")
		if err != nil {
			t.Fatal(err)
		}
		c.dir, c.built = dir, map[string]*board.Image{}
	}
	b, err := bootimage.LoadBoard(name)
	if err != nil {
		if b, err = bootimage.LoadBoard("virt-" + backend); err != nil {
			t.Fatal(err)
		}
	}
	if edit != nil {
		edit(b)
	}
	i, err := board.BuildImage(t.Context(), board.ImageOptions{
		Backend: backend, Board: b, Tags: []string{"probe"}, Dir: filepath.Join(c.dir, name), Log: io.Discard,
	})
	if err == nil {
		err = i.Save(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	c.built[name] = i
	return i
}

// arch is the usual image of a backend.
func (c *imageCache) arch(t testing.TB, backend string) *board.Image {
	return c.get(t, "virt-"+backend, backend, nil)
}

func (c *imageCache) remove() {
	if c.dir != "" {
		_ = os.RemoveAll(c.dir)
	}
}

// machine is a board in QEMU, without power.
func machine(t testing.TB, i *board.Image, overrides ...string) *board.Board {
	t.Helper()
	dir, err := os.MkdirTemp("", "board")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, board.SandboxDir), os.DirFS(seedDir)); err != nil {
		t.Fatal(err)
	}
	b, err := board.Open(board.Options{Dir: dir, Image: i, Overrides: overrides, Scale: 6})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return b
}

// on gives a machine power.
func on(t testing.TB, b *board.Board) {
	t.Helper()
	if err := b.PowerOn(t.Context()); err != nil {
		t.Fatalf("power on: %v\n%s", err, b.Log(4000))
	}
}

// displays waits until all texts stand on the display.
func displays(t testing.TB, b *board.Board, texts ...string) {
	t.Helper()
	bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
	ctx, cancel := context.WithTimeout(t.Context(), machineLimit)
	defer cancel()
	err := b.Await(ctx, func() bool {
		text := bare(b.DisplayText())
		return !slices.ContainsFunc(texts, func(want string) bool { return !strings.Contains(text, bare(want)) })
	})
	if err != nil {
		t.Fatalf("the display does not show %q: %v\n%s\n%s", texts, err, b.DisplayText(), b.Log(4000))
	}
}

// phone is a customer who holds the camera to the display until it reads what is drawn there.
func phone(t testing.TB, b *board.Board, do string) (page board.PhonePage) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), machineLimit)
	defer cancel()
	var err error
	late := b.Await(ctx, func() bool {
		page, err = b.Phone(ctx, board.PhoneRequest{Wallet: "wechat", Do: do})
		return !errors.Is(err, camera.ErrNoCode)
	})
	if err = cmp.Or(err, late); err != nil {
		t.Fatalf("phone %s: %v\n%s", do, err, b.DisplayText())
	}
	return page
}

// charged is what the customers paid, payment by payment.
func charged(b *board.Board) (fen []int64) {
	for _, o := range b.Ledger().Orders {
		if o.Charged > o.GivenBack {
			fen = append(fen, o.Charged-o.GivenBack)
		}
	}
	return fen
}

// sell takes a payment by a shown code.
func sell(t testing.TB, b *board.Board, digit string) {
	t.Helper()
	press(t, b, digit+" OK")
	displays(t, b, "请用微信支付扫码")
	phone(t, b, "scan-lcd")
	phone(t, b, "confirm")
	displays(t, b, "收款成功", "¥"+digit+".00")
}

// A sale each way on each architecture, keys as voltages; another decoder reads the QR from the screenshot.
func TestMachineSale(t *testing.T) {
	for _, backend := range []string{"arm64", "armv7"} {
		t.Run(backend, func(t *testing.T) {
			b := machine(t, images.arch(t, backend))
			on(t, b)
			press(t, b, "1 2 . 5 OK")
			displays(t, b, "请用微信支付扫码", "¥12.50")
			page := phone(t, b, "scan-lcd")
			if got := zbar(t, b); got != page.Scanned {
				t.Errorf("zbarimg reads %q, the phone %q", got, page.Scanned)
			}
			phone(t, b, "confirm")
			displays(t, b, "收款成功")
			await(t, b, "receipts", func() bool { return strings.Contains(b.Paper().Text(), "顾客存根") })

			press(t, b, "OK 3 SCAN")
			code := phone(t, b, "code").Code
			if err := b.Scan(t.Context(), code, machineLimit); err != nil {
				t.Fatal(err)
			}
			displays(t, b, "收款成功", "¥3.00")
			if got := charged(b); !slices.Equal(got, []int64{1250, 300}) {
				t.Errorf("charged %v", got)
			}
			if log := b.Log(1 << 18); strings.Contains(log, "PROBLEM") {
				t.Errorf("a step of the boot failed:\n%s", log)
			}
		})
	}
}

// zbar reads the QR on the display.
func zbar(t *testing.T, b *board.Board) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "lcd.png")
	f, err := os.Create(name)
	if err == nil {
		err = errors.Join(png.Encode(f, b.Display()), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "--quiet", "--nodbus", "--raw", name).Output()
	if err != nil {
		t.Errorf("zbarimg: %v", err)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// An SD card for the data partition: a sale, and what is left of it after the power was cut.
func TestMachineSDCard(t *testing.T) {
	b := machine(t, images.get(t, "virt-arm64-sd", "arm64", nil))
	on(t, b)
	sell(t, b, "7")
	if err := b.PowerCut(); err != nil {
		t.Fatal(err)
	}
	on(t, b)
	displays(t, b, "请输入金额")
	press(t, b, "MENU 1")
	await(t, b, "the receipt of before the cut", func() bool {
		return strings.Contains(b.Paper().Text(), "重打印") && strings.Contains(b.Paper().Text(), "7.00")
	})
}

// What is broken when the power comes on is said on the display, with what to do; what can work works.
func TestMachineStartsBroken(t *testing.T) {
	noise := func(t *testing.T, file string) {
		text := make([]byte, 1<<20)
		random := rand.NewChaCha8([32]byte{1})
		_, _ = random.Read(text)
		f, err := os.OpenFile(file, os.O_WRONLY, 0)
		if err == nil {
			_, err = f.Write(text)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	disk := func(name string) func(*testing.T, *board.Board) {
		return func(t *testing.T, b *board.Board) { noise(t, filepath.Join(b.Dir(), name)) }
	}
	fault := func(f board.Faults) func(*testing.T, *board.Board) {
		return func(t *testing.T, b *board.Board) {
			if err := b.Break(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name      string
		overrides []string
		hurt      func(*testing.T, *board.Board)
		shows     []string // on the display
		says      string   // on the console
		then      func(*testing.T, *board.Board)
	}{
		{"data of noise", nil, disk("data.ext4"), []string{"数据分区不可用", "请勿格式化", "call service"}, "PROBLEM data", nil},
		{"settings of noise", nil, disk("settings.ext4"), []string{"终端配置读不出", "维修人员"}, "PROBLEM settings", nil},
		{"another board's profile", []string{"board=raspi3"}, nil, []string{"终端配置有误", "virt-arm64", "raspi3"}, "this is a virt-arm64", nil},
		{"no network", nil, fault(board.Faults{Network: board.FaultUnplugged}), []string{"请输入金额"}, "boot: terminal: ready", func(t *testing.T, b *board.Board) {
			press(t, b, "5 OK")
			displays(t, b, "未收款", "网络不通", "检查网线")
			fault(board.Faults{Network: board.FaultOK})(t, b)
			for try := 0; try < 10 && strings.Contains(b.DisplayText(), "未收款"); try++ { // a network that has just been plugged in takes a moment
				press(t, b, "OK")
				await(t, b, "an end of the try", func() bool {
					text := b.DisplayText()
					return strings.Contains(text, "请用微信支付扫码") || strings.Contains(text, "未收款")
				})
				time.Sleep(time.Second) // between two tries, as a cashier
			}
			phone(t, b, "scan-lcd")
			phone(t, b, "confirm")
			displays(t, b, "收款成功", "¥5.00")
		}},
		{"no printer", nil, fault(board.Faults{Printer: board.FaultUnplugged}), []string{"请输入金额"}, "boot: terminal: ready", func(t *testing.T, b *board.Board) {
			sell(t, b, "5")
			displays(t, b, "小票未打印", "打印机无应答")
		}},
		{"no scanner", nil, fault(board.Faults{Scanner: board.FaultUnplugged}), []string{"请输入金额"}, "boot: terminal: ready", func(t *testing.T, b *board.Board) {
			press(t, b, "5 SCAN")
			displays(t, b, "扫码器")
			press(t, b, "CANCEL CANCEL")
			sell(t, b, "6")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := machine(t, images.arch(t, "arm64"), c.overrides...)
			if c.hurt != nil {
				c.hurt(t, b)
			}
			on(t, b)
			displays(t, b, c.shows...)
			if log := b.Log(1 << 18); !strings.Contains(log, c.says) {
				t.Errorf("the console does not say %q:\n%s", c.says, log)
			}
			if c.then != nil {
				c.then(t, b)
			}
		})
	}
}

// A module is missing from the image: the console names it, and a terminal without its scanner sells.
func TestMachineWithoutModule(t *testing.T) {
	b := machine(t, images.get(t, "no-ftdi", "arm64", func(b *bootimage.Board) {
		b.LateModules = slices.DeleteFunc(b.LateModules, func(m string) bool { return m == "ftdi_sio" })
	}))
	on(t, b)
	sell(t, b, "5")
	deadline := time.Now().Add(machineLimit)
	for !strings.Contains(b.Log(1<<18), "/dev/ttyUSB0 is missing") {
		if time.Now().After(deadline) {
			t.Fatalf("the console does not say what is missing:\n%s", b.Log(4000))
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// A board that has been in a drawer for half a year, its battery empty: no certificate is valid yet. The network proves
// what time it is, and the terminal sells.
func TestMachineClock(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", fmt.Sprint(time.Now().AddDate(0, -6, 0).Unix()))
	i := images.get(t, "drawer", "arm64", nil)
	i.SetExtra("-rtc", "base=2001-01-01")
	b := machine(t, i)
	on(t, b)
	awaitLog(t, b, "clock set forward")
	sell(t, b, "5")
	await(t, b, "today's receipt", func() bool { return strings.Contains(b.Paper().Text(), time.Now().UTC().Format("2006-01-")) })
}

// The terminal's loop hangs while a customer pays: the watchdog resets the board, and the terminal comes back with
// the order and finds out that it was paid.
func TestMachineHangs(t *testing.T) {
	for _, backend := range []string{"arm64", "armv7"} {
		t.Run(backend, func(t *testing.T) {
			b := machine(t, images.get(t, "quick-dog-"+backend, backend, func(b *bootimage.Board) {
				b.Boot.Watchdog.Timeout, b.Boot.Watchdog.Hang = 2e9, 2e9
			}))
			on(t, b)
			press(t, b, "5 OK")
			displays(t, b, "请用微信支付扫码")
			phone(t, b, "scan-lcd")
			if err := b.Console("hang\n"); err != nil {
				t.Fatal(err)
			}
			awaitLog(t, b, "no sign of life")
			phone(t, b, "confirm")
			awaitLog(t, b, "boot: terminal: ready", "no sign of life")
			displays(t, b, "请输入金额")
			await(t, b, "the receipt", func() bool { return strings.Contains(b.Paper().Text(), "5.00") })
			if got := charged(b); !slices.Equal(got, []int64{500}) {
				t.Errorf("charged %v", got)
			}
		})
	}
}

// awaitLog waits until the console says text, after what is given.
func awaitLog(t testing.TB, b *board.Board, text string, after ...string) {
	t.Helper()
	deadline := time.Now().Add(machineLimit)
	for {
		log := b.Log(1 << 18)
		for _, a := range after {
			_, log, _ = strings.Cut(log, a)
		}
		if strings.Contains(log, text) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(fmt.Sprintf("the console does not say %q:\n", text) + b.Log(4000))
		}
		time.Sleep(20 * time.Millisecond)
	}
}
