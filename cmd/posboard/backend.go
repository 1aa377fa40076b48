package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"smartpos/cmd/internal/board"
)

// target is what is to run which firmware, as the command line says.
type target struct{ backend, binary string }

func (t *target) flags(flags *flag.FlagSet) {
	flags.StringVar(&t.backend, "backend", board.Backends[0], "what runs the firmware: "+strings.Join(board.Backends, ", "))
	flags.StringVar(&t.binary, "firmware", "", "the firmware's `binary` (default: on host pos beside this program, else built from the source tree)")
}

// ready is a target whose firmware is there.
type ready struct {
	firmware string       // host: the program
	shim     []string     // host: what starts it traced
	image    *board.Image // machines: what they boot
}

// open finds the firmware of a host, or builds the image of a machine into dir.
func (t *target) open(ctx context.Context, dir string, log io.Writer) (r ready, err error) {
	if t.backend == board.Backends[0] {
		r.firmware, err = hostFirmware(t.binary)
		r.shim = shim()
		return r, err
	}
	if t.binary != "" {
		if t.binary, err = filepath.Abs(t.binary); err != nil {
			return r, err
		}
	}
	fmt.Fprintf(log, "building what %s boots\n", t.backend)
	r.image, err = board.BuildImage(ctx, board.ImageOptions{Backend: t.backend, Firmware: t.binary, Dir: dir, Log: log})
	return r, err
}

// hostFirmware is the firmware's binary, beside this program unless a flag names another.
func hostFirmware(flagged string) (string, error) {
	path := flagged
	if path == "" {
		self, err := os.Executable()
		if err != nil {
			return "", err
		}
		path = filepath.Join(filepath.Dir(self), "pos")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return "", fmt.Errorf("there is no firmware at %s: build it with make build, or name it with --firmware", path)
	}
	return path, nil
}

// shim is the command by which this program starts a traced firmware.
func shim() []string {
	self, err := os.Executable()
	if err != nil {
		return nil // the firmware then runs untraced, and a cut at a disk write says that it can't be had
	}
	return []string{self, traceVerb}
}
