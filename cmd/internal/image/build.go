package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"smartpos/device/boot"
)

// Files of an image, in its folder.
const (
	KernelFile     = "kernel"
	InitramfsFile  = "initramfs.cpio"
	DataFile       = "data.ext4"
	DeviceTreeFile = "board.dtb"
	ManifestFile   = "image.json"
)

// defaultChild is the terminal: the same binary as process 1.
const defaultChild = "/init"

// Options say what an image is made of.
type Options struct {
	Board    *Board
	Kernel   *Kernel
	Firmware string            // file of the static binary for the board's architecture
	Child    []string          // the child's program and arguments; default /init -profile /data/profile.toml
	Data     string            // folder whose files the data partition holds; "" for none
	Files    map[string][]byte // more files of the initramfs, by path without a leading slash
	Epoch    time.Time         // build time: UTC, whole seconds
	Out      string            // folder; made if need be
}

// Image is what Build made.
type Image struct {
	Board   string            `json:"board"`
	Built   time.Time         `json:"built"`
	Cmdline string            `json:"cmdline"`
	Kernel  *Kernel           `json:"kernel"`
	Modules []string          `json:"modules"` // in the order of loading
	SHA256  map[string]string `json:"sha256"`  // by file

	Dir string `json:"-"`
}

// Path is the full name of one of the image's files.
func (i *Image) Path(file string) string { return filepath.Join(i.Dir, file) }

// Build makes an image in the folder o.Out.
func Build(ctx context.Context, o Options) (*Image, error) {
	b := o.Board
	firmware, err := os.ReadFile(o.Firmware)
	if err != nil {
		return nil, err
	}
	modules, err := collectModules(o.Kernel, b.Modules)
	if err != nil {
		return nil, err
	}
	child := o.Child
	if len(child) == 0 {
		child = []string{defaultChild, "-profile", "/data/profile.toml"}
	}
	config, err := b.bootConfig(child, modules, o.Epoch)
	if err != nil {
		return nil, err
	}
	root, err := initramfs(o.Kernel, firmware, modules, config, o.Files)
	if err != nil {
		return nil, err
	}
	kernel, err := kernelImage(ctx, b, o.Kernel)
	if err != nil {
		return nil, err
	}
	i := &Image{
		Board: b.Name, Built: o.Epoch.UTC(), Cmdline: b.Cmdline, Kernel: o.Kernel, SHA256: map[string]string{}, Dir: o.Out,
		Modules: config.Modules,
	}
	if err := os.MkdirAll(o.Out, 0o755); err != nil {
		return nil, err
	}
	files := map[string][]byte{KernelFile: kernel, InitramfsFile: root}
	if b.DeviceTree != "" {
		dtb := o.Kernel.root(filepath.Join("usr/lib/linux-image-"+o.Kernel.Release, b.DeviceTree))
		if files[DeviceTreeFile], err = os.ReadFile(dtb); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKernel, err)
		}
	}
	for name, data := range files {
		if err := os.WriteFile(i.Path(name), data, 0o644); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		i.SHA256[name] = hex.EncodeToString(sum[:])
	}
	if err := dataPartition(ctx, i.Path(DataFile), o.Data, b.Name, int64(b.DataSize)<<20, o.Epoch); err != nil {
		return nil, err
	}
	if i.SHA256[DataFile], err = fileSum(i.Path(DataFile)); err != nil {
		return nil, err
	}
	return i, i.writeManifest()
}

func (i *Image) writeManifest() error {
	text, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(i.Path(ManifestFile), append(text, '\n'), 0o644)
}

// bootConfig is process 1's configuration for an image of b.
func (b *Board) bootConfig(child []string, modules []module, built time.Time) (boot.Config, error) {
	c := b.Boot
	c.Child, c.Built, c.Modules = child, built.UTC(), nil
	for _, m := range modules {
		c.Modules = append(c.Modules, m.entry())
	}
	text, err := c.Marshal()
	if err != nil {
		return c, err
	}
	return boot.ParseConfig(text) // as process 1 will, defaults and checks included
}

// kernelImage is the kernel as the board boots it.
func kernelImage(ctx context.Context, b *Board, k *Kernel) ([]byte, error) {
	data, err := os.ReadFile(k.vmlinuz())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKernel, err)
	}
	if b.Format != formatUImage {
		return data, nil
	}
	unpacked, err := unpackZImage(ctx, data)
	if err != nil {
		return nil, err
	}
	return uImage(unpacked, b.Load, strings.TrimSpace("Linux "+k.Release)), nil
}
