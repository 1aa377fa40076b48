package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"smartpos/cmd/internal/terminal"
	"smartpos/store"
)

// journalRestore is `pos journal restore`: it makes this terminal's journal from a backup.
func journalRestore(c *journalCall, args []string) int {
	identity := c.flags.String("identity", "", "file with the secret half of the recovery key")
	head := c.flags.String("head", "", "the head on the latest settlement slip, 1234-89AB-CDEF-0123-4567: the backup must hold it")
	older := c.flags.Bool("older", false, "restore although it is not the latest state")
	foreign := c.flags.Bool("foreign", false, "restore although it is of another terminal")
	rest, code, ok := c.parse(args, 1)
	if !ok {
		return code
	}
	if *identity == "" {
		return c.misused("FILE -identity KEYFILE")
	}
	opt := store.RestoreOptions{Older: *older, Foreign: *foreign, Allow: c.supervisor}
	var err error
	if opt.Witness, err = parseHead(*head); err != nil {
		return c.misused("-head as the slip shows it: %v", err)
	}
	if opt.Identities, err = readIdentities(*identity); err != nil {
		return c.failed(err)
	}
	cfg, err := terminal.JournalConfig(c.p, c.dir())
	if err != nil {
		return c.failed(err)
	}
	f, err := os.Open(rest[0])
	if err != nil {
		return c.failed(err)
	}
	defer f.Close()
	done, err := store.Restore(c.dir(), cfg, f, opt)
	if err != nil {
		return c.failed(err)
	}
	fmt.Fprintf(c.stdout, "%s: restored\n", rest[0])
	printManifest(c.stdout, done.Manifest)
	fmt.Fprintf(c.stdout, "new orders are of incarnation %s\n", done.Now)
	if done.Kept != "" {
		fmt.Fprintf(c.stdout, "the journal that was here is kept as %s\n", done.Kept)
	}
	fmt.Fprintln(c.stdout, "Orders made after the backup was taken are not in it: compare with the networks' bills.")
	return exitOK
}

// parseHead reads a head as slips show it, or nothing.
func parseHead(s string) (*store.Witness, error) {
	if s == "" {
		return nil, nil
	}
	record, head, ok := strings.Cut(strings.ToUpper(s), "-")
	n, err := strconv.ParseUint(record, 10, 64)
	if !ok || err != nil || n == 0 || len(head) != len(store.Head{}.Short()) {
		return nil, fmt.Errorf("%q", s)
	}
	return &store.Witness{Record: n, Head: head}, nil
}
