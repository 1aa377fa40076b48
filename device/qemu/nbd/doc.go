// Package nbd is the disk of an emulated board whose power can be cut: a small NBD server, and behind it a disk
// that forgets what was not flushed, as real ones do.
//
// Killing an emulator proves little about durability: the host's page cache survives, so a missing fsync in the
// guest does not show. Here the disk itself loses its memory:
//
//	guest ─▶ QEMU ── Unix socket ──▶ Server ── WRITE ──▶ volatile cache ─┬─ FLUSH, FUA ─▶ file
//	                                   │                      │          │
//	                                   │◀─── READ ◀───────────┴──────────┼──────────────── file
//	                                   │                                 │
//	                 ArmWrite(n) ──────┴─ before the nth step: cut()     └─ Cut(seed): each sector by itself,
//	                                      and no answer any more            old or new ───▶ file
//
// A [Disk] is served by [Serve] until [Server.Close], which leaves everything in the file, or [Disk.Cut], which
// does not; then it can be served again. With [VolatileCache] the file holds, after a cut:
//
//   - what was flushed, or written with FUA: as it was written, always;
//   - of each sector of 512 bytes written since: what was flushed there before, or what one of the later writes
//     put there. Sectors are chosen one by one, so a write of several is torn;
//   - anywhere else: what was there.
//
// The seed decides: the same requests and the same seed leave the same file. A test of power cuts means something
// only if it fails on a disk that lies: [LyingCache] is that disk, the test's negative control.
//
// An SD card of QEMU is never flushed, whatever the guest does (hw/sd/sd.c writes and nothing else): serve it with
// [NoCache], or lose what no guest could have saved. Virtio disks pass every flush on.
//
// What it does not do: tear the one request that is under way when the power goes (it is carried out or not; what
// the cache holds is torn, so this matters without a cache, and to FUA), TLS, structured replies, trimming, writing
// zeroes without sending them (QEMU sends them then), more than one export.
//
// Sources: "The NBD protocol", doc/proto.md of NetworkBlockDevice/nbd, as of May 2026; sections are cited where
// they matter. What FLUSH and FUA owe to whom: Documentation/block/writeback_cache_control.rst of Linux.
package nbd
