package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// running is a posboard run in the background.
type running struct {
	cmd   *exec.Cmd
	url   string
	lines *bufio.Reader
	errs  bytes.Buffer
}

// startRun starts posboard run and waits for its address.
func startRun(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{cmd: exec.Command(binaries.posboard, append([]string{"run"}, args...)...)}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.cmd.Stderr = &r.errs
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.cmd.Process.Kill() })
	r.lines = bufio.NewReader(out)
	line, err := r.lines.ReadString('\n')
	if err != nil {
		_ = r.cmd.Wait()
		t.Fatalf("posboard run says %q, %v\n%s", line, err, r.errs.String())
	}
	r.url = strings.TrimSpace(line[strings.Index(line, "http://"):])
	return r
}

func (r *running) get(t *testing.T, path string) string {
	t.Helper()
	resp, err := http.Get(r.url + path)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, path, resp)
}

// read returns an answer's body, and fails the test for any but 200.
func read(t *testing.T, path string, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%s: %s %v\n%s", path, resp.Status, err, text)
	}
	return string(text)
}

// firmwareOf finds the firmware that runs on the board in dir.
func firmwareOf(t *testing.T, dir string) int {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err == nil && bytes.HasPrefix(text, []byte(binaries.pos)) && bytes.Contains(text, []byte(dir)) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			return pid
		}
	}
	return 0
}

// awaitGone waits until a process that is not our child has ended.
func awaitGone(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH); {
		if state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat"); err == nil && strings.Contains(string(state), ") Z ") {
			return // dead, and its new parent has yet to notice
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d has not ended", pid)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestRunEndsCleanly(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		dir := t.TempDir()
		r := startRun(t, "--addr", "127.0.0.1:0", "--dir", dir)
		if text := r.get(t, "lcd.txt"); !strings.Contains(text, "请输入金额") {
			t.Errorf("the display shows %q", text)
		}
		pid := firmwareOf(t, dir)
		if pid == 0 {
			t.Fatal("no firmware runs")
		}
		if err := r.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(r.lines)
		if !strings.Contains(string(rest), dir) {
			t.Errorf("it does not say where its state is: %q", rest)
		}
		if err := r.cmd.Wait(); err != nil {
			t.Errorf("%v: %v\n%s", sig, err, r.errs.String())
		}
		awaitGone(t, pid)
		if _, err := os.Stat(filepath.Join(dir, "data", "journal.db")); err != nil {
			t.Errorf("the state was not kept: %v", err)
		}
	}
}

// A posboard that is killed has no time for anything; its firmware must not go on without it.
func TestKilledBoardLeavesNoFirmware(t *testing.T) {
	dir := t.TempDir()
	r := startRun(t, "--addr", "127.0.0.1:0", "--dir", dir)
	pid := firmwareOf(t, dir)
	if pid == 0 {
		t.Fatal("no firmware runs")
	}
	if err := r.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = r.cmd.Wait()
	awaitGone(t, pid)
	// And the next one starts on what it left.
	again := startRun(t, "--addr", "127.0.0.1:0", "--dir", dir)
	if text := again.get(t, "lcd.txt"); !strings.Contains(text, "请输入金额") {
		t.Errorf("the display shows %q", text)
	}
}

func TestTakenPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	out, err := exec.Command(binaries.posboard, "run", "--addr", l.Addr().String()).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "taken by another program") || !strings.Contains(string(out), "--addr") {
		t.Errorf("%v: %s", err, out)
	}
	// Nobody asked for a port: the next one is as good.
	first, err := listen("")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := listen("")
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if first.Addr().String() == second.Addr().String() {
		t.Error("one port was given twice")
	}
}

func TestTemporaryStateGoes(t *testing.T) {
	r := startRun(t, "--addr", "127.0.0.1:0")
	line, err := r.lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	dir := strings.Fields(line)[4]
	if _, err := os.Stat(filepath.Join(dir, "profile.toml")); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left behind", dir)
	}
}
