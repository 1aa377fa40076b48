package qemu

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Names in QEMU of what the board is made of.
const (
	idConsole = "console"
	idQMP     = "qmp"
	idQTest   = "qtest"
	idDisplay = "display"
	idNIC     = "nic"
)

// debianPackage has both emulators.
const debianPackage = "qemu-system-arm"

// program is the emulator of an architecture.
func (a Arch) program() string {
	if a == ARM64 {
		return "qemu-system-aarch64"
	}
	return "qemu-system-arm"
}

// cpu is a processor as terminals have them: slower ones are not faster to emulate.
func (a Arch) cpu() string {
	if a == ARM64 {
		return "cortex-a53"
	}
	return "cortex-a7"
}

// machine is the board's kind. Without highmem=off the PCI bus is out of a 32-bit kernel's reach. With ACPI, QEMU
// hides the PL061 from a kernel that is started by firmware.
func (a Arch) machine() string {
	if a == ARM64 {
		return "virt,highmem=off,acpi=off"
	}
	return "virt,highmem=off"
}

// baseArgs are the arguments that the device tree depends on.
func (cfg *Config) baseArgs(machineSuffix string) []string {
	return []string{
		"-M", cfg.Arch.machine() + machineSuffix,
		"-cpu", cfg.Arch.cpu(),
		"-m", strconv.Itoa(cfg.MemoryMB),
		"-smp", strconv.Itoa(cfg.CPUs),
		"-nodefaults", "-no-user-config", "-display", "none",
	}
}

// args is QEMU's command line; socket gives the path of the socket that the harness listens on for a name. The
// order of devices is the order in which the guest finds them on its PCI bus.
func (cfg *Config) args(socket func(name string) string) []string {
	chardev := func(name string) []string {
		return []string{"-chardev", "socket,id=" + name + ",path=" + comma(socket(name))}
	}
	a := cfg.baseArgs("")
	// Plain TCG with a thread a CPU: qtest then only looks at pins, and time runs by itself.
	a = append(a, "-accel", "tcg,thread=multi", "-S")
	a = append(a, chardev(idQMP)...)
	a = append(a, "-mon", "chardev="+idQMP+",mode=control")
	a = append(a, "-trace", outputEvent, "-trace", readEvent, "-D", fmt.Sprintf("/dev/fd/%d", traceFD))
	a = append(a, chardev(idQTest)...)
	a = append(a, "-qtest", "chardev:"+idQTest, "-qtest-log", "/dev/null")
	a = append(a, chardev(idConsole)...)
	a = append(a, "-serial", "chardev:"+idConsole)
	for _, name := range cfg.SerialPorts {
		a = append(a, chardev(portID(name))...)
	}
	a = append(a, cfg.bootArgs()...)
	a = append(a, cfg.serialArgs()...)
	for i, d := range cfg.Disks {
		a = append(a, d.args(i)...)
	}
	if cfg.USB {
		a = append(a, "-device", "qemu-xhci,id=usb")
	}
	a = append(a, cfg.networkArgs()...)
	if d := cfg.Display; d.X > 0 {
		a = append(a, "-device", fmt.Sprintf("virtio-gpu-pci,id=%s,xres=%d,yres=%d", idDisplay, d.X, d.Y))
	}
	if cfg.Watchdog {
		a = append(a, "-device", "i6300esb", "-action", "watchdog=reset")
	}
	return append(a, cfg.Extra...)
}

// bootArgs say what is booted, or gone on from.
func (cfg *Config) bootArgs() []string {
	a := []string{"-kernel", cfg.Kernel, "-append", cfg.Append}
	if cfg.Initrd != "" {
		a = append(a, "-initrd", cfg.Initrd)
	}
	if cfg.DTB != "" {
		a = append(a, "-dtb", cfg.DTB)
	}
	if cfg.Incoming != "" {
		a = append(a, "-incoming", "exec:cat "+shellQuote(cfg.Incoming))
	}
	return a
}

// serialArgs put the ports on one PCI card, so that they are ttyS0 on, in order.
func (cfg *Config) serialArgs() []string {
	ports := cfg.SerialPorts
	switch n := len(ports); {
	case n == 0:
		return nil
	case n == 1:
		return []string{"-device", "pci-serial,chardev=" + portID(ports[0])}
	case n == 2:
		return []string{"-device", fmt.Sprintf("pci-serial-2x,chardev1=%s,chardev2=%s", portID(ports[0]), portID(ports[1]))}
	}
	var a []string
	card := "pci-serial-4x"
	for i := range 4 {
		id := fmt.Sprintf("port-none%d", i)
		if i < len(ports) {
			id = portID(ports[i])
		} else {
			a = append(a, "-chardev", "null,id="+id)
		}
		card += fmt.Sprintf(",chardev%d=%s", i+1, id)
	}
	return append(a, "-device", card)
}

// portID keeps the ports' names apart from the board's own.
func portID(name string) string { return "port-" + name }

func (d *Disk) args(i int) []string {
	var a []string
	if d.Slot {
		a = append(a, "-device", fmt.Sprintf("pcie-root-port,id=%s,chassis=%d,slot=%d", slotID(i), i+1, i+1))
	}
	if d.Absent {
		return a
	}
	a = append(a, "-blockdev", d.blockdev(diskID(i)))
	if d.Kind == DiskSD {
		a = append(a, "-device", "sdhci-pci")
		return append(a, "-device", "sd-card,drive="+diskID(i)) // on the only bus for cards
	}
	device := "virtio-blk-pci,romfile=,drive=" + diskID(i)
	if d.Slot {
		device += ",bus=" + slotID(i)
	}
	return append(a, "-device", device)
}

func diskID(i int) string { return fmt.Sprintf("disk%d", i) }
func slotID(i int) string { return fmt.Sprintf("slot%d", i) }

// blockdev describes a disk's contents, as QMP's blockdev-add does.
func (d *Disk) blockdev(id string) string {
	text, err := json.Marshal(d.node(id))
	if err != nil {
		panic(err) // strings and booleans only
	}
	return string(text)
}

func (d *Disk) node(id string) map[string]any {
	below := map[string]any{"driver": "file", "filename": d.File}
	if d.NBD != "" {
		below = map[string]any{"driver": "nbd", "server": map[string]any{"type": "unix", "path": d.NBD}}
	}
	return map[string]any{"driver": "raw", "node-name": id, "read-only": d.ReadOnly, "file": below}
}

func (cfg *Config) networkArgs() []string {
	n := cfg.Network
	if n == nil {
		return nil
	}
	netdev := "user,id=net,restrict=on"
	for _, f := range n.ToHost {
		words := make([]string, 0, len(n.Relay)+1)
		for _, w := range append(n.Relay[:len(n.Relay):len(n.Relay)], f.Host) {
			words = append(words, shellQuote(w))
		}
		netdev += ",guestfwd=tcp:" + f.Guest + "-cmd:" + comma(strings.Join(words, " "))
	}
	for _, f := range n.ToGuest {
		netdev += ",hostfwd=tcp:" + f.Host + "-" + f.Guest
	}
	return []string{"-netdev", netdev, "-device", "virtio-net-pci,id=" + idNIC + ",netdev=net,romfile="}
}

// comma doubles the commas of a value, as QEMU's option lists want it.
func comma(value string) string { return strings.ReplaceAll(value, ",", ",,") }

// shellQuote makes one word of a value for sh, and for GLib's g_shell_parse_argv, which reads the same quotes.
func shellQuote(value string) string {
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
