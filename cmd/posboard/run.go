package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"smartpos/cmd/internal/board"
)

const (
	defaultAddr = "127.0.0.1:8080"
	// portsTried is how many ports after the default one are tried when nobody asked for one.
	portsTried = 20
	// farewell is how long requests under way get when the board ends.
	farewell = 2 * time.Second
)

// runCommand is posboard run: a board with its front panel, until it is interrupted.
func runCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("posboard run", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "", "address of the front panel (default "+defaultAddr+", or the next free port)")
	dir := flags.String("dir", "", "folder of the board's state: profile, journal, network (default: a temporary one)")
	var t target
	t.flags(flags)
	if code, ok := parse(flags, args); !ok {
		return code
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "posboard run: unexpected %q\n", flags.Arg(0))
		return exitUsage
	}
	if err := board.CheckBackend(t.backend); err != nil {
		fmt.Fprintf(stderr, "posboard run: %v\n", err)
		return exitUsage
	}
	if err := serveBoard(ctx, *addr, *dir, t, stdout); err != nil {
		fmt.Fprintf(stderr, "posboard run: %v\n", err)
		return exitFail
	}
	return exitOK
}

// serveBoard runs the board until ctx ends.
func serveBoard(ctx context.Context, addr, dir string, t target, stdout io.Writer) (err error) {
	temporary := dir == ""
	if temporary {
		if dir, err = os.MkdirTemp("", "posboard"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	r, err := t.open(ctx, filepath.Join(dir, "image"), stdout)
	if err != nil {
		return err
	}
	l, err := listen(addr)
	if err != nil {
		return err
	}
	defer l.Close()
	b, err := board.Open(board.Options{Dir: dir, Firmware: r.firmware, Shim: r.shim, Image: r.image})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()

	// A terminal that does not start is still a board to look at: the panel shows why.
	powerErr := b.PowerOn(ctx)
	server := &http.Server{Handler: b.Handler(pageFiles()), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()

	fmt.Fprintf(stdout, "The board's front panel: http://%s/\n", l.Addr())
	if temporary {
		fmt.Fprintf(stdout, "Its state is in %s and goes when it ends; --dir keeps it.\n", b.Dir())
	} else {
		fmt.Fprintf(stdout, "Its state is in %s\n", b.Dir())
	}
	if powerErr != nil {
		fmt.Fprintf(stdout, "The terminal has not started: %v\n", powerErr)
	}
	fmt.Fprintln(stdout, "Ctrl-C ends it.")

	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	// Closing the board first ends what waits on it: pages that listen for changes, codes before the scanner.
	err = errors.Join(err, b.Close())
	bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	if server.Shutdown(bye) != nil {
		_ = server.Close()
	}
	return err
}

// listen takes addr, or where none is asked for the default or the next free port after it.
func listen(addr string) (net.Listener, error) {
	if addr != "" {
		l, err := net.Listen("tcp", addr)
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("the port of %s is taken by another program: choose another with --addr, or leave --addr out", addr)
		}
		return l, err
	}
	host, first, err := net.SplitHostPort(defaultAddr)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(first)
	if err != nil {
		return nil, err
	}
	for p := port; p < port+portsTried; p++ {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(p)))
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) {
			return l, err
		}
	}
	return nil, fmt.Errorf("the ports %d to %d are all taken: choose one with --addr", port, port+portsTried-1)
}
