package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"smartpos/cmd/internal/terminal"
	"smartpos/store"
	"smartpos/store/pin"
	"smartpos/txn"
)

// journalRepair is `pos journal repair`: what the terminal itself does with a damaged journal at its start.
func journalRepair(c *journalCall, args []string) int {
	lossy := c.flags.Bool("lossy", false, "also if records are lost")
	if _, code, ok := c.parse(args, 0); !ok {
		return code
	}
	cfg, err := terminal.JournalConfig(c.p, c.dir())
	if err != nil {
		return c.failed(err)
	}
	done, err := store.Repair(context.Background(), c.dir(), cfg, store.RepairOptions{})
	var loss *txn.LossError
	if *lossy && errors.As(err, &loss) {
		fmt.Fprintf(c.stderr, "%v\n", loss)
		var by string
		if by, err = c.supervisor(loss.Till); err == nil {
			done, err = store.Repair(context.Background(), c.dir(), cfg, store.RepairOptions{By: by})
		}
	}
	if err != nil {
		return c.failed(err)
	}
	fmt.Fprintf(c.stdout, "repaired: %d records, %d orders\n", done.Records, done.Orders)
	fmt.Fprintf(c.stdout, "new orders are of incarnation %s\n", done.Now)
	fmt.Fprintf(c.stdout, "the damaged journal is kept as %s\n", done.Kept)
	return exitOK
}

// pinTries is how many PINs a command takes. There is no journal to count them in; whoever runs it holds the medium.
const pinTries = 3

// technician stands in the journal for whoever repaired one that knows no supervisor.
const technician = "technician"

// supervisor asks for the PIN of a supervisor whom the till knows, and returns who it is.
func (c *journalCall) supervisor(till txn.Till) (string, error) {
	if len(till.Operators) == 0 {
		return technician, nil
	}
	in := bufio.NewReader(c.stdin)
	for range pinTries {
		fmt.Fprint(c.stderr, "a supervisor's PIN: ")
		digits, err := c.secret(in)
		if err != nil {
			return "", fmt.Errorf("%w: no PIN", store.ErrNotAllowed)
		}
		for _, o := range till.Operators {
			if right, err := pin.Check(o.PIN, txn.NewPIN(digits)); err == nil && right && o.Role == txn.Supervisor {
				return o.ID, nil
			}
		}
		fmt.Fprintln(c.stderr, "that is not one")
	}
	return "", fmt.Errorf("%w: %d wrong PINs", store.ErrNotAllowed, pinTries)
}

// secret reads a line, unseen where it is typed.
func (c *journalCall) secret(in *bufio.Reader) (string, error) {
	if f, ok := c.stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(c.stderr)
		return strings.TrimSpace(string(b)), err
	}
	line, err := in.ReadString('\n')
	if line = strings.TrimSpace(line); line == "" {
		return "", errors.Join(err, io.EOF)
	}
	return line, nil
}
