// Package stick is a USB stick in a person's hand: what is on it while it is not in the terminal.
//
//	New ──▶ Folder   a folder, for a terminal that is a process here and mounts nothing
//	   └──▶ Image    an image with a partition table and a FAT, as shops sell them, for a board in QEMU that mounts it
//	Put, Get, List   its files, as on a PC
//
// An image is made by mkfs.vfat (dosfstools), and read and written by mtools: by others than the kernel that mounts it.
package stick
