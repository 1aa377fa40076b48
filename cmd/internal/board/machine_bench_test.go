package board_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smartpos/cmd/internal/board"
	bootimage "smartpos/cmd/internal/image"
)

// From QEMU's start until the terminal is ready to sell: journal open, what is pending read, keys live, screen drawn.
// The peers boot the same kernel with the same modules, partitions and machine: one only mounts them, one does
// nothing.
func BenchmarkMachineBoot(b *testing.B) {
	for _, backend := range []string{"arm64", "armv7"} {
		b.Run(backend, func(b *testing.B) {
			if os.Getenv("SMARTPOS_QEMU") == "" {
				b.Skip("boots machines: make bench does")
			}
			firmware := benchImage(b, backend, "")
			bare := filepath.Join(b.TempDir(), "bareinit")
			if err := bootimage.BuildFirmware(b.Context(), ".", "smartpos/cmd/internal/image/bareinit", firmware.Board().Arch, bare); err != nil {
				b.Fatal(err)
			}
			peer := benchImage(b, backend, bare)
			dir := machine(b, firmware).Dir()
			boot := func(i *board.Image, more string) time.Duration {
				took, err := i.BootTime(b.Context(), dir, more)
				if err != nil {
					b.Fatal(err)
				}
				return took
			}
			var ready, mounts, nothing []time.Duration
			for b.Loop() { // by turns, so that a busy host is as hard on each
				for range 5 {
					ready = append(ready, boot(firmware, ""))
					mounts = append(mounts, boot(peer, ""))
					nothing = append(nothing, boot(peer, "bareinit=nothing"))
				}
			}
			b.ReportMetric(median(ready).Seconds(), "s/ready")
			b.ReportMetric(median(mounts).Seconds(), "s/bare-mounts")
			b.ReportMetric(median(nothing).Seconds(), "s/bare-nothing")
			b.ReportMetric(median(ready).Seconds()/median(mounts).Seconds(), "x/bare-mounts")
			size, err := firmware.FirmwareSize()
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(size)/1e6, "MB/firmware")
		})
	}
}

// What the terminal has in memory, on a board of 128 MB: when it is idle, warm after a few sales, and after 200. From
// the second to the third it must not grow.
func BenchmarkMachineMemory(b *testing.B) {
	const warm, sales = 20, 200
	for _, backend := range []string{"arm64", "armv7"} {
		b.Run(backend, func(b *testing.B) {
			brd := machine(b, images.arch(b, backend), "sale.copies=1", "sale.poll_show=500ms")
			on(b, brd)
			idle := resident(b, brd, 1)
			for b.Loop() { // once: it takes minutes
				for i := range sales {
					if i == warm {
						b.ReportMetric(resident(b, brd, 2), fmt.Sprintf("MB/after-%d-sales", warm))
					}
					sell(b, brd, fmt.Sprint(i%9+1))
					press(b, brd, "OK")
				}
			}
			b.ReportMetric(idle, "MB/idle") // not sooner: the loop forgets it
			b.ReportMetric(resident(b, brd, 3), fmt.Sprintf("MB/after-%d-sales", sales))
		})
	}
}

// resident asks the test's build of the firmware for its memory, for the nth time, in MB.
func resident(b *testing.B, brd *board.Board, nth int) float64 {
	b.Helper()
	if err := brd.Console("memory\n"); err != nil {
		b.Fatal(err)
	}
	const says = "probe: memory "
	var before []string
	for range nth - 1 {
		before = append(before, says)
	}
	awaitLog(b, brd, "goroutines", append(before, says)...)
	log := brd.Log(1 << 18)
	var kB float64
	if _, err := fmt.Sscanf(log[strings.LastIndex(log, says)+len(says):], "%f kB", &kB); err != nil {
		b.Fatal(err)
	}
	return kB * 1024 / 1e6
}

// benchImage is an image of the firmware as it ships, or of another program.
func benchImage(b *testing.B, backend, program string) *board.Image {
	b.Helper()
	i, err := board.BuildImage(b.Context(), board.ImageOptions{Backend: backend, Firmware: program, Dir: b.TempDir(), Log: io.Discard})
	if err != nil {
		b.Fatal(err)
	}
	return i
}
