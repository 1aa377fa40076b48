package main

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"smartpos/cmd/internal/terminal"
	"smartpos/device"
	"smartpos/device/secret"
	"smartpos/store"
)

// sealOptions is the command line of `pos seal`.
type sealOptions struct {
	profile, out string
	fresh, list  bool
}

// seal is `pos seal`: it puts the secrets that a profile names in clear into the sealed file of the board, makes a new
// board's secret before, or lists what is sealed. It never prints a secret.
func seal(args []string, stdout, stderr io.Writer) int {
	var o sealOptions
	flags := flag.NewFlagSet("pos seal", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.profile, "profile", defaultProfile, "the board profile")
	flags.StringVar(&o.out, "o", "", "the sealed file; default secrets.sealed of the profile")
	flags.BoolVar(&o.fresh, "new", false, "make the secret of a new board first, where secrets.store says")
	flags.BoolVar(&o.list, "list", false, "list what is sealed")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitOK
		}
		return exitUsage
	}
	if flags.NArg() > 0 || o.list && o.fresh {
		fmt.Fprintln(stderr, "usage: pos seal [-profile FILE] [-o FILE] [-new | -list]")
		return exitUsage
	}
	p, err := device.LoadDraft(o.profile)
	if err != nil {
		fmt.Fprintf(stderr, "pos: %v\n", err)
		return exitProfile
	}
	if err := o.run(p, stdout); err != nil {
		fmt.Fprintf(stderr, "pos seal: %v\n", err)
		return exitFail
	}
	return exitOK
}

func (o sealOptions) run(p *device.Profile, stdout io.Writer) error {
	path := cmp.Or(o.out, p.Path(p.Secrets.Sealed))
	switch {
	case p.Secrets.Store == "":
		return errors.New("the profile names no secrets.store: add [secrets], see docs/secrets.md")
	case path == "":
		return errors.New("the profile names no secrets.sealed: add it, or say -o FILE")
	}
	if o.fresh {
		if _, err := secret.NewFile(p.Path(p.Secrets.Store)); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s: the secret of a new board\n", p.Path(p.Secrets.Store))
	}
	s := terminal.SecretStore(p)
	if o.list {
		b, err := secret.Load(path, s)
		if err != nil {
			return err
		}
		listSealed(stdout, path, b)
		return nil
	}
	return o.seal(p, s, path, stdout)
}

// seal adds what the profile names to what is sealed already.
func (o sealOptions) seal(p *device.Profile, s secret.Store, path string, stdout io.Writer) error {
	b, err := secret.Load(path, s)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b = secret.Bundle{}
	case err != nil:
		return fmt.Errorf("what is there can't be added to: %w; or remove that file to begin anew", err)
	}
	clear, err := gather(p, b)
	if err != nil {
		return err
	}
	if len(clear) == 0 {
		return errors.New("the profile names no secret's file: name the key files to be sealed (private_key, api_v3_key)")
	}
	if err := secret.Save(path, s, b); err != nil {
		return err
	}
	if _, err := secret.Load(path, s); err != nil { // before anybody removes the originals
		return fmt.Errorf("what was written does not open: %w", err)
	}
	listSealed(stdout, path, b)
	fmt.Fprintln(stdout, "Sealed. These files in clear can be removed now, and in production their lines in the profile must be:")
	for _, name := range clear {
		fmt.Fprintf(stdout, "  %s\n", name)
	}
	return nil
}

// gather adds the secrets that lie in clear to b, and returns their files: those that the profile names, and the key of a
// journal from before the board had a secret.
func gather(p *device.Profile, b secret.Bundle) (clear []string, err error) {
	files := append(p.SecretFiles(), device.SecretFile{Name: terminal.JournalKeyName})
	for _, f := range files {
		path := p.Path(f.File)
		if f.Name == terminal.JournalKeyName {
			path = filepath.Join(p.Path(p.Data), store.KeyName)
			if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
				continue
			}
		}
		if path == "" {
			continue
		}
		text, err := readSecret(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if f.Name == terminal.JournalKeyName {
			if err := sameJournal(path, text, b[f.Name]); err != nil {
				return nil, err
			}
		}
		b[f.Name] = secret.NewValue(text)
		clear = append(clear, path)
	}
	return clear, nil
}

// sameJournal holds a journal's key against the one that is sealed already. That one is never replaced: under another the
// journal stays shut, and its own is perhaps nowhere else any more.
func sameJournal(path string, key []byte, sealed secret.Value) error {
	switch {
	case len(key) != secret.Size:
		return fmt.Errorf("%s has %d bytes, a journal's key has %d: it is damaged, look for a copy", path, len(key), secret.Size)
	case !sealed.IsZero() && !bytes.Equal(key, sealed.Reveal()):
		return fmt.Errorf("%s is another journal's key than the one that is sealed: move it away, or seal into a new file with -o if it is this terminal's", path)
	}
	return nil
}

// readSecret reads a key file, which is no longer than what can be sealed.
func readSecret(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, secret.MaxSecret+1))
	if err == nil && len(text) == 0 || len(text) > secret.MaxSecret {
		err = fmt.Errorf("%s is no key file: it is empty, or has more than %d bytes", path, secret.MaxSecret)
	}
	return text, err
}

func listSealed(w io.Writer, path string, b secret.Bundle) {
	fmt.Fprintf(w, "%s: %d secrets\n", path, len(b))
	for _, n := range b.Names() {
		fmt.Fprintf(w, "  %s\n", n)
	}
}
