package qemu

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// modules are what the tests' guest loads; what they depend on comes with them.
var modules = []string{
	"virtio_pci", "virtio_blk", "virtio_net", "virtio_gpu", "xhci_pci", "ftdi_sio", "usb_storage", "sd_mod",
}

// cacheDir is where Debian's kernels are unpacked, outside of the source tree.
func cacheDir(t testing.TB, arch Arch) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("no cache folder for kernels: %v", err)
	}
	return filepath.Join(cache, "smartpos", "kernels", string(arch))
}

// findKernel returns the newest kernel in the cache, and the folder of its modules. Without an emulator or a
// kernel it skips the test.
func findKernel(t testing.TB, arch Arch) (kernel, modulesDir string) {
	t.Helper()
	if testing.Short() || os.Getenv("SMARTPOS_QEMU") == "" {
		t.Skip("boots a machine: make machines does")
	}
	if _, err := arch.find(); err != nil {
		t.Fatal(err)
	}
	dir := cacheDir(t, arch)
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what can't be read holds no kernel
		}
		if version, ok := strings.CutPrefix(d.Name(), "vmlinuz-"); ok && path > kernel {
			root := filepath.Dir(filepath.Dir(path))
			kernel, modulesDir = path, filepath.Join(root, "lib", "modules", version)
		}
		return nil
	})
	if kernel == "" {
		t.Fatalf("no Debian kernel below %s: `make image` fetches it", dir)
	}
	return kernel, modulesDir
}

// moduleFiles lists the files of modules, each after those that it depends on.
func moduleFiles(t testing.TB, dir string, names []string) (files []string) {
	t.Helper()
	where := map[string]string{}
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(d.Name(), ".ko"); ok {
			where[strings.ReplaceAll(name, "-", "_")] = path
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	done := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		if done[name] {
			return
		}
		done[name] = true
		text, err := os.ReadFile(where[name])
		if err != nil {
			t.Fatalf("module %s: %v", name, err)
		}
		_, depends, _ := bytes.Cut(text, []byte("\x00depends="))
		depends, _, _ = bytes.Cut(depends, []byte{0})
		for _, on := range strings.FieldsFunc(string(depends), func(r rune) bool { return r == ',' }) {
			add(strings.ReplaceAll(on, "-", "_"))
		}
		files = append(files, where[name])
	}
	for _, name := range names {
		add(name)
	}
	return files
}

// buildGuest compiles the tests' process 1.
func buildGuest(t testing.TB, arch Arch) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "guest")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, "./testdata/guest")
	goarch := "arm64"
	if arch == ARMv7 {
		goarch = "arm"
	}
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+goarch, "GOARM=7")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the guest: %v\n%s", err, text)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// initramfs packs process 1 and modules in the order in which they are to be loaded.
func initramfs(t testing.TB, init []byte, modules []string) string {
	t.Helper()
	var b cpio
	for _, dir := range []string{"dev", "proc", "sys", "modules"} {
		b.add(dir, 0o40755, nil)
	}
	b.add("init", 0o100755, init)
	for i, name := range modules {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b.add(fmt.Sprintf("modules/%03d-%s", i, filepath.Base(name)), 0o100644, text)
	}
	b.add("TRAILER!!!", 0, nil)
	file := filepath.Join(t.TempDir(), "initramfs")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// cpio writes the "newc" format (Linux Documentation/driver-api/early-userspace/buffer-format.rst).
type cpio struct {
	bytes.Buffer
	inode int
}

func (b *cpio) add(name string, mode int, data []byte) {
	b.inode++
	fmt.Fprintf(b, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		b.inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name)+1, 0)
	b.WriteString(name + "\x00")
	b.pad()
	b.Write(data)
	b.pad()
}

func (b *cpio) pad() {
	for b.Len()%4 != 0 {
		b.WriteByte(0)
	}
}
