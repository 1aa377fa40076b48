// Command posboard is the emulated board, for people and for tests: a terminal with its firmware, a printer, a
// scan engine, a payment network and a customer's phone, with a front panel in the browser.
//
//	posboard run [--addr 127.0.0.1:8080] [--dir DIR] [--backend host|armv7|arm64]
//	posboard play [--backend …] [--jobs N] FILE.txtar…
//	posboard paper FILE.bin [-o paper.png] [--text]
//	posboard image --board NAME -o DIR
//	posboard paynet [--addr …] [--dir DIR]
//
// On the host the firmware is the program pos beside this one; for the other backends it is built. Exit codes: 0 it went well, 1 it did not (stderr says why; for
// play: a scenario does not hold), 2 the command line is wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"smartpos/cmd/internal/board/disktrace"
	"smartpos/device/qemu"
)

// Exit codes.
const (
	exitOK    = 0
	exitFail  = 1
	exitUsage = 2
)

func main() {
	qemu.RunRelay()
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == traceVerb {
		fmt.Fprintln(stderr, "posboard:", disktrace.Shim(args[1:]))
		return exitFail
	}
	if len(args) == 0 {
		usage(stderr)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		usage(stdout)
		return exitOK
	}
	for _, c := range commands {
		if c.name == args[0] {
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return c.run(ctx, args[1:], stdout, stderr)
		}
	}
	fmt.Fprintf(stderr, "posboard: there is no command %q\n\n", args[0])
	usage(stderr)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "posboard is the emulated board. Its commands:")
	for _, c := range commands {
		fmt.Fprintf(w, "  posboard %-7s %s\n", c.name, c.summary)
	}
	fmt.Fprintln(w, "posboard COMMAND -h tells more of each.")
}

// parse parses a command's flags; ok is false when the command is to end with code.
func parse(flags *flag.FlagSet, args []string) (code int, ok bool) {
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK, false
	case err != nil:
		return exitUsage, false
	}
	return exitOK, true
}
