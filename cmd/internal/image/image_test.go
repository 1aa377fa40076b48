package image

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smartpos/cmd/internal/image/cpio"
	"smartpos/device"
)

var epoch = time.Unix(1782864000, 0).UTC()

// Every board that is built in is whole, and its hardware fits into a profile that the firmware takes.
func TestBuiltInBoards(t *testing.T) {
	if len(Boards()) < 3 {
		t.Errorf("boards %v", Boards())
	}
	for _, name := range Boards() {
		b, err := LoadBoard(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if b.Name != name {
			t.Errorf("%s calls itself %s", name, b.Name)
		}
		hardware, err := b.HardwareProfile()
		if err != nil {
			t.Error(err)
		}
		text := "version = 1\n[terminal]\nid = \"T0000001\"\n[merchant]\nname = \"x\"\n[networks.wechat]\nmerchant_id = \"1900000001\"\n" +
			"app_id = \"wx1\"\nserial = \"5157F09EFDC096DE\"\nprivate_key = \"a\"\napi_v3_key = \"b\"\npublic_key_id = \"PUB_KEY_ID_1\"\n" +
			"public_key = \"c\"\nnotify_url = \"https://a.example/n\"\n" + string(hardware)
		p, err := device.ParseProfile(name, []byte(text))
		if err != nil {
			t.Errorf("%v\n%s", err, text)
		} else if p.Display.Device != "/dev/fb0" {
			t.Errorf("%s draws on %q", name, p.Display.Device)
		}
	}
}

func TestBadBoards(t *testing.T) {
	good, err := boards.ReadFile("boards/virt-armv7.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"version = 1", "version = 2", "version: must be 1"},
		{`"virt-armv7"`, `"../x"`, "name:"},
		{`"armv7"`, `"mips"`, "arch:"},
		{"linux-image-armmp", "-oDir=x", "kernel:"},
		{`"uimage"`, `"zimage"`, "format:"},
		{"load = 0x40208000", "", "load:"},
		{"data_size = 64", "data_size = 4", "data_size:"},
		{`"virtio_pci"`, `"../virtio_pci"`, "modules:"},
		{"[boot]", "[boot]\nchild = [\"/x\"]", "filled in by the build"},
		{"[boot.data]", "[boot.data]\nlimit = \"1h\"", "data.limit"},
		{"[profile.printer]", "[profile.merchant]", `unknown table "merchant"`},
		{"arch = ", "arhc = ", "arhc"},
		{"version = 1", "version = ", "virt.toml"},
	} {
		text := strings.Replace(string(good), c.old, c.new, 1)
		if text == string(good) {
			t.Fatalf("no %q in the sample", c.old)
		}
		if _, err := ParseBoard("virt.toml", []byte(text)); !errors.Is(err, ErrBoard) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v does not say %q", c.new, err, c.want)
		}
	}
	for _, name := range []string{"nonesuch", "../virt-armv7", "/nowhere/x.toml"} {
		if _, err := LoadBoard(name); !errors.Is(err, ErrBoard) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUImage(t *testing.T) {
	kernel := []byte("kernel")
	u := uImage(kernel, 0x40208000, strings.Repeat("Linux", 20))
	h := bytes.Clone(u[:64])
	binary.BigEndian.PutUint32(h[4:], 0)
	if binary.BigEndian.Uint32(u[4:]) != crc32.ChecksumIEEE(h) || binary.BigEndian.Uint32(u[24:]) != crc32.ChecksumIEEE(kernel) ||
		!bytes.Equal(u[64:], kernel) || u[63] != 0 {
		t.Errorf("% x", u)
	}
	mkimage, err := exec.LookPath("mkimage")
	if err != nil {
		t.Skip("there is no mkimage here for a second opinion")
	}
	file := filepath.Join(t.TempDir(), "uImage")
	if err := os.WriteFile(file, u, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(mkimage, "-l", file).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "40208000") {
		t.Errorf("mkimage says %v: %s", err, out)
	}
}

func TestUnpackZImage(t *testing.T) {
	xz, err := exec.LookPath("xz")
	if err != nil {
		t.Skip("there is no xz here")
	}
	kernel := bytes.Repeat([]byte("kernel! "), minKernel/8)
	cmd := exec.Command(xz, "--stdout")
	cmd.Stdin = bytes.NewReader(kernel)
	stream, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 64)
	binary.LittleEndian.PutUint32(head[zImageOffset:], zImageMagic)
	// Like the real one: the unpacker's own constant comes first, other sections come after.
	zImage := bytes.Join([][]byte{head, xzMagic, []byte("XZ decompressor"), stream, []byte("size, device tree")}, nil)
	got, err := unpackZImage(t.Context(), zImage)
	if err != nil || !bytes.Equal(got, kernel) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	for name, bad := range map[string][]byte{
		"nothing": nil, "no zImage": stream, "no stream": head, "torn": zImage[:len(zImage)-len(stream)/2],
		"gzip": append(bytes.Clone(head), 0x1f, 0x8b, 8),
	} {
		if _, err := unpackZImage(t.Context(), bad); !errors.Is(err, ErrUnpack) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestArchiveOrder(t *testing.T) {
	a := []cpio.Member{cpio.File("b/c/d", 0o644, []byte("1")), cpio.File("init", 0o755, nil), cpio.Dir("b", 0o700)}
	one, err := archive(a)
	if err != nil {
		t.Fatal(err)
	}
	two, err := archive([]cpio.Member{a[2], a[1], a[0]})
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("the order of the members shows in the archive: %v", err)
	}
	r := cpio.NewReader(one)
	var names []string
	for m, err := r.Next(); err == nil; m, err = r.Next() {
		names = append(names, fmt.Sprintf("%s:%o", m.Name, m.Mode&0o777))
	}
	if got := strings.Join(names, " "); got != "b:700 b/c:755 b/c/d:644 init:755" {
		t.Error(got)
	}
	if _, err := archive([]cpio.Member{a[0], a[0]}); !errors.Is(err, cpio.ErrMember) {
		t.Errorf("twice the same: %v", err)
	}
}

// Each way in which packages can't be had says so, and leaves no half a cache.
func TestFetchFails(t *testing.T) {
	b, err := LoadBoard("virt-arm64")
	if err != nil {
		t.Fatal(err)
	}
	tool := func(t *testing.T, name, script string) {
		dir := os.Getenv("PATH")
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	all := func(t *testing.T, get, cache, deb string) {
		tool(t, "apt-get", get)
		tool(t, "apt-cache", cache)
		tool(t, "dpkg-deb", deb)
	}
	const depends = "echo 'Depends: linux-image-6.1.0-1-arm64 (= 6.1)'"
	const download = `case "$*" in *download*) : > a.deb; : > b.deb; : > c.deb;; esac`
	for _, c := range []struct {
		name, want string
		set        func(*testing.T)
	}{
		{"no apt", "there is no apt-get here", func(*testing.T) {}},
		{"no such package", "no source has linux-image-arm64", func(t *testing.T) { all(t, "exit 0", "echo 'E: No packages found' >&2; exit 100", "") }},
		{"an empty metapackage", "depends on no kernel", func(t *testing.T) { all(t, "exit 0", "echo 'Depends: libc6'", "") }},
		{"not authenticated", "could not be authenticated", func(t *testing.T) {
			all(t, `case "$*" in *download*) echo 'E: Some packages could not be authenticated' >&2; exit 100;; esac`, depends, "")
		}},
		{"a package is missing", "1 files for 3 packages", func(t *testing.T) { all(t, `case "$*" in *download*) : > a.deb;; esac`, depends, "") }},
		{"disk full", "No space left", func(t *testing.T) { all(t, download, depends, "echo 'No space left on device' >&2; exit 2") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("PATH", t.TempDir())
			c.set(t)
			cache := t.TempDir()
			_, err := FetchKernel(t.Context(), b, KernelOptions{Cache: cache})
			if !errors.Is(err, ErrApt) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v does not say %q", err, c.want)
			}
			left, _ := filepath.Glob(filepath.Join(cache, "*"))
			if len(left) != 1 { // the lock
				t.Errorf("it left %v", left)
			}
		})
	}
}

// The cache is whole, or it is not used: a torn one is fetched again, and offline that is an error.
func TestCache(t *testing.T) {
	b, err := LoadBoard("virt-arm64")
	if err != nil {
		t.Fatal(err)
	}
	whole := fakeKernel(t)
	o := KernelOptions{Cache: filepath.Dir(whole.Dir), Offline: true}
	if k, err := FetchKernel(t.Context(), b, o); err != nil || k.Release != whole.Release {
		t.Errorf("%+v, %v", k, err)
	}
	text, err := os.ReadFile(filepath.Join(whole.Dir, packagesFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, torn := range map[string]string{
		"empty": "", "half": string(text[:len(text)/2]), "other": strings.Replace(string(text), "linux-image-arm64", "linux-image-x", 1),
		"no release": strings.Replace(string(text), whole.Release, "", 1), "outside": strings.Replace(string(text), whole.Release, "../../x", 1),
	} {
		if err := os.WriteFile(filepath.Join(whole.Dir, packagesFile), []byte(torn), 0o600); err != nil {
			t.Fatal(err)
		}
		if k, err := FetchKernel(t.Context(), b, o); !errors.Is(err, ErrKernel) {
			t.Errorf("%s: %+v, %v", name, k, err)
		}
	}
}

// fakeKernel is a cache whose kernel and modules are small files.
func fakeKernel(t *testing.T) *Kernel {
	t.Helper()
	k := &Kernel{Dir: filepath.Join(t.TempDir(), "arm64"), Release: "6.1.0-1-arm64"}
	for name, text := range map[string]string{
		"root/boot/vmlinuz-6.1.0-1-arm64":                  "kernel",
		"root/usr/share/ca-certificates/mozilla/b.crt":     "B\n",
		"root/usr/share/ca-certificates/mozilla/a.crt":     "A\n\n",
		"root/lib/modules/6.1.0-1-arm64/kernel/x/dummy.ko": "no ELF",
		packagesFile: `{"package": "linux-image-arm64", "release": "6.1.0-1-arm64", "packages": []}`,
	} {
		file := filepath.Join(k.Dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

func TestModulesMissing(t *testing.T) {
	k := fakeKernel(t)
	for wanted, want := range map[string]string{"ext4": "no such module", "dummy": "not a kernel module"} {
		if _, err := collectModules(k, []string{wanted}); !errors.Is(err, ErrKernel) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", wanted, err)
		}
	}
}

// The same inputs give the same image, byte for byte.
func TestReproducible(t *testing.T) {
	if _, err := findTool("mke2fs"); err != nil {
		t.Skip(err)
	}
	b, err := LoadBoard("virt-arm64")
	if err != nil {
		t.Fatal(err)
	}
	k := fakeKernel(t)
	b.Modules, b.LateModules, b.Boot.Data.Fsck, b.DataSize = nil, nil, "", 16
	firmware := filepath.Join(t.TempDir(), "pos")
	if err := os.WriteFile(firmware, []byte("firmware"), 0o755); err != nil {
		t.Fatal(err)
	}
	shop := t.TempDir()
	if err := os.WriteFile(filepath.Join(shop, "profile.toml"), []byte("version = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var manifests [2][]byte
	for i := range manifests {
		made, err := Build(t.Context(), Options{
			Board: b, Kernel: k, Firmware: firmware, Epoch: epoch, Out: t.TempDir(),
			Shop: shop, Files: map[string][]byte{"etc/b": []byte("b"), "etc/a": []byte("a")},
		})
		if err != nil {
			t.Fatal(err)
		}
		if manifests[i], err = os.ReadFile(made.Path(ManifestFile)); err != nil {
			t.Fatal(err)
		}
		if len(made.SHA256) != 4 {
			t.Errorf("the manifest lists %v", made.SHA256)
		}
	}
	if !bytes.Equal(manifests[0], manifests[1]) {
		t.Errorf("two builds differ:\n%s\n%s", manifests[0], manifests[1])
	}
}

func TestEpoch(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1782864000")
	if got, err := Epoch(t.Context(), "/"); err != nil || !got.Equal(epoch) {
		t.Errorf("%v, %v", got, err)
	}
	t.Setenv("SOURCE_DATE_EPOCH", "yesterday")
	if _, err := Epoch(t.Context(), "/"); err == nil {
		t.Error("yesterday is a number of seconds")
	}
	t.Setenv("SOURCE_DATE_EPOCH", "")
	if _, err := Epoch(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "SOURCE_DATE_EPOCH") {
		t.Errorf("outside git: %v", err)
	}
}

func FuzzParseBoard(f *testing.F) {
	for _, name := range Boards() {
		text, err := boards.ReadFile("boards/" + name + ".toml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := ParseBoard("x", text); err != nil && !errors.Is(err, ErrBoard) {
			t.Fatal(err)
		}
	})
}

func Example() {
	b, err := LoadBoard("virt-armv7")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(b.Title, "boots", b.Kernel, "for", b.Arch.Debian())
	// Then: FetchKernel, BuildFirmware, Build.
	_, err = FetchKernel(context.Background(), b, KernelOptions{Cache: "/nonexistent", Offline: true})
	fmt.Println(errors.Is(err, ErrKernel))
	// Output:
	// QEMU virt, ARMv7 boots linux-image-armmp for armhf
	// true
}
