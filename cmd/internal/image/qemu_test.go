package image_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smartpos/cmd/internal/image"
	"smartpos/device/boot"
)

// machines start QEMU as the emulated boards are started, without what this test needs no more of.
var machines = map[string][]string{
	"virt-arm64": {"qemu-system-aarch64", "-M", "virt,highmem=off,acpi=off", "-cpu", "cortex-a53"},
	"virt-armv7": {"qemu-system-arm", "-M", "virt,highmem=off", "-cpu", "cortex-a7"},
}

// testImage builds an image whose firmware is testinit.
func testImage(t *testing.T, board *image.Board) *image.Image {
	t.Helper()
	kernel, err := image.FetchKernel(t.Context(), board, image.KernelOptions{Offline: true})
	if err != nil {
		t.Fatalf("no kernel in the cache: build an image of %s once with posboard image (%v)", board.Name, err)
	}
	dir := t.TempDir()
	firmware := filepath.Join(dir, "testinit")
	if err := image.BuildFirmware(t.Context(), ".", "./testinit", board.Arch, firmware); err != nil {
		t.Fatal(err)
	}
	i, err := image.Build(t.Context(), image.Options{
		Board: board, Kernel: kernel, Firmware: firmware, Child: []string{"/init"}, Epoch: time.Unix(1782864000, 0),
		Out: filepath.Join(dir, "image"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// qemu runs an image until the machine ends, and returns its console.
func qemu(t *testing.T, i *image.Image, limit time.Duration) string {
	t.Helper()
	machine := machines[i.Board]
	if _, err := exec.LookPath(machine[0]); err != nil {
		t.Fatalf("there is no %s here: install qemu-system-arm", machine[0])
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, machine[0], append(machine[1:],
		"-m", "128", "-nodefaults", "-display", "none", "-serial", "stdio",
		"-kernel", i.Path(image.KernelFile), "-initrd", i.Path(image.InitramfsFile), "-append", i.Cmdline,
		"-drive", "if=none,id=s,format=raw,readonly=on,file="+i.Path(image.SettingsFile), "-device", "virtio-blk-pci,drive=s,romfile=",
		"-drive", "if=none,id=d,format=raw,file="+i.Path(image.DataFile), "-device", "virtio-blk-pci,drive=d,romfile=",
		"-netdev", "user,id=n,restrict=on", "-device", "virtio-net-pci,netdev=n,romfile=",
		"-device", "virtio-gpu-pci,xres=320,yres=240,romfile=",
		"-device", "qemu-xhci,id=usb", "-chardev", "null,id=scanner", "-device", "usb-serial,chardev=scanner,bus=usb.0,always-plugged=on",
	)...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	console := record(t, out, start)
	if err := cmd.Wait(); err != nil {
		t.Errorf("QEMU after %v: %v %s", time.Since(start), err, errs.String())
	}
	return console
}

// record reads a console to its end; -v shows it with the host's times.
func record(t *testing.T, out io.Reader, start time.Time) string {
	var all strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Fprintln(&all, lines.Text())
		t.Logf("%6.2f %s", time.Since(start).Seconds(), lines.Text())
	}
	return all.String()
}

// What the console says in the machine's first life, and what it says until the end.
var (
	firstLife = []string{
		"watchdog: /dev/watchdog resets after 2s",
		"errors are recorded: e2fsck",
		"data: e2fsck: exit code 1", // which is: mended
		"settings: /dev/vda on /settings",
		"data: /dev/vdb on /data",
		"testinit: boot 1 life 1",
		"terminal: ready",
		"terminal: signal 9 (killed)",
		"testinit: screen: 终端程序已退出",
		"testinit: boot 0 life 2",
		"testinit: line /dev/ttyUSB0",
		"boot: power off",
	}
	wholeLife = append(firstLife[:len(firstLife):len(firstLife)],
		"network: eth0 has 10.0.2.15/24 from 10.0.2.2",
		"testinit: address 10.0.2.15/24",
		"testinit: hanging",
		"watchdog: no sign of life",
		"journal replayed",
		"testinit: boot 2 life 1",
	)
)

// The life of a board on a real kernel: see command testinit. The second machine lives a short one, save with
// SMARTPOS_FULL=1.
func TestBootsInQEMU(t *testing.T) {
	if testing.Short() || os.Getenv("SMARTPOS_QEMU") == "" {
		t.Skip("boots two machines: make machines does")
	}
	for name, short := range map[string]bool{"virt-arm64": false, "virt-armv7": os.Getenv("SMARTPOS_FULL") == ""} {
		t.Run(name, func(t *testing.T) {
			board, err := image.LoadBoard(name)
			if err != nil {
				t.Fatal(err)
			}
			board.Boot.Watchdog.Timeout = boot.Duration(2 * time.Second)
			board.Boot.Watchdog.Hang = boot.Duration(time.Second)
			want := wholeLife
			if short {
				board.Cmdline += " testinit=short"
				want = firstLife
			}
			i := testImage(t, board)
			damage(t, i.Path(image.DataFile))
			console := qemu(t, i, 2*time.Minute)
			for _, w := range want {
				if !strings.Contains(console, w) {
					t.Errorf("the console never says %q", w)
				}
			}
			if strings.Contains(console, "PROBLEM") {
				t.Error("a step of the boot failed")
			}
		})
	}
}

// damage marks a file system as one in which the kernel found an error, and gives it one: a wrong count of free
// blocks, which e2fsck may mend unasked.
func damage(t *testing.T, file string) {
	t.Helper()
	debugfs, err := exec.LookPath("debugfs")
	if err != nil {
		debugfs = "/sbin/debugfs"
	}
	script := "ssv state 2\nssv error_count 3\nssv free_blocks_count 7\n"
	cmd := exec.Command(debugfs, "-w", "-f", "/dev/stdin", file)
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("debugfs: %v: %s", err, out)
	}
}
