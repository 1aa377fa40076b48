// Package boottest is a board in memory for tests of package boot: a kernel that mounts nothing, and programs that
// are functions.
//
//	boot.Run ──▶ Board ──▶ Events     what was asked of it, in order
//	               ▲  Fail            which of that goes wrong
//	               │  Nodes, Disk     what is plugged in; PlugDisks, what hangs on USB
//	               └─ Programs        functions with output, pulse and signals
//
// It is a fake for tests only; firmware never imports it.
package boottest
