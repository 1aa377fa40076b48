package image

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ErrFirmware is returned when the firmware can't be built.
var ErrFirmware = errors.New("image: firmware")

// BuildFirmware builds a program of the module in dir for an architecture, static and stripped, into the file out.
// The same sources and the same Go give the same bytes. Tags are Go's build tags: a test's, for none ships.
func BuildFirmware(ctx context.Context, dir, pkg string, arch Arch, out string, tags ...string) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", strings.Join(tags, ","), "-o", out, pkg)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), arch.goEnv()...)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: go build %s for %s in %s: %w: %s", ErrFirmware, pkg, arch, dir, err, lastLines(string(text), 5))
	}
	return nil
}

// Epoch is the build time of an image: SOURCE_DATE_EPOCH if it is set, else the time of the last commit in dir.
func Epoch(ctx context.Context, dir string) (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		cmd := exec.CommandContext(ctx, "git", "-C", dir, "log", "-1", "--format=%ct")
		out, err := cmd.Output()
		if err != nil {
			return time.Time{}, fmt.Errorf("image: build time: set SOURCE_DATE_EPOCH to seconds since 1970; %s is no git tree (%w)", dir, err)
		}
		text = strings.TrimSpace(string(out))
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 {
		return time.Time{}, fmt.Errorf("image: build time: %q is no number of seconds", text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
