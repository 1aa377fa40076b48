package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"filippo.io/age"

	"smartpos/store"
)

// journalBackup is `pos journal backup`: it writes a backup, or checks one.
func journalBackup(c *journalCall, args []string) int {
	out := c.flags.String("o", "", "file or folder to write to")
	to := c.flags.String("to", "", "the shop's recovery key, age1…; default backup.recovery_key of the profile")
	check := c.flags.String("check", "", "a backup to check")
	salvage := c.flags.Bool("salvage", false, "of a damaged journal, what holds from the first record on")
	identity := c.flags.String("identity", "", "file with the secret half of the recovery key")
	if _, code, ok := c.parse(args, 0); !ok {
		return code
	}
	switch {
	case *check != "" && *identity != "" && *out == "" && *to == "" && !*salvage:
		return c.checkBackup(*check, *identity)
	case *check != "" || *identity != "" || *out == "":
		return c.misused("-o FILE|DIR, or -check FILE -identity KEYFILE")
	}
	key := cmp.Or(*to, c.p.Backup.RecoveryKey)
	if key == "" {
		return c.failed(errors.New("no recovery key: set backup.recovery_key in the profile, or say -to age1…"))
	}
	recipient, err := store.ParseRecoveryKey(key)
	if err != nil {
		return c.failed(err)
	}
	if *salvage {
		cfg, err := c.config()
		if err != nil {
			return c.failed(err)
		}
		b, err := store.Salvage(context.Background(), c.dir(), cfg, *out, recipient)
		return c.failed(printBackup(c.stdout, b, err))
	}
	return c.read(func(j *store.Journal) error {
		b, err := j.BackupTo(context.Background(), *out, recipient)
		return printBackup(c.stdout, b, err)
	})
}

func printBackup(w io.Writer, b store.BackupFile, err error) error {
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %d bytes, SHA-256 %x\n", b.Path, b.Bytes, b.SHA256)
	printManifest(w, b.Manifest)
	return nil
}

func (c *journalCall) checkBackup(path, identity string) int {
	ids, err := readIdentities(identity)
	if err != nil {
		return c.failed(err)
	}
	f, err := os.Open(path)
	if err != nil {
		return c.failed(err)
	}
	defer f.Close()
	m, err := store.CheckBackup(f, ids...)
	if err != nil {
		return c.failed(fmt.Errorf("%s: %w", path, err))
	}
	fmt.Fprintf(c.stdout, "%s: whole\n", path)
	printManifest(c.stdout, m)
	return exitOK
}

func printManifest(w io.Writer, m store.Manifest) {
	fmt.Fprintf(w, "terminal %s, incarnation %s, taken %s\n", m.Terminal, m.Incarnation, clock(m.Taken))
	if m.Gone > 0 {
		fmt.Fprintf(w, "records %d to %d, up to order %d; an older backup holds those before\n", m.Gone+1, m.Records, m.Orders)
	} else {
		fmt.Fprintf(w, "%d records, %d orders\n", m.Records, m.Orders)
	}
	fmt.Fprintf(w, "head: %d-%s\n", m.Records, m.Head.Short())
}

// maxIdentity is the longest identity file, in bytes: some keys with their comments.
const maxIdentity = 64 << 10

// readIdentities reads the secret half of a recovery key, as age-keygen writes it. No error repeats a line of it.
func readIdentities(path string) ([]age.Identity, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	ids, err := age.ParseIdentities(io.LimitReader(f, maxIdentity))
	if err != nil {
		return nil, fmt.Errorf("%s is no identity file, which holds a line that begins with AGE-SECRET-KEY-1", path)
	}
	return ids, nil
}
