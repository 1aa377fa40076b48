package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"smartpos/cmd/internal/board/camera"
	"smartpos/cmd/internal/board/scenario"
	"smartpos/device/qemu"
)

// binaries are the programs as they are shipped, built once.
var binaries struct{ pos, posboard string }

func TestMain(m *testing.M) {
	qemu.RunRelay()
	code, err := build(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func build(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "posboard")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	out, err := exec.Command("go", "build", "-o", dir+"/", "smartpos/cmd/pos", "smartpos/cmd/posboard").CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("building the programs: %w\n%s", err, out)
	}
	binaries.pos, binaries.posboard = filepath.Join(dir, "pos"), filepath.Join(dir, "posboard")
	return m.Run(), nil
}

// TestScenarios plays every scenario file: sales, mishaps and power cuts, each on a board of its own.
func TestScenarios(t *testing.T) {
	cfg := scenario.Config{Firmware: binaries.pos, Shim: []string{binaries.posboard, traceVerb}, Patience: 3}
	remove, err := cfg.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(remove) // after the parallel scenarios
	testscript.Run(t, cfg.Params(filepath.Join("testdata", "scenarios"), nil))
}

// play runs posboard play on scenarios given as text.
func play(t *testing.T, scripts ...string) (code int, stdout string) {
	t.Helper()
	return playWith(t, nil, scripts...)
}

func playWith(t *testing.T, flags []string, scripts ...string) (code int, stdout string) {
	t.Helper()
	args := append([]string{"play", "--firmware", binaries.pos}, flags...)
	for i, s := range scripts {
		name := filepath.Join(t.TempDir(), fmt.Sprintf("s%d.txtar", i))
		if err := os.WriteFile(name, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	var out, errs bytes.Buffer
	cmd := exec.Command(binaries.posboard, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() < 0 {
		t.Fatal(err)
	}
	if errs.Len() > 0 {
		t.Logf("stderr: %s", errs.String())
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

// A scenario that does not hold must be seen not to hold, and say where and what was there instead.
func TestPlaySaysWhatDoesNotHold(t *testing.T) {
	for script, want := range map[string]string{
		"keys 1 OK\nexpect-lcd -within 300ms 免费\n":        `s0.txtar:2: expect-lcd: the display does not show ["免费"]`,
		"expect-ledger -within 10ms 1.00\n":               "charged [], not [1.00]",
		"expect-paper -within 10ms 小票\n":                  "the paper does not say",
		"expect-power -within 10ms off\n":                 "the power is on, not off",
		"expect-qr -within 10ms lcd\n":                    "no readable QR",
		"keys 1 2 X\n":                                    "there is no key",
		"kyes 1\n":                                        `did you mean "keys"`,
		"phone fly\n":                                     "do is one of",
		"faults printer=on-fire\n":                        "no such fault",
		"power cut at noon\n":                             "not a point to cut at",
		"! tear\n":                                        "expected to fail and did not",
		"tear\noption sale.copies=1\n":                    "options come first",
		"option sale.copies=99\nkeys 1\n":                 "sale.copies",
		"-- profile.toml --\n[sale]\ncopes = 1\n":         "",
		"keys 1\n-- profile.toml --\n[sale]\ncopes = 1\n": "copes",
		"expect-lcd\n":                                    "say what to look for",
		"scan -times many 1\n":                            "usage: scan",
		"faults network=down\nphone confirm\n":            "没有待确认的付款",
		"keys 5 OK\nexpect-qr lcd\nphone scan-lcd\nfaults network=down\n": "", // resolved once the network is mended
	} {
		code, out := play(t, script)
		if want == "" {
			if code != exitOK {
				t.Errorf("%q: exit code %d\n%s", script, code, out)
			}
			continue
		}
		if code != exitFail || !strings.Contains(out, want) || !strings.Contains(out, "1 do not") {
			t.Errorf("%q: exit code %d, want a failure that says %q\n%s", script, code, want, out)
		}
	}
}

// A misspelt verb in mid-sale is the only thing that is said, and at once: the sale that it cut short is no news.
func TestPlayMisspeltVerb(t *testing.T) {
	code, out := play(t, "keys 5 OK\nexpect-qr lcd\nfly away\n")
	if code != exitFail || !strings.Contains(out, `s0.txtar:3: unknown command "fly"`) {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if strings.Contains(out, "without an outcome") {
		t.Errorf("blames the sale:\n%s", out)
	}
}

// What a scenario showed and printed can be looked at afterwards, also when it does not hold: the code that it showed is
// read from the picture.
func TestPlayLeavesPictures(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pictures")
	code, out := playWith(t, []string{"--pictures", dir},
		"keys 5 OK\nexpect-qr lcd\nexpect-lcd -within 1ms 免费\n", "kyes 1\n")
	if code != exitFail || !strings.Contains(out, "2 do not") {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	f, err := os.Open(filepath.Join(dir, "s0.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := camera.Last(sheet); err != nil {
		t.Errorf("no code in a picture of %v: %v", sheet.Bounds().Size(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("a scenario that showed nothing left a picture: %q", left)
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{nil, exitUsage, "posboard run"},
		{[]string{"help"}, exitOK, "posboard play"},
		{[]string{"fly"}, exitUsage, `no command "fly"`},
		{[]string{"play"}, exitUsage, "usage: posboard play"},
		{[]string{"play", "--jobs", "0", "x"}, exitUsage, "usage: posboard play"},
		{[]string{"run", "now"}, exitUsage, `unexpected "now"`},
		{[]string{"run", "--firmware", "/nowhere/pos"}, exitFail, "no firmware at /nowhere/pos"},
		{[]string{"run", "--firmware", binaries.pos, "--backend", "abacus"}, exitUsage, `no such backend: "abacus"`},
		{[]string{"play", "--firmware", "/nowhere/pos", "x"}, exitFail, "no firmware"},
	} {
		var out, errs bytes.Buffer
		code := run(c.args, &out, &errs)
		if code != c.code || !strings.Contains(out.String()+errs.String(), c.says) {
			t.Errorf("posboard %q: exit code %d, says %q %q; want %d, %q", c.args, code, out.String(), errs.String(), c.code, c.says)
		}
	}
}

func TestPlayIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	code := playCommand(ctx, []string{"--firmware", binaries.pos, filepath.Join("testdata", "scenarios", "show-paid.txtar")}, &out, &errs)
	if code != exitFail || !strings.Contains(out.String(), "interrupted") {
		t.Errorf("exit code %d, %s%s", code, out.String(), errs.String())
	}
}
