// Package cpio writes and reads cpio archives in the "new ASCII" format (newc), which is what the Linux kernel
// unpacks as its initramfs.
//
// A member is a header of 110 bytes, the name with its NUL, and the data; name and data are each padded with NULs
// so that the next part begins at a multiple of 4. All numbers are 8 hexadecimal digits:
//
//	  0  070701 (magic)
//	  6  ino       14 mode      22 uid      30 gid      38 nlink    46 mtime    54 filesize
//	 62  devmajor  70 devminor  78 rdevmajor           86 rdevminor            94 namesize   102 check (0)
//	110  name, NUL, padding, data, padding
//
// The member TRAILER!!! ends the archive. What is written has no times, no owners and inodes in order, so the same
// members give the same bytes.
//
// Not supported: hard links, checksums (070702), the old binary formats, files of 4 GiB and more.
//
// Source: Linux Documentation/driver-api/early-userspace/buffer-format.rst.
package cpio
