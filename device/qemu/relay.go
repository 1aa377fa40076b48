package qemu

import (
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// relayArgument is the first argument of a program that is started as a relay.
const relayArgument = "qemu-relay"

// dialTimeout is for an address of this very host.
const dialTimeout = 5 * time.Second

// RunRelay carries one connection of a guest if this process was started for that, and does not return then. A
// program that gives a board [Network].ToHost calls it first thing in main; a test, in TestMain.
//
// QEMU has no way to join an address of the guest to one of the host while everything else is shut out, except
// through a program's standard input and output. This is the program.
func RunRelay() {
	if len(os.Args) != 3 || os.Args[1] != relayArgument {
		return
	}
	if err := relay(os.Stdin, os.Stdout, os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "qemu-relay:", err) // it lands in QEMU's standard error
		os.Exit(1)
	}
	os.Exit(0)
}

// relay joins a guest's connection to an address until both ways are closed, or the host's is.
func relay(in io.Reader, out io.Writer, address string) error {
	conn, err := net.DialTimeout("tcp", address, dialTimeout)
	if err != nil {
		return err
	}
	defer conn.Close()
	go func() {
		_, _ = io.Copy(conn, in)             // a guest that broke off is its own business
		_ = conn.(*net.TCPConn).CloseWrite() // the host may still answer
	}()
	_, err = io.Copy(out, conn)
	return err
}
