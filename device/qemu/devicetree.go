package qemu

import (
	"context"
	"os"
	"os/exec"
	"strings"
)

// DeviceTree returns the device tree of a board with named pins and without a power key, which QEMU's own tree
// has on pin 3. Start does this by itself for [Config].PinNames. The tree fits this architecture, memory and
// number of CPUs, and no other.
func DeviceTree(ctx context.Context, cfg Config) ([]byte, error) {
	orDefault(&cfg.MemoryMB, DefaultMemoryMB)
	orDefault(&cfg.CPUs, 1)
	program, err := cfg.Arch.find()
	if err != nil {
		return nil, err
	}
	dir, err := newFolder(cfg.Dir)
	if err != nil {
		return nil, err
	}
	defer dir.remove()
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	file := dir.file("virt.dtb")
	out, err := exec.CommandContext(ctx, program, cfg.baseArgs(",dumpdtb="+comma(file))...).CombinedOutput()
	if err != nil {
		return nil, &HarnessError{Op: "dump the device tree", Err: err, Stderr: strings.TrimSpace(string(out))}
	}
	tree, err := os.ReadFile(file)
	if err != nil {
		return nil, harness("dump the device tree", err)
	}
	tree, err = editTree(tree, cfg.PinNames)
	return tree, harness("edit the device tree", err)
}
