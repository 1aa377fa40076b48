package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrKernel is returned when the cached packages are not what a board needs.
var ErrKernel = errors.New("image: kernel")

// Package is one of Debian's packages in the cache.
type Package struct {
	File   string `json:"file"` // name_version_arch.deb
	SHA256 string `json:"sha256"`
}

// Kernel is an unpacked kernel, with what else of Debian's is in an image.
type Kernel struct {
	Dir      string    `json:"-"`       // packages are unpacked here
	Release  string    `json:"release"` // 6.1.0-50-armmp
	Packages []Package `json:"packages"`
}

// KernelOptions say where kernels are kept.
type KernelOptions struct {
	Cache   string    // folder; "" is smartpos/kernels in the user's cache folder
	Refresh bool      // take Debian's newest, even where the cache is whole
	Offline bool      // never fetch: an incomplete cache is an error
	Log     io.Writer // what takes long is told here; nil: nowhere
}

// packagesFile is written last: without it a cache is not whole.
const packagesFile = "packages.json"

// extraPackages are what an image takes besides its kernel.
var extraPackages = []string{"e2fsck-static", "ca-certificates"}

// FetchKernel returns the kernel of a board from the cache, and fills the cache first if need be: about 45 to 60 MB
// over the network, 210 to 360 MB unpacked. Several processes may call it at once. It returns [ErrApt] when the
// packages can't be fetched.
func FetchKernel(ctx context.Context, b *Board, o KernelOptions) (*Kernel, error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Cache == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("%w: no cache folder: set XDG_CACHE_HOME or HOME", err)
		}
		o.Cache = filepath.Join(cache, "smartpos", "kernels")
	}
	dir := filepath.Join(o.Cache, string(b.Arch))
	if k, err := readKernel(dir, b.Kernel); err == nil && !o.Refresh {
		return k, nil
	} else if o.Offline {
		return nil, fmt.Errorf("%w: the cache %s holds no %s: %w", ErrKernel, dir, b.Kernel, err)
	}
	if err := os.MkdirAll(o.Cache, 0o755); err != nil {
		return nil, err
	}
	unlock, err := lock(ctx, dir+".lock")
	if err != nil {
		return nil, err
	}
	defer unlock()
	if k, err := readKernel(dir, b.Kernel); err == nil && !o.Refresh {
		return k, nil // another process was quicker
	}
	return fetch(ctx, b, dir, o.Log)
}

// lock takes a file's lock: fetching twice at once would waste a hundred megabytes.
func lock(ctx context.Context, name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	got := make(chan error, 1)
	go func() { got <- unix.Flock(int(f.Fd()), unix.LOCK_EX) }()
	select {
	case err := <-got:
		return func() { f.Close() }, err
	case <-ctx.Done():
		go func() { <-got; f.Close() }()
		return nil, ctx.Err()
	}
}

// fetch fills dir, all at once or not at all.
func fetch(ctx context.Context, b *Board, dir string, log io.Writer) (*Kernel, error) {
	tmp, err := os.MkdirTemp(filepath.Dir(dir), string(b.Arch)+".fetching-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	a, err := newApt(tmp, b.Arch, log)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(log, "fetching %s for %s from this machine's Debian sources\n", b.Kernel, b.Arch.Debian())
	a.update(ctx)
	name, err := a.newest(ctx, b.Kernel)
	if err != nil {
		return nil, err
	}
	files, err := a.download(ctx, append([]string{name}, extraPackages...)...)
	if err != nil {
		return nil, err
	}
	fresh := filepath.Join(tmp, "fresh")
	if err := os.MkdirAll(filepath.Join(fresh, "root"), 0o755); err != nil {
		return nil, err
	}
	k := &Kernel{Dir: dir, Release: strings.TrimPrefix(name, "linux-image-")}
	for _, f := range files {
		fmt.Fprintf(log, "unpacking %s\n", filepath.Base(f))
		if out, err := exec.CommandContext(ctx, "dpkg-deb", "-x", f, filepath.Join(fresh, "root")).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%w: dpkg-deb: %w: %s", ErrApt, err, lastLines(string(out), 3))
		}
		sum, err := fileSum(f)
		if err != nil {
			return nil, err
		}
		k.Packages = append(k.Packages, Package{filepath.Base(f), sum})
	}
	text, err := json.MarshalIndent(kernelFile{b.Kernel, k}, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(fresh, packagesFile), append(text, '\n'), 0o644); err != nil {
		return nil, err
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	return k, os.Rename(fresh, dir)
}

// kernelFile is packages.json.
type kernelFile struct {
	Meta string `json:"package"`
	*Kernel
}

// readKernel reads what the cache holds.
func readKernel(dir, meta string) (*Kernel, error) {
	text, err := os.ReadFile(filepath.Join(dir, packagesFile))
	if err != nil {
		return nil, err
	}
	f := kernelFile{Kernel: &Kernel{}}
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", packagesFile, err)
	}
	if f.Meta != meta || f.Release == "" || strings.ContainsAny(f.Release, "/\x00") {
		return nil, fmt.Errorf("%w: the cache holds %s", ErrKernel, f.Meta)
	}
	f.Dir = dir
	if _, err := os.Stat(f.vmlinuz()); err != nil {
		return nil, err
	}
	return f.Kernel, nil
}

func (k *Kernel) root(name string) string { return filepath.Join(k.Dir, "root", name) }
func (k *Kernel) vmlinuz() string         { return k.root("boot/vmlinuz-" + k.Release) }
func (k *Kernel) modules() string         { return k.root("lib/modules/" + k.Release) }

func fileSum(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
