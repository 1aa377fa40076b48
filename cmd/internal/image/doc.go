// Package image builds what a board boots: a kernel, an initramfs with the firmware as its only program, and a data
// partition. The same inputs give the same bytes.
//
//	boards/NAME.toml ──▶ Board ─────────────────────────┐
//	apt (signed indices) ──▶ packages ──▶ FetchKernel ──┤   cache, outside the tree
//	go build ──▶ pos ───────────────────────────────────┼──▶ Build ──▶ kernel          Image, or uImage for armv7
//	folder of the terminal (profile, keys) ─────────────┘         ├──▶ initramfs.cpio
//	                                                              ├──▶ data.ext4
//	                                                              └──▶ image.json      what it was made of
//
// # Packages
//
// Kernel, e2fsck and root certificates are Debian's. apt fetches and verifies them with the system's own sources and
// keyrings, but in a folder of its own: no foreign architecture is added to the system, nothing is installed, and root
// is not needed. What was fetched stays in the cache, and from then on no network is needed.
//
// # Reproducibility
//
// Members of the initramfs are sorted, without times and owners; the file system's identifiers are derived from the
// board's name; every time stamp is the build time, which is SOURCE_DATE_EPOCH or that of the last commit. The kernel
// is an input: image.json names its version and SHA-256, and only [KernelOptions].Refresh takes a newer one.
//
// Sources: apt.conf(5), sources.list(5), apt-secure(8); Linux Documentation/arm/booting.rst, arm64/booting.rst;
// U-Boot include/image.h (legacy image header); mke2fs(8).
package image
