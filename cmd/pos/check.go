package main

import (
	"errors"
	"fmt"
	"io"

	"smartpos/cmd/internal/terminal"
	"smartpos/device"
)

// check is `pos check`: it tries every key of a profile, as the terminal does at start, and warns of certificates that
// run out soon.
func check(name string, p *device.Profile, stdout, stderr io.Writer) int {
	warnings, err := terminal.CheckNetworks(p)
	for _, w := range warnings {
		fmt.Fprintf(stderr, "pos: warning: %s\n", w)
	}
	if err = errors.Join(err, terminal.CheckBackup(p)); err != nil {
		fmt.Fprintf(stderr, "pos: %s: %v\n", name, err)
		return exitProfile
	}
	fmt.Fprintf(stdout, "%s: board %q, terminal %s, %s\n", name, p.Board, p.Terminal.ID, p.Environment)
	return exitOK
}
