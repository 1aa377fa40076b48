package main

import (
	"io"
	"os"
	"testing"
	"time"

	"smartpos/cmd/internal/board"
)

// machineLimit is how long one thing may take on an emulated processor of a busy host.
const machineLimit = time.Minute

// The same front panel in front of an ARM board: a sale by clicks.
func TestMachinePage(t *testing.T) {
	if testing.Short() || os.Getenv("SMARTPOS_QEMU") == "" {
		t.Skip("boots machines: make machines does")
	}
	for _, backend := range []string{"arm64", "armv7"} {
		t.Run(backend, func(t *testing.T) {
			image, err := board.BuildImage(t.Context(), board.ImageOptions{Backend: backend, Dir: t.TempDir(), Log: io.Discard})
			if err != nil {
				t.Fatal(err)
			}
			w := openWindowOn(t, desk, "", machineLimit, board.Options{Image: image})
			w.keys("1", "2", ".", "5", "OK")
			w.lcd("请用微信支付扫码")
			w.click("#scan-lcd")
			w.text("#app-page .amount", "¥12.50")
			w.shot(backend + "-show")
			w.click("#confirm")
			w.text("#app-page", "支付成功")
			w.lcd("小票已打印")
			w.charged(1250)
			w.shot(backend + "-paid")

			w.keys("OK", "8", "SCAN")
			w.lcd("请顾客出示付款码")
			w.click("#show-code")
			w.click("#code-scan")
			w.lcd("收款成功")
			w.charged(2050)
		})
	}
}
