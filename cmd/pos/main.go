// Command pos is the firmware of the terminal: it runs the till on the board that its profile describes.
//
//	pos [-profile FILE]        run the terminal
//	pos check [-profile FILE]  read the profile and the keys it names, and say what is wrong with them
//	pos reconcile [BILL…]      compare the journal with the networks' bills (对账)
//	pos seal [-profile FILE]   put the key files that it names into the sealed file of the board; -list lists that
//	pos journal VERB …         list, show, verify, export, back up and restore the journal, see docs/journal.md
//	pos version                say which firmware this is
//	pos licence                print the licences that go with it
//
// As process 1 of a board it brings the board up and runs itself as its child, see package boot.
//
// Exit codes: 0 ended as asked, 1 it could not run (stderr says why), 2 the command line is wrong, 78 the profile is. Those
// of reconcile are 0 all agrees, 1 there are differences, 2 it could not; what only waits for the next day's bill (存疑) is
// no difference yet.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"smartpos/cmd/internal/terminal"
	"smartpos/device"
	"smartpos/device/boot"
	"smartpos/device/display/font"
)

const (
	exitOK      = 0
	exitFail    = 1
	exitUsage   = 2
	exitProfile = boot.ExitProfile
)

const defaultProfile = "/etc/smartpos/profile.toml"

// usage is what -h says before the flags.
const usage = `pos [-profile FILE]        runs the terminal
pos check [-profile FILE]  reads the profile and the keys it names, and says what is wrong with them
pos reconcile [-day 2026-11-27] [BILL…]
                           compares the journal with bills in files, or with those that the networks give out
pos seal [-profile FILE]   puts the key files that it names into the sealed file of the board; -list lists that
pos journal VERB …         lists, shows, verifies, exports, backs up and restores the journal; -h says how
pos version                says which firmware this is
pos licence                prints the licences that go with it
`

func main() {
	if os.Getpid() == 1 {
		process1()
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	verb := "run"
	if len(args) > 0 && len(args[0]) > 0 && args[0][0] != '-' {
		verb, args = args[0], args[1:]
	}
	switch verb {
	case "reconcile":
		return reconcileDay(args, stdout, stderr)
	case "seal":
		return seal(args, stdout, stderr)
	}
	if verb == "journal" {
		return journal(args, stdin, stdout, stderr)
	}
	flags := flag.NewFlagSet("pos "+verb, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	profile := flags.String("profile", defaultProfile, "the board profile")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitOK
		}
		return exitUsage
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "pos %s: unexpected %q\n", verb, flags.Arg(0))
		return exitUsage
	}
	switch verb {
	case "version":
		fmt.Fprintln(stdout, version())
		return exitOK
	case "licence":
		fmt.Fprintf(stdout, "smartpos is under the Apache License 2.0. Its display font:\n\n%s", font.Licence)
		return exitOK
	case "run", "check":
		p, err := device.LoadProfile(*profile)
		if err == nil {
			err = ownBoard(p)
		}
		if err != nil {
			fmt.Fprintf(stderr, "pos: %v\n", err)
			return exitProfile
		}
		if verb == "check" {
			return check(*profile, p, stdout, stderr)
		}
		return runTerminal(p, stdin, stdout, stderr)
	}
	fmt.Fprintf(stderr, "pos: no such command %q; there are run, check, reconcile, seal, journal, version and licence\n", verb)
	return exitUsage
}

// maxRestarts is how often a terminal begins again within a run. A disk that damages the journal faster than that needs a
// technician.
const maxRestarts = 3

// runTerminal runs the till until it is told to stop.
func runTerminal(p *device.Profile, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	var console io.Writer
	var board terminal.Board
	if pulse := boot.OpenPulse(); pulse != nil {
		console = stderr // a board's technician has its serial console and no shell
		board = terminal.Board{Pulse: probed(pulse), SetClock: setClock, Socket: pulse.Socket()}
	}
	instead := stderr
	if p.Display.Kind == "ansi" {
		instead = io.Discard // it may be the window that the screen is drawn in
	}
	log, closeLog := terminal.OpenEventLog(p.Path(p.Data), console, instead)
	defer closeLog()
	log.Info("start", "version", version(), "board", p.Board, "environment", p.Environment)
	err := terminal.ErrRestart
	for range maxRestarts {
		if !errors.Is(err, terminal.ErrRestart) {
			break
		}
		t, closePorts, openErr := terminal.Open(p, terminal.Console{In: stdin, Out: stdout}, board, log)
		if openErr != nil {
			log.Error("start", "err", openErr)
			fmt.Fprintf(stderr, "pos: %v\n", openErr)
			return exitFail
		}
		err = errors.Join(t.Run(ctx), closePorts())
	}
	if err != nil && !errors.Is(err, io.EOF) {
		log.Error("stop", "err", err)
		fmt.Fprintf(stderr, "pos: %v\n", err)
		return exitFail
	}
	log.Info("stop")
	return exitOK
}

// version is the module's version and the commit it was built from.
func version() string {
	v, commit := "unreleased", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			v = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = " " + s.Value
			}
		}
	}
	return "smartpos " + v + commit
}
