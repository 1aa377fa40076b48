// Command bareinit is the least that process 1 can be: the peer that the firmware's time to boot is measured against.
// It loads the modules of the image and mounts its partitions, one after the other, and says that it is ready. With
// bareinit=nothing on the kernel's command line it only says so.
//
// It is for benchmarks, and no part of any product.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"smartpos/device/boot"
)

func main() {
	if err := bring(boot.Linux()); err != nil {
		fmt.Println("bareinit:", err)
	} else {
		fmt.Println("boot: terminal: ready") // what the harness waits for
	}
	time.Sleep(time.Hour) // process 1 must not end
}

func bring(sys boot.System) error {
	if err := sys.Mount(boot.Mount{Source: "proc", Dir: "/proc", Type: "proc"}); err != nil {
		return err
	}
	line, err := os.ReadFile("/proc/cmdline")
	if err != nil || strings.Contains(string(line), "bareinit=nothing") {
		return err
	}
	if err := sys.Mount(boot.Mount{Source: "devtmpfs", Dir: "/dev", Type: "devtmpfs", Device: true}); err != nil {
		return err
	}
	text, err := os.ReadFile(boot.ConfigFile)
	if err != nil {
		return err
	}
	cfg, err := boot.ParseConfig(text)
	if err != nil {
		return err
	}
	for _, m := range slices.Concat(cfg.Modules, cfg.LateModules) {
		file, params, _ := strings.Cut(m, " ")
		if err := sys.LoadModule(file, params); err != nil {
			return err
		}
	}
	for _, m := range []boot.Mount{
		{Source: cfg.Settings.Device, Dir: cfg.Settings.Dir, Type: "ext4", ReadOnly: true},
		{Source: cfg.Data.Device, Dir: cfg.Data.Dir, Type: "ext4"},
	} {
		for !sys.Exists(m.Source) {
			time.Sleep(time.Millisecond)
		}
		if err := sys.Mount(m); err != nil {
			return err
		}
	}
	return nil
}
