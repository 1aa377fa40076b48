package main

import (
	"context"
	"io"
)

// command is one verb of posboard. It returns the exit code.
type command struct {
	name    string
	summary string
	run     func(ctx context.Context, args []string, stdout, stderr io.Writer) int
}

// traceVerb starts the firmware under trace; the board calls it, nobody else should.
const traceVerb = "trace-disk"

// commands are the verbs for people, in the order of the help.
var commands = []command{
	{"run", "starts a board with its front panel", runCommand},
	{"play", "runs scenario files and says whether they hold", playCommand},
	{"paper", "draws a stream of printer bytes as paper", plain(paperCommand)},
	{"image", "builds what a board boots", plain(imageCommand)},
	{"paynet", "runs the sandbox of the payment networks alone", plain(paynetCommand)},
}

// plain is a command that ends by itself or by a signal's default.
func plain(f func(args []string, stdout, stderr io.Writer) int) func(context.Context, []string, io.Writer, io.Writer) int {
	return func(_ context.Context, args []string, stdout, stderr io.Writer) int { return f(args, stdout, stderr) }
}
