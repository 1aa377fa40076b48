package boot

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// ConfigFile is where an image carries its configuration.
const ConfigFile = "/etc/smartpos/boot.toml"

// Where partitions are mounted if the configuration says nothing else.
const (
	DefaultSettingsDir = "/settings"
	DefaultDataDir     = "/data"
)

// maxConfig bounds a configuration, in bytes.
const maxConfig = 1 << 16

// ErrConfig is returned when a configuration can't be understood, or is impossible.
var ErrConfig = errors.New("boot: configuration")

// Duration is a time.Duration written as "500ms" or "10s".
type Duration time.Duration

// D returns d as the standard library's type.
func (d Duration) D() time.Duration { return time.Duration(d) }

// MarshalText writes d as [time.Duration.String] does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.D().String()), nil }

// UnmarshalText reads what [time.ParseDuration] does.
func (d *Duration) UnmarshalText(text []byte) error {
	t, err := time.ParseDuration(string(text))
	*d = Duration(t)
	return err
}

// Config is what process 1 knows of its board. It is written into the image; nobody edits it on the device.
type Config struct {
	// Board is the board's name, as its profile must say too; "" when any profile will do.
	Board string `toml:"board"`
	// Child is the terminal: its program and arguments. Required.
	Child []string `toml:"child"`
	// Built is when the firmware was built: no clock is right that says less.
	Built time.Time `toml:"built"`
	// NoRTC says that the board has no real-time clock, so that its absence is no problem.
	NoRTC bool `toml:"no_rtc"`
	// Modules are module files in the order of loading, each followed by its parameters: "/lib/modules/softdog.ko
	// soft_margin=10".
	Modules []string `toml:"modules"`
	// LateModules are those that the first screen can do without, such as a USB host's: they are loaded after the child
	// has said that it is ready, or after a few seconds without that.
	LateModules []string `toml:"late_modules"`
	// Nodes are device nodes that the child needs from the start, such as /dev/fb0: they are waited for, at most
	// NodesLimit altogether (default 3 s, at most 30 s).
	Nodes      []string `toml:"nodes"`
	NodesLimit Duration `toml:"nodes_limit"`
	// Late are nodes that may come while the child runs, such as /dev/ttyUSB0. They are only reported on.
	Late []string `toml:"late"`
	// Graphics is the virtual terminal whose text and cursor leave the screen, "" for none.
	Graphics string `toml:"graphics"`

	Settings SettingsConfig `toml:"settings"`
	Data     DataConfig     `toml:"data"`
	Stick    StickConfig    `toml:"stick"`
	Network  NetworkConfig  `toml:"network"`
	Watchdog WatchdogConfig `toml:"watchdog"`
}

// SettingsConfig is the [settings] table: the medium with the board profile and the merchant's keys. It is an ext4
// that is only read. A board without one keeps its profile on the data partition.
type SettingsConfig struct {
	Device string   `toml:"device"` // block device; "": there is none
	Dir    string   `toml:"dir"`    // where it is mounted; default /settings
	Limit  Duration `toml:"limit"`  // the device may take this long to appear: default 5 s, at most 60 s
}

// DataConfig is the [data] table: the partition of the journal.
type DataConfig struct {
	Device string   `toml:"device"` // block device; "": there is none, and Dir is a folder in memory
	Dir    string   `toml:"dir"`    // where it is mounted; default /data
	Limit  Duration `toml:"limit"`  // the device may take this long to appear: default 5 s, at most 60 s
	Fsck   string   `toml:"fsck"`   // e2fsck's file, "" for none
}

// StickConfig is the [stick] table: what of USB is no stick that somebody plugs in.
type StickConfig struct {
	Never []string `toml:"never"` // disks, such as the boot loader's: /dev/sda. Those of settings and data never are
}

// NetworkConfig is the [network] table.
type NetworkConfig struct {
	Interface string   `toml:"interface"` // such as eth0; "": no network
	Address   string   `toml:"address"`   // "dhcp", or as "192.168.1.20/24"
	Gateway   string   `toml:"gateway"`   // static only; "" for none
	DNS       []string `toml:"dns"`       // static only; at most 3
	Hostname  string   `toml:"hostname"`  // told to DHCP; 0–63 letters, digits and hyphens
}

// WatchdogConfig is the [watchdog] table.
type WatchdogConfig struct {
	Device  string   `toml:"device"`  // such as /dev/watchdog; "": no watchdog, a hanging child is killed instead
	Timeout Duration `toml:"timeout"` // the hardware resets after this long without food: 2–60 s, default 10 s
	Hang    Duration `toml:"hang"`    // a loop that gives no sign for so long hangs: 1–60 s, default 10 s
	Start   Duration `toml:"start"`   // a child has this long until its first beat: 5–300 s, default 60 s
}

