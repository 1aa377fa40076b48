package nbd

import (
	"os/exec"
	"strings"
	"testing"
)

// qemuIO runs QEMU's own client on the disk, or skips the test where Debian's qemu-utils is not installed.
func (b *bench) qemuIO(args ...string) (string, error) {
	b.Helper()
	program, err := exec.LookPath("qemu-io")
	if err != nil {
		b.Skip("there is no qemu-io here; Debian's package qemu-utils has it")
	}
	// Write back, as QEMU's devices do: by itself qemu-io asks for FUA with each write.
	cmd := exec.CommandContext(b.Context(), program, "-f", "raw", "-t", "writeback")
	for _, arg := range args {
		cmd.Args = append(cmd.Args, "-c", arg)
	}
	cmd.Args = append(cmd.Args, "nbd:unix:"+b.socket)
	cmd.WaitDelay = hang
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// QEMU reads what it wrote, at any place and size, and asks for no more than is on offer.
func TestQEMU(t *testing.T) {
	b := newBench(t, 1001, VolatileCache)
	b.serve()
	out, err := b.qemuIO("length", "write -P 0x61 0 64k", "write -P 0x62 1k 512", "write -P 0x63 3000 7", "flush",
		"write -f -P 0x64 500k 512", "write -z 8k 4k", "discard 16k 4k",
		"read -P 0x61 0 1k", "read -P 0x62 1k 512", "read -P 0x63 3000 7", "read -P 0 8k 4k", "read -P 0x64 500k 512")
	if err != nil || strings.Contains(out, "fail") || !strings.Contains(out, "500.500 KiB") {
		t.Errorf("%v:\n%s", err, out)
	}
	if got := picture(b.contents()); !strings.HasPrefix(got, "aabaa?aaaaaaaaaa........aaa") || got[1000] != 'd' {
		t.Errorf("the file holds %.40q…%q", got, got[990:])
	}
	if s := b.Stats(); s.Flushes == 0 {
		t.Errorf("%+v", s)
	}
}

// A cut in the middle of QEMU's work leaves it without an answer, and the flushed sectors where they were.
func TestQEMUCut(t *testing.T) {
	b := newBench(t, 64, VolatileCache)
	s := b.serve()
	b.must(b.ArmWrite(4, func() {}))
	out, err := b.qemuIO("write -P 0x61 0 16k", "flush", "write -P 0x62 8k 16k", "flush", "read 0 512")
	if !strings.Contains(out, "error") {
		t.Errorf("QEMU noticed nothing: %v:\n%s", err, out)
	}
	b.must(s.Close())
	remains, err := b.Cut(1)
	if err != nil || remains.Kept+remains.Lost != 32 {
		t.Errorf("%+v, %v", remains, err)
	}
	got := picture(b.contents())
	if got[:16] != "aaaaaaaaaaaaaaaa" || strings.Trim(got[16:32], "ab") != "" || strings.Trim(got[32:48], ".b") != "" ||
		strings.Trim(got[48:], ".") != "" {
		t.Errorf("the file holds %q", got)
	}
}
