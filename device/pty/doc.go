// Package pty makes pseudo-terminals that stand for serial lines: the emulated board holds the master, the
// firmware opens the slave by a stable name and cannot tell it from a line.
//
//	emulated device ↔ Master ↔ kernel's pty ↔ /dev/pts/7 ← link "printer" ← firmware (device.Serial)
//	                                            ↑ held open by Master, so that the firmware may come and go
//
// Three things make it behave as a line does. The slave is in raw mode before its name is published: a cooked one
// echoes, and keeps 4,095 bytes at most. The slave is held open: otherwise the master's reads fail with EIO
// whenever the firmware is not there. The master is opened non-blocking, so that Go's poller watches it and
// deadlines and Close end a blocked Read.
//
// A pty is not paced: bytes arrive at once whatever the rate. [Master.Baud] tells the rate that the firmware set;
// pacing is the emulated device's own work.
//
// Not for firmware. Linux only. Source: pty(7), ioctl_tty(2), termios(3).
package pty
