package image

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"smartpos/device/boot"
)

//go:embed boards/*.toml
var boards embed.FS

// ErrBoard is returned when there is no such board, or its description is impossible.
var ErrBoard = errors.New("image: board")

// Arch is a processor architecture.
type Arch string

// Architectures.
const (
	ARMv7 Arch = "armv7"
	ARM64 Arch = "arm64"
)

// Debian is Debian's name of a.
func (a Arch) Debian() string {
	if a == ARMv7 {
		return "armhf"
	}
	return string(a)
}

// goEnv is what the Go tool needs to build for a.
func (a Arch) goEnv() []string {
	env := []string{"CGO_ENABLED=0", "GOOS=linux"}
	if a == ARMv7 {
		return append(env, "GOARCH=arm", "GOARM=7")
	}
	return append(env, "GOARCH="+string(a))
}

// Board describes a board as data: a new board is a new file. See docs/boards.md.
type Board struct {
	Version int    `toml:"version"` // of this format: 1
	Name    string `toml:"name"`    // lower case letters, digits and hyphens
	Title   string `toml:"title"`   // for people
	Arch    Arch   `toml:"arch"`
	Kernel  string `toml:"kernel"` // Debian's package that depends on the current kernel: linux-image-arm64
	Format  string `toml:"format"` // "image" as Debian has it, or "uimage": unpacked, with a U-Boot header
	Load    uint32 `toml:"load"`   // uimage: where the kernel is loaded and entered
	// DeviceTree is a device tree of the kernel's package, relative to its folder, such as
	// "broadcom/bcm2837-rpi-3-b.dtb"; "" when the boot loader or QEMU brings one.
	DeviceTree string `toml:"device_tree"`
	Cmdline    string `toml:"cmdline"` // the kernel's
	// Modules are kernel modules by name, each with its parameters. What they depend on need not be named.
	Modules []string `toml:"modules"`
	// LateModules are those that are loaded when the terminal is ready: what its first screen can do without.
	LateModules []string `toml:"late_modules"`
	// DataSize is the data partition's, in MiB: 16–4096.
	DataSize int `toml:"data_size"`
	// Boot is process 1's configuration. Its child, build time and modules are filled in by [Build].
	Boot boot.Config `toml:"boot"`
	// Profile holds the tables of the board profile that describe hardware: display, keypad, scanner, printer.
	Profile map[string]map[string]any `toml:"profile"`
}

// Formats of a kernel.
const (
	formatImage  = "image"
	formatUImage = "uimage"
)

// Boards are the names of the boards that are built in.
func Boards() []string {
	entries, err := boards.ReadDir("boards")
	if err != nil {
		return nil // not reached: the folder is embedded
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".toml"))
	}
	return names
}

// LoadBoard is the board of that name, or of that file if the name ends in ".toml". It returns [ErrBoard] with what
// is wrong, all at once.
func LoadBoard(name string) (*Board, error) {
	if strings.HasSuffix(name, ".toml") {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBoard, err)
		}
		return ParseBoard(name, text)
	}
	text, err := boards.ReadFile(path.Join("boards", name+".toml"))
	if err != nil {
		return nil, fmt.Errorf("%w: there is no %q; there are %s, or name a file that ends in .toml", ErrBoard, name,
			strings.Join(Boards(), ", "))
	}
	return ParseBoard(name+".toml", text)
}

// ParseBoard reads a description strictly: unknown keys are refused. name stands in errors.
func ParseBoard(name string, text []byte) (*Board, error) {
	var b Board
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&b); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			return nil, fmt.Errorf("%w: %s: unknown keys:\n%s", ErrBoard, name, strict.String())
		}
		return nil, fmt.Errorf("%w: %s: %v", ErrBoard, name, err)
	}
	if bad := b.check(); len(bad) > 0 {
		return nil, fmt.Errorf("%w: %s: %s", ErrBoard, name, strings.Join(bad, "; "))
	}
	return &b, nil
}

var (
	boardName   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)
	packageName = regexp.MustCompile(`^linux-image-[a-z0-9.+-]+$`)
	moduleName  = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
)

// check lists everything that is impossible.
func (b *Board) check() (bad []string) {
	hold := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Sprintf(format, args...))
		}
	}
	hold(b.Version == 1, "version: must be 1, not %d", b.Version)
	hold(boardName.MatchString(b.Name), "name: %q: lower case letters, digits and hyphens, at most 32", b.Name)
	hold(b.Arch == ARMv7 || b.Arch == ARM64, `arch: must be "armv7" or "arm64", not %q`, b.Arch)
	hold(packageName.MatchString(b.Kernel), "kernel: %q is no package of a kernel", b.Kernel)
	hold(b.Format == formatImage || b.Format == formatUImage, `format: must be "image" or "uimage", not %q`, b.Format)
	hold(b.Format != formatUImage || b.Arch == ARMv7 && b.Load != 0, "load: uimage needs it, and armv7")
	hold(b.DeviceTree == "" || filepath.IsLocal(b.DeviceTree), "device_tree: %q is no relative path", b.DeviceTree)
	hold(!strings.ContainsAny(b.Cmdline, "\n\x00") && len(b.Cmdline) < 1024, "cmdline: one line of at most 1023 bytes")
	hold(b.DataSize >= 16 && b.DataSize <= 4096, "data_size: must be 16 to 4096 MiB, not %d", b.DataSize)
	for _, m := range slices.Concat(b.Modules, b.LateModules) {
		name, _, _ := strings.Cut(m, " ")
		hold(moduleName.MatchString(name), "modules: %q is no name of a module", m)
	}
	hold(len(b.Boot.Child) == 0 && len(b.Boot.Modules)+len(b.Boot.LateModules) == 0 && b.Boot.Built.IsZero(),
		"boot: child, modules and built are filled in by the build")
	if _, err := b.bootConfig([]string{defaultChild}, nil, nil, time.Unix(0, 0)); err != nil {
		bad = append(bad, err.Error())
	}
	for table := range b.Profile {
		hold(slices.Contains([]string{"display", "keypad", "scanner", "printer"}, table), "profile: unknown table %q", table)
	}
	return bad
}

// HardwareProfile is the part of the board profile that describes hardware, as TOML tables [display], [keypad],
// [scanner] and [printer]: append it to what the merchant's side of a profile says.
func (b *Board) HardwareProfile() ([]byte, error) { return toml.Marshal(b.Profile) }
