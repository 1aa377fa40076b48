package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// goPackage is a package with fuzz targets.
type goPackage struct {
	path, dir string
	binary    string // its tests, built to be fuzzed
}

// list finds the packages whose tests have a fuzz target.
func list(ctx context.Context, patterns []string) (found []goPackage, err error) {
	const format = `{{.ImportPath}}{{"\t"}}{{.Dir}}{{range .TestGoFiles}}{{"\t"}}{{.}}{{end}}{{range .XTestGoFiles}}{{"\t"}}{{.}}{{end}}`
	out, err := command(ctx, append([]string{"go", "list", "-f", format}, patterns...)...)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(out) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		for _, file := range fields[2:] {
			text, err := os.ReadFile(filepath.Join(fields[1], file))
			if err != nil {
				return nil, err
			}
			if bytes.Contains(text, []byte("\nfunc Fuzz")) {
				found = append(found, goPackage{path: fields[0], dir: fields[1]})
				break
			}
		}
	}
	return found, nil
}

// cacheDir is where Go itself keeps what was interesting.
func cacheDir(ctx context.Context) (string, error) {
	out, err := command(ctx, "go", "env", "GOCACHE")
	return filepath.Join(strings.TrimSpace(out), "fuzz"), err
}

// build builds the tests of a package, with the counters that a fuzzer is led by, and returns their targets.
func (p *goPackage) build(ctx context.Context, pattern string) (names []string, err error) {
	if _, err := command(ctx, "go", "test", "-c", "-fuzz=.", "-o", p.binary, p.path); err != nil {
		return nil, err
	}
	wanted, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	out, err := p.test(ctx, "-test.list=^Fuzz").Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.path, err)
	}
	for line := range strings.Lines(string(out)) {
		if name := strings.TrimSpace(line); wanted.MatchString(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// test is a run of the package's tests, in their folder.
func (p *goPackage) test(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.binary, args...)
	cmd.Dir = p.dir
	// Its workers go with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}

// target is a fuzz target.
type target struct {
	pkg   *goPackage
	name  string
	cache string
}

// String is the package within the module and the target: device/boot.FuzzReason.
func (t target) String() string { return strings.TrimPrefix(t.pkg.path, "smartpos/") + "." + t.name }

// result is what came of one target.
type result struct {
	execs, interesting int
	memory             int64         // bytes, the most of any process
	cpu                time.Duration // processor time of all of them
	err                error
	says               string // with err: what it printed
}

// endTime is how long a target may take to begin and to end.
const endTime = time.Minute

// minimizeTime is how long one input is made smaller. Go's own minute would be all that a target gets.
const minimizeTime = "1s"

// unlucky is what Go's fuzzer says at times when its time is over in the middle of an input: no input is to blame.
const unlucky = "context deadline exceeded"

// fuzz runs the target for a while. One that ended by the fuzzer's own bad luck gets a second try.
func (t target) fuzz(ctx context.Context, d time.Duration, o options) result {
	r := t.once(ctx, d, o)
	if r.err != nil && strings.Contains(r.says, unlucky) && !strings.Contains(r.says, "Failing input") {
		r = t.once(ctx, d, o)
	}
	return r
}

func (t target) once(ctx context.Context, d time.Duration, o options) (r result) {
	limited, cancel := context.WithTimeout(ctx, d+endTime)
	defer cancel()
	cmd := t.pkg.test(limited, "-test.run=^$", "-test.fuzz=^"+t.name+"$", "-test.fuzztime="+d.String(),
		"-test.fuzzminimizetime="+minimizeTime, "-test.fuzzcachedir="+t.cache, "-test.parallel="+strconv.Itoa(o.workers))
	out, err := cmd.CombinedOutput()
	r.read(string(out))
	r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.memory = int64(usage.Maxrss) << 10
	}
	switch {
	case ctx.Err() != nil:
		r.err = ctx.Err()
	case limited.Err() != nil:
		r.err = errors.New("it hangs")
	case err != nil:
		r.err = err
	case r.memory > o.memory<<20:
		r.err = fmt.Errorf("it took %d MiB, and %d are enough for any input", r.memory>>20, o.memory)
	}
	r.says = string(out)
	return r
}

var progress = regexp.MustCompile(`execs: (\d+) .*new interesting: (\d+)`)

// read takes the figures from what the fuzzer printed.
func (r *result) read(out string) {
	for _, m := range progress.FindAllStringSubmatch(out, -1) {
		r.execs, _ = strconv.Atoi(m[1]) // the pattern takes nothing but digits
		r.interesting, _ = strconv.Atoi(m[2])
	}
}

// line is the report on a target.
func (r result) line(t target) string {
	s := fmt.Sprintf("%-46s %4.0f s %10d tries  %4d new  %4d MB", t, r.cpu.Seconds(), r.execs, r.interesting, r.memory>>20)
	if r.err != nil {
		s += fmt.Sprintf("  FAILED: %v\n%s", r.err, r.says)
	}
	return s
}

// command runs a tool of Go and returns what it printed.
func command(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out), nil
}
