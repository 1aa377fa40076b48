// Package qemu starts an emulated ARM board and is the world around it: what is plugged in, pressed and looked at,
// and its power. It knows nothing of what runs on the board.
//
//	Start ────── kernel, initramfs, device tree ──▶ ┌─────── Machine: one QEMU ────────┐
//	Console ◀─────── UART ─────────────────────────▶ │ ttyAMA0                          │
//	Serial ◀──────── PCI ──────────────────────────▶ │ ttyS0 …                          │
//	PlugSerial, PlugStorage, Unplug ──── USB ──────▶ │ ttyUSB0 …, sda      guest's own  │
//	Disks, PlugDisk ──── virtio, SD ───────────────▶ │ vda …, mmcblk0      kernel and   │
//	Network ◀─────── virtio ───────────────────────▶ │ eth0                process 1    │
//	Screenshot ◀──── virtio-gpu ──────────────────── │ fb0                              │
//	Keypad, Pins ◀── PL061 ────────────────────────▶ │ GPIO lines 0–7                   │
//	                                                 └──────────────────────────────────┘
//	Pause, Continue, Save, Reset, PowerDown, Kill ──▶ QMP, signals
//
// A machine is one QEMU process with a folder of its own, for its sockets. This side listens on every socket and
// QEMU connects, so that no byte is lost. The process dies with this one, whatever kills this one; when
// [Machine.Close] returns, nothing is left of it: process reaped, folder removed, goroutines ended. Every queue is
// bounded and every wait has an end: the context's, or one that stands in wait.go.
//
// The boards are QEMU's "virt" with a Cortex-A53 or a Cortex-A7, emulated without hardware support. Time in the guest
// runs as on the host: on a busy host a guest is slow, and nothing here decides by time how it behaved.
//
// # Pins and keypad
//
// A guest scans a matrix of keys within milliseconds, and on a busy host this process may not run for fifty. So no key
// depends on it:
//
//	Press ── QMP ──▶ wire in QEMU: row's line → column's line      a row and its column change at one instant
//	                          ▲ drives         │ reads
//	                        ┌─┴────────────────▼─┐
//	                        │    guest's driver   │
//	                        └─┬────────────────┬─┘
//	AwaitScans ◀── trace ─────┴────────────────┘                   what the guest drove, what it read
//
// While a switch is closed, QEMU carries every change of the row over to the column before the guest goes on.
// [Keypad.Tap] keeps a key down until the guest has read it in [KeypadConfig].Scans scans in succession, and then up
// for as many: it counts what the guest has read, by the trace, and no time. What it read is a fact; whether the
// columns were set in time could only be guessed, and that guess has lost keys. A scan does not count if a column
// was not at rest between two rows, because drivers reject such a column. Keys that are held are held in scans too.
//
// QEMU gives a line one wire. So where closed switches join a row to several columns (two keys in a row, or ghosts, as
// a matrix without diodes has them), the further columns are set by qtest when the trace tells that the row is
// driven. A guest that does not wait for them between driving and reading (2 ms are enough on an idle host) misses the
// second key in that scan, which then does not count. The trace's pipe holds one page, some 50 lines: when this
// process does not run, the guest stands still after about one scan.
//
// The power key that QEMU's board has on line 3 is gone when [Config].PinNames names the lines.
//
// # Saved states
//
// [Machine.Save] writes memory and devices to a file, and [Config].Incoming goes on from there in a fraction of the
// time that a boot takes. It holds neither the disks nor what was plugged in by hand. The machine that takes it must be
// the same in every other way. A disk that differs from board to board must not have been read when the state is saved,
// or the guest knows what stood there. Either it is absent: it gets a slot ([Disk].Slot, [Disk].Absent), and
// [Machine.PlugDisk] fills it; Debian's kernel notices that on arm64 only. Or another of its size is in its place, and
// nobody has it open: Linux forgets what it read of a disk when the last to have it open closes it.
//
// # Errors
//
// An [ErrHarness] is of this side: QEMU is missing, refused its command line, died; a socket broke. An [ErrGuest] is of
// the guest: it panicked, powered itself off, or did not do in time what was waited for; it carries the end of the
// console. [ErrOff] is the end that was asked for. A wait that its caller gave up is none of them.
//
// # Limits
//
// A power cut by [Machine.Kill] proves that a crash at any instant is survived, not that a disk keeps what it
// acknowledged: the host's page cache survives it. For that, put an NBD server that forgets under the disk
// ([Disk].NBD). Serial ports are not paced. The network passes only what [Network] forwards. Pins are seen through
// QEMU's trace, which needs its back end "log": Debian's has it, and Start says so where it is missing.
//
// # Measured
//
// On 2 shared cores of x86-64 with a load average of 6 to 13, QEMU 7.2 and Linux 6.1 of Debian 12, by
// TestBoard -keys 200:
//
//	                                                arm64         armv7
//	random keys of all 16 that were right           200 of 200    200 of 200
//	  a press and its release, median (longest)     85 (301) ms   78 (170) ms
//	with 4 processes in the guest that only run     200 of 200    200 of 200
//	  a press and its release, median (longest)     101 (246) ms  142 (896) ms
//	process 1 speaks after                          1.8 s         5.8 s
//	restored and answering after                    0.7 s         0.3 s
//	a screenshot                                    2 ms          3 ms
//
// Right means that the guest's driver took that key, once, and no other. A long press and a short one, two keys at once
// and a ghost were right each time too, with the four processes and without.
//
// Sources: QEMU docs/interop/qmp-spec.txt, docs/devel/qtest.rst, docs/devel/tracing.rst,
// docs/system/arm/virt.rst, hw/gpio/pl061.c and trace-events; ARM PrimeCell GPIO (PL061) TRM, DDI 0190B; Linux
// Documentation/devicetree/bindings/gpio/gpio.txt; Devicetree Specification 0.4, chapter 5 (flattened trees).
package qemu
