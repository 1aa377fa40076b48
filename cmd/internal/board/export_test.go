package board

import (
	"context"
	"os"
	"path/filepath"
	"time"

	bootimage "smartpos/cmd/internal/image"
	"smartpos/device/qemu"
)

// BootTime is how long a machine takes from QEMU's start until the image's process 1 says that the terminal is ready.
// dir is the folder of a board that was opened with the image; more is for the kernel's command line.
func (i *Image) BootTime(ctx context.Context, dir, more string) (time.Duration, error) {
	cfg := i.config("", qemu.Disk{File: filepath.Join(dir, settingsDisk), ReadOnly: true}, qemu.Disk{File: filepath.Join(dir, dataDisk)})
	cfg.Append += " " + more
	began := time.Now()
	m, err := qemu.Start(ctx, cfg)
	if err != nil {
		return 0, err
	}
	defer m.Close()
	if err := m.Console().Await(ctx, terminalReady); err != nil {
		return 0, err
	}
	return time.Since(began), m.Close()
}

// FirmwareSize is that of the firmware in the image, in bytes.
func (i *Image) FirmwareSize() (int64, error) {
	info, err := os.Stat(i.files.Path("pos"))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Board is the image's, for a peer.
func (i *Image) Board() *bootimage.Board { return i.board }

// SetExtra has all machines of the image started with more arguments for QEMU, and boot: a saved state was without.
func (i *Image) SetExtra(args ...string) { i.extra, i.state = args, "" }
