package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"smartpos/cmd/internal/image"
)

// imageCommand is `posboard image --board NAME -o DIR [--firmware FILE] [--shop DIR] [--cache DIR] [--refresh]`: it
// builds what a board boots. --board takes a built-in board or a file that ends in .toml. Without --firmware it
// builds the firmware, and so has to run inside the source tree.
func imageCommand(args []string, stdout, stderr io.Writer) int {
	o, err := parseImage(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		fmt.Fprintln(stderr, "posboard image:", err)
		return exitUsage
	}
	built, err := o.build(context.Background(), stderr)
	if err != nil {
		fmt.Fprintln(stderr, "posboard image:", err)
		return exitFail
	}
	fmt.Fprintf(stdout, "%s: kernel %s, %d modules, built %s\n", built.Dir, built.Kernel.Release, len(built.Modules),
		built.Built.Format("2006-01-02 15:04:05"))
	return exitOK
}

// imageOptions is the command line of `posboard image`.
type imageOptions struct {
	board          *image.Board
	out            string
	firmware, shop string
	cache          string
	refresh        bool
}

func parseImage(args []string, stderr io.Writer) (imageOptions, error) {
	var o imageOptions
	var board string
	fs := flag.NewFlagSet("posboard image", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&board, "board", "", "the `board`: "+strings.Join(image.Boards(), ", ")+", or a file that ends in .toml")
	fs.StringVar(&o.out, "o", "", "write the image into this `folder`")
	fs.StringVar(&o.firmware, "firmware", "", "the firmware's `file`, static, for the board; default: built from the source tree")
	fs.StringVar(&o.shop, "shop", "", "a `folder` with what the terminal is set up with: profile.toml, keys")
	fs.StringVar(&o.cache, "cache", "", "the `folder` of kernels; default smartpos/kernels in the user's cache folder")
	fs.BoolVar(&o.refresh, "refresh", false, "take Debian's newest kernel, even where the cache holds one")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	switch {
	case fs.NArg() > 0:
		return o, fmt.Errorf("unexpected %q", fs.Arg(0))
	case board == "" || o.out == "":
		return o, fmt.Errorf("usage: posboard image --board %s|FILE.toml -o DIR", strings.Join(image.Boards(), "|"))
	}
	var err error
	o.board, err = image.LoadBoard(board)
	return o, err
}

// build builds the image.
func (o imageOptions) build(ctx context.Context, log io.Writer) (*image.Image, error) {
	epoch, err := image.Epoch(ctx, ".")
	if err != nil {
		return nil, err
	}
	kernel, err := image.FetchKernel(ctx, o.board, image.KernelOptions{Cache: o.cache, Refresh: o.refresh, Log: log})
	if err != nil {
		return nil, err
	}
	firmware := o.firmware
	if firmware == "" {
		tmp, err := os.MkdirTemp("", "posboard-image-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(tmp)
		firmware = filepath.Join(tmp, "pos")
		if err := image.BuildFirmware(ctx, ".", "smartpos/cmd/pos", o.board.Arch, firmware); err != nil {
			return nil, err
		}
	}
	return image.Build(ctx, image.Options{
		Board: o.board, Kernel: kernel, Firmware: firmware, Shop: o.shop, Epoch: epoch, Out: o.out,
	})
}
