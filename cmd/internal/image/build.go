package image

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"smartpos/device/boot"
)

// Files of an image, in its folder.
const (
	KernelFile     = "kernel"
	InitramfsFile  = "initramfs.cpio"
	SettingsFile   = "settings.ext4"
	DataFile       = "data.ext4"
	DeviceTreeFile = "board.dtb"
	ManifestFile   = "image.json"
)

// profileFile is the profile in the shop's folder.
const profileFile = "profile.toml"

// defaultChild is the terminal: the same binary as process 1.
const defaultChild = "/init"

// Options say what an image is made of.
type Options struct {
	Board    *Board
	Kernel   *Kernel
	Firmware string            // file of the static binary for the board's architecture
	Child    []string          // the child's program and arguments; default /init with the profile of Shop's medium
	Shop     string            // folder with profile.toml, keys and what else the terminal is set up with; "" for none
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
	first, err := collectModules(o.Kernel, b.Modules)
	if err != nil {
		return nil, err
	}
	modules, err := collectModules(o.Kernel, slices.Concat(b.Modules, b.LateModules)) // begins with the first ones
	if err != nil {
		return nil, err
	}
	child := o.Child
	if len(child) == 0 {
		child = []string{defaultChild, "-profile", b.profilePath()}
	}
	config, err := b.bootConfig(child, first, modules[len(first):], o.Epoch)
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
		Modules: slices.Concat(config.Modules, config.LateModules),
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
	for name, p := range b.partitions(o, i) {
		if err := p.Make(ctx); err != nil {
			return nil, err
		}
		if i.SHA256[name], err = fileSum(p.Out); err != nil {
			return nil, err
		}
	}
	return i, i.writeManifest()
}

// partitions are those of a board, by the file's name. The shop's folder is on the settings' medium where there is
// one, and else on the data partition.
func (b *Board) partitions(o Options, i *Image) map[string]Partition {
	if b.Boot.Settings.Device == "" {
		return map[string]Partition{DataFile: DataPartition(b, o.Shop, i.Path(DataFile), o.Epoch)}
	}
	return map[string]Partition{
		SettingsFile: SettingsPartition(b, o.Shop, i.Path(SettingsFile), o.Epoch),
		DataFile:     DataPartition(b, "", i.Path(DataFile), o.Epoch),
	}
}

// profilePath is where the terminal finds its profile.
func (b *Board) profilePath() string {
	if b.Boot.Settings.Device == "" {
		return path.Join(cmp.Or(b.Boot.Data.Dir, boot.DefaultDataDir), profileFile)
	}
	return path.Join(cmp.Or(b.Boot.Settings.Dir, boot.DefaultSettingsDir), profileFile)
}

func (i *Image) writeManifest() error {
	text, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(i.Path(ManifestFile), append(text, '\n'), 0o644)
}

// bootConfig is process 1's configuration for an image of b.
func (b *Board) bootConfig(child []string, modules, late []module, built time.Time) (boot.Config, error) {
	c := b.Boot
	c.Board, c.Child, c.Built, c.Modules, c.LateModules = b.Name, child, built.UTC(), nil, nil
	for _, m := range modules {
		c.Modules = append(c.Modules, m.entry())
	}
	for _, m := range late {
		c.LateModules = append(c.LateModules, m.entry())
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
