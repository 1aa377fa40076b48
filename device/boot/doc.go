// Package boot is process 1 of the board: it brings the machine up, runs the terminal as its child, and keeps it
// running. There is no shell and no other program on the device.
//
//	kernel ──▶ Main ──▶ Run
//	                     │  mounts      /proc /sys /dev /run /tmp, and an empty folder for sticks that takes no writes
//	                     │  clock       the latest of now, RTC, build time
//	                     │  modules     in the order of the image, each failure noted
//	                     │  watchdog    fed while the lease below runs ───────────────┐
//	                     │  graphics    the console's cursor leaves the screen        │
//	                     │  network ──▶ in the background, for ever: static or DHCP   │
//	                     │  lines ────▶ in the background: are the late nodes there?  │
//	                     │  stick ────▶ in the background, once the terminal is ready │
//	                     │  data        superblock, e2fsck -p, mount, clock again ─┐  │
//	                     ▼                                                         │  │
//	           ┌──▶ child runs ── beat ──────────────────────────── extends the lease ┤
//	           │         │ exits: reason on the screen                             │  │
//	           │         ▼                                     can't be mounted ───┘  │
//	           └──── back-off 0.5 s … 30 s ◀── mounts again every 10 s, screen says why
//	                     │ asked to stop (exit code, signal)
//	                     ▼
//	                 child ends, file systems are unmounted, power off or reboot
//
// A step that fails is a [Problem], never the end: what can work without it goes on. Problems stand on the console
// and in /run/smartpos/problems, where the terminal's self-test can read them. What a customer must not be served
// without (the data partition) is said on the screen by [Options].Show instead.
//
// # The lease
//
// The watchdog is fed only until an instant that others push forward: each boot step by what it may take at most,
// the start of a child by its grace, and then the child's own beats by [WatchdogConfig].Hang. So the board resets
// itself when the kernel hangs, when process 1 hangs, when a boot step hangs, and when the terminal's loop hangs,
// whether that process is alive or not. Where there is no watchdog, process 1 kills a child that hangs.
//
// # Clock
//
// At 1970 no TLS handshake succeeds. The clock is therefore set forward to the latest of the real-time clock, the
// firmware's build time and the newest file in the data folder; never backwards, and never to a time more than 20
// years after the build, so that one wrong file cannot hold it in the future for ever. Anything better comes from a
// network's signed answer, through [AdoptTime].
//
// # Data
//
// The partition is ext4. The kernel replays its journal when it is mounted; a recorded error or a failed mount has
// e2fsck -p look at it first, if the image carries it. What "preen" may not mend without asking is left alone: the
// partition is not mounted, nothing is sold, and the screen says so. Nothing is ever formatted here.
// A superblock of whose two sectors the power let one through is mended before that, see [TornSuperblock]: neither the
// kernel nor e2fsck would look at it.
//
// # USB sticks
//
// Process 1 looks every half second at what hangs on USB. A stick is mounted at [StickDir], for reading only: one that is
// pulled out at rest is always whole. The terminal that wants to write says so through its pulse, and process 1 has the
// stick take writes until it says that it has written, or ends:
//
//	none ──▶ looking ──▶ ready ◀── w, r ──▶ lent          unknown, broken: until it is pulled out
//	  ▲                                      │            protected: for reading alone
//	  └────── pulled out, at any time ───────┘            silent: the kernel has not answered for 20 s
//
// Which it is stands in /run/smartpos/stick, where [Socket] reads it. FAT and exFAT are taken, of a whole disk or of the
// largest partition that holds one. What the settings, the data or [StickConfig] name is never a stick, whatever it holds;
// of two sticks only the first is used. Nothing here waits for a stick: what may hang with it is done beside the loop, one
// thing at a time, and a stick that is gone is let go of without asking it.
//
// # Limits
//
// A panic in process 1 is a kernel panic: boot with panic=5, so that the board then resets. All runs as root. DHCP
// is IPv4.
//
// Sources: Linux Documentation/watchdog/watchdog-api.rst, filesystems/ext4/super.rst,
// driver-api/early-userspace; mount(2), finit_module(2), wait(2), reboot(2), rtc(4), rtnetlink(7), console_ioctl(2);
// e2fsck(8) for its exit codes.
package boot
