package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"

	"smartpos/cmd/internal/terminal"
	"smartpos/device"
	"smartpos/store"
	"smartpos/txn"
)

// How the journal's commands end, beside [exitOK], [exitUsage] and [exitProfile].
const (
	exitDamaged = 3 // the journal or the backup doesn't hold
	exitBusy    = 4 // a running terminal has the journal
	exitNone    = 5 // there is no such order, or no journal
	exitRefused = 6 // a restore would lose something
	exitNewer   = 7 // newer firmware wrote it
)

const journalUsage = `pos journal list    [-day 2026-03-01] [-state paid] [-n 20] [-json]   lists orders
pos journal list    -batches [-n 20] [-json]                          lists settlements
pos journal show    ORDER [-json]                                     one order and its records
pos journal verify  [-head N-HEAD] [-json]                            checks everything; says what holds
pos journal export  [-found]                                          every record as a line of JSON, without secrets
pos journal backup  -o FILE|DIR [-to age1…] [-salvage]                writes a backup for the shop's recovery key
pos journal backup  -check FILE -identity KEYFILE                     checks a backup
pos journal restore FILE -identity KEYFILE [-head N-HEAD] [-older] [-foreign]
pos journal repair  [-lossy]                                          makes a damaged journal again from what holds of it

-older, -foreign and -lossy ask for a supervisor's PIN. -found and -salvage take what holds of a damaged journal.
Each takes -profile FILE, and -data DIR for another folder than the profile's.
Exit codes: 0 done, 1 failed, 2 command line, 3 damaged, 4 in use, 5 not found, 6 refused, 7 newer, 78 profile.
`

// journal is `pos journal`. All of it but restore and repair only reads the journal, and needs a terminal that is not running.
func journal(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	verbs := map[string]func(*journalCall, []string) int{
		"list": journalList, "show": journalShow, "verify": journalVerify,
		"export": journalExport, "backup": journalBackup, "restore": journalRestore, "repair": journalRepair,
	}
	if len(args) == 0 || verbs[args[0]] == nil {
		fmt.Fprint(stderr, journalUsage)
		if len(args) > 0 && (args[0] == "-h" || args[0] == "help") {
			return exitOK
		}
		return exitUsage
	}
	c := &journalCall{
		verb: args[0], stdin: stdin, stdout: plain{stdout}, stderr: plain{stderr},
		flags: flag.NewFlagSet("pos journal "+args[0], flag.ContinueOnError),
	}
	c.flags.SetOutput(stderr)
	c.flags.Usage = func() { fmt.Fprint(stderr, journalUsage) }
	c.flags.StringVar(&c.profile, "profile", defaultProfile, "the board profile")
	c.flags.StringVar(&c.data, "data", "", "folder of the journal")
	return verbs[args[0]](c, args[1:])
}

// journalCall is one call of one of the commands.
type journalCall struct {
	verb           string
	flags          *flag.FlagSet
	profile, data  string
	stdin          io.Reader
	stdout, stderr io.Writer
	p              *device.Profile
}

// parse reads the command line, in which flags may stand on both sides of the n arguments, and the profile. The code is
// that of the end if there is nothing more to do.
func (c *journalCall) parse(args []string, n int) (rest []string, code int, ok bool) {
	for {
		if err := c.flags.Parse(args); errors.Is(err, flag.ErrHelp) {
			return nil, exitOK, false
		} else if err != nil {
			return nil, exitUsage, false
		}
		if c.flags.NArg() == 0 {
			break
		}
		rest, args = append(rest, c.flags.Arg(0)), c.flags.Args()[1:]
	}
	if len(rest) != n {
		return nil, c.misused("%s, not %d", []string{"no arguments", "one argument"}[n], len(rest)), false
	}
	var err error
	if c.p, err = device.LoadProfile(c.profile); err != nil {
		fmt.Fprintf(c.stderr, "pos: %v\n", err)
		return nil, exitProfile, false
	}
	return rest, exitOK, true
}

func (c *journalCall) misused(format string, args ...any) int {
	fmt.Fprintf(c.stderr, "pos journal %s: it takes "+format+"\n", append([]any{c.verb}, args...)...)
	fmt.Fprint(c.stderr, journalUsage)
	return exitUsage
}

// config is how the journal is opened to be read.
func (c *journalCall) config() (store.Config, error) {
	cfg, err := terminal.JournalConfig(c.p, c.dir())
	cfg.ReadOnly = true
	return cfg, err
}

// dir is the journal's folder.
func (c *journalCall) dir() string { return cmp.Or(c.data, c.p.Path(c.p.Data)) }

// read opens the journal to be read, and runs fn with it.
func (c *journalCall) read(fn func(*store.Journal) error) int {
	cfg, err := c.config()
	if err != nil {
		return c.failed(err)
	}
	j, err := store.Open(c.dir(), cfg)
	if err != nil {
		return c.failed(err)
	}
	return c.failed(errors.Join(fn(j), j.Close()))
}

// failed says what went wrong, if anything did, and returns the code for it.
func (c *journalCall) failed(err error) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(c.stderr, "pos journal %s: %v\n", c.verb, err)
	if hint := journalHint(err); hint != "" {
		fmt.Fprintf(c.stderr, "pos journal %s: %s\n", c.verb, hint)
	}
	return journalCode(err)
}

// journalCode is how a command ends that met err.
func journalCode(err error) int {
	for _, of := range []struct {
		err  error
		code int
	}{
		{store.ErrWitness, exitDamaged}, {store.ErrHoldsMore, exitRefused}, {store.ErrOlder, exitRefused}, {store.ErrForeign, exitRefused},
		{store.ErrNotAllowed, exitRefused},
		{txn.ErrJournalNewer, exitNewer}, {txn.ErrJournalBusy, exitBusy}, {txn.ErrNoOrder, exitNone},
		{store.ErrBackup, exitDamaged}, {txn.ErrJournalDamaged, exitDamaged}, {store.ErrKey, exitDamaged}, {fs.ErrNotExist, exitNone},
	} {
		if errors.Is(err, of.err) {
			return of.code
		}
	}
	return exitFail
}

// journalHint is what to do about err.
func journalHint(err error) string {
	switch {
	case errors.Is(err, store.ErrHoldsMore):
		return "nothing was changed. To use the backup all the same, take a backup of this journal and move journal.db away"
	case errors.Is(err, store.ErrOlder):
		return "nothing was changed. Look for a later backup; with -older this one is restored, and what came after it is gone"
	case errors.Is(err, store.ErrForeign):
		return "nothing was changed. With -foreign this terminal takes over the other's orders, also the pending ones"
	case errors.Is(err, store.ErrWitness):
		return "the slip is another journal's, or records were cut off this one's end: look for a later copy or backup"
	case errors.Is(err, txn.ErrJournalBusy):
		return "a terminal is running on it: stop that first"
	case errors.Is(err, store.ErrKey):
		return "the journal was made with another device's key: restore it from a backup, or bring that key back"
	case errors.Is(err, txn.ErrJournalDamaged) && !errors.Is(err, store.ErrBackup):
		return "pos journal verify says what is intact; restore a backup, or save what is intact with backup -salvage or repair -lossy"
	case errors.Is(err, store.ErrBackup):
		return "try another copy of it, or an earlier one"
	}
	return ""
}