// ParseConfig reads a configuration strictly: unknown keys are refused. Defaults are filled in. It returns
// [ErrConfig] with every impossible value.
func ParseConfig(text []byte) (Config, error) {
	var c Config
	if len(text) > maxConfig {
		return c, fmt.Errorf("%w: longer than %d bytes", ErrConfig, maxConfig)
	}
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&c); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			return Config{}, fmt.Errorf("%w: unknown keys:\n%s", ErrConfig, strict.String())
		}
		return Config{}, fmt.Errorf("%w: %v", ErrConfig, err)
	}
	c.defaults()
	if err := c.Check(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// Marshal writes c as [ParseConfig] reads it.
func (c Config) Marshal() ([]byte, error) { return toml.Marshal(c) }

func (c *Config) defaults() {
	set := func(d *Duration, v time.Duration) {
		if *d == 0 {
			*d = Duration(v)
		}
	}
	set(&c.NodesLimit, 3*time.Second)
	set(&c.Settings.Limit, 5*time.Second)
	set(&c.Data.Limit, 5*time.Second)
	set(&c.Watchdog.Timeout, 10*time.Second)
	set(&c.Watchdog.Hang, 10*time.Second)
	set(&c.Watchdog.Start, time.Minute)
	if c.Settings.Dir == "" {
		c.Settings.Dir = DefaultSettingsDir
	}
	if c.Data.Dir == "" {
		c.Data.Dir = DefaultDataDir
	}
}

// isInterface reports whether s is 1 to 15 lower case letters and digits, a letter first.
func isInterface(s string) bool {
	return len(s) > 0 && len(s) <= 15 && s[0] >= 'a' && s[0] <= 'z' && strings.Trim(s, lower+digits) == ""
}

// isHostname reports whether s is at most 63 letters, digits and hyphens.
func isHostname(s string) bool {
	return len(s) <= 63 && strings.Trim(s, lower+upper+digits+"-") == ""
}

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
)

// Check returns [ErrConfig] with every impossible value of c, after defaults.
func (c Config) Check() error {
	var bad []string
	hold := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Sprintf(format, args...))
		}
	}
	within := func(key string, d Duration, low, high time.Duration) {
		hold(d.D() >= low && d.D() <= high, "%s: must be %v to %v, not %v", key, low, high, d.D())
	}
	absolute := func(key, name string) { hold(path.IsAbs(name), "%s: %q is no absolute path", key, name) }

	if hold(len(c.Child) > 0, "child: is required"); len(c.Child) > 0 {
		absolute("child", c.Child[0])
	}
	for _, m := range slices.Concat(c.Modules, c.LateModules) {
		absolute("modules", m)
	}
	for _, n := range slices.Concat(c.Nodes, c.Late, c.Stick.Never) {
		absolute("nodes", n)
	}
	within("nodes_limit", c.NodesLimit, 0, 30*time.Second)
	within("settings.limit", c.Settings.Limit, 0, time.Minute)
	within("data.limit", c.Data.Limit, 0, time.Minute)
	absolute("settings.dir", c.Settings.Dir)
	absolute("data.dir", c.Data.Dir)
	hold(c.Settings.Dir != c.Data.Dir, "settings.dir and data.dir are both %s", c.Data.Dir)
	for key, name := range map[string]string{
		"graphics": c.Graphics, "settings.device": c.Settings.Device, "data.device": c.Data.Device, "data.fsck": c.Data.Fsck, "watchdog.device": c.Watchdog.Device,
	} {
		if name != "" {
			absolute(key, name)
		}
	}
	within("watchdog.timeout", c.Watchdog.Timeout, 2*time.Second, time.Minute)
	within("watchdog.hang", c.Watchdog.Hang, time.Second, time.Minute)
	within("watchdog.start", c.Watchdog.Start, 5*time.Second, 5*time.Minute)
	if err := c.Network.check(); err != nil {
		bad = append(bad, err.Error())
	}
	if len(bad) > 0 {
		return fmt.Errorf("%w: %s", ErrConfig, strings.Join(bad, "; "))
	}
	return nil
}

func (n NetworkConfig) check() error {
	if n.Interface == "" {
		return nil
	}
	if !isInterface(n.Interface) {
		return fmt.Errorf("network.interface: %q is no name of one", n.Interface)
	}
	if !isHostname(n.Hostname) {
		return fmt.Errorf("network.hostname: %q: letters, digits and hyphens, at most 63", n.Hostname)
	}
	if n.Address == dhcpAddress {
		return nil
	}
	_, err := n.static()
	return err
}

// dhcpAddress is the address that stands for "ask".
const dhcpAddress = "dhcp"

// static is the address of the configuration itself.
func (n NetworkConfig) static() (Address, error) {
	var a Address
	prefix, err := netip.ParsePrefix(n.Address)
	if err != nil || !prefix.Addr().Is4() {
		return a, fmt.Errorf(`network.address: %q: "dhcp", or as "192.168.1.20/24"`, n.Address)
	}
	a.Prefix = prefix
	if n.Gateway != "" {
		if a.Gateway, err = netip.ParseAddr(n.Gateway); err != nil || !prefix.Contains(a.Gateway) {
			return a, fmt.Errorf("network.gateway: %q is no address in %v", n.Gateway, prefix.Masked())
		}
	}
	if len(n.DNS) > maxDNS {
		return a, fmt.Errorf("network.dns: %d servers, at most %d", len(n.DNS), maxDNS)
	}
	for _, s := range n.DNS {
		d, err := netip.ParseAddr(s)
		if err != nil {
			return a, fmt.Errorf("network.dns: %q is no address", s)
		}
		a.DNS = append(a.DNS, d)
	}
	return a, nil
}
