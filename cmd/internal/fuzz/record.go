package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// record is what each target has had so far, over many runs: a file that stands in the tree.
type record map[string]had

// had is what one target has had.
type had struct {
	cpu   time.Duration // of processor time, all its processes
	tries int
	mega  int64  // 2^20 bytes, the most that any process had
	last  string // day of the last run
}

// recordHead explains the file to who opens it.
const recordHead = "# What each fuzz target has had, written by make fuzz CPU=…: seconds of processor time, tries, the most\n# memory of any process in MiB, day of the last run.\n"

// readRecord reads a record. A file that is not there yet is an empty one.
func readRecord(name string) (record, error) {
	rec := record{}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return rec, nil
	}
	if err != nil {
		return nil, err
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		var target string
		var seconds, tries int
		var mega int64
		var last string
		if _, err := fmt.Sscan(line, &target, &seconds, &tries, &mega, &last); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		rec[target] = had{time.Duration(seconds) * time.Second, tries, mega, last}
	}
	return rec, nil
}

// write replaces the file, sorted by target.
func (rec record) write(name string) error {
	var buf bytes.Buffer
	buf.WriteString(recordHead)
	w := tabwriter.NewWriter(&buf, 0, 0, 2, ' ', 0)
	names := make([]string, 0, len(rec))
	for n := range rec {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		h := rec[n]
		fmt.Fprintf(w, "%s\t%.0f\t%d\t%d\t%s\n", n, h.cpu.Seconds(), h.tries, h.mega, h.last)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return os.WriteFile(name, buf.Bytes(), 0o644)
}

// add counts a run. A target that has found something begins anew: what it had before is of code that is to be mended.
func (rec record) add(t target, r result, day time.Time) {
	if r.err != nil {
		delete(rec, t.String())
		return
	}
	h := rec[t.String()]
	h.cpu += r.cpu
	h.tries += r.execs
	h.mega = max(h.mega, r.memory>>20)
	h.last = day.Format(time.DateOnly)
	rec[t.String()] = h
}

// least returns those of the targets that have not had cpu yet, least first.
func (rec record) least(all []target, cpu time.Duration) []target {
	short := slices.DeleteFunc(slices.Clone(all), func(t target) bool { return rec[t.String()].cpu >= cpu })
	slices.SortStableFunc(short, func(a, b target) int {
		return cmp.Compare(rec[a.String()].cpu, rec[b.String()].cpu)
	})
	return short
}

// round is the longest that a target runs before what it has had is written down: a run that is interrupted loses no more.
// shortRound is the shortest: most of a second goes into its beginning.
const (
	round      = 2 * time.Minute
	shortRound = 5 * time.Second
)

// fuzzRecorded gives each target what it still lacks of o.cpu, those first that have had least, and records it as it goes.
func fuzzRecorded(ctx context.Context, all []target, o options) error {
	rec, err := readRecord(o.record)
	if err != nil {
		return err
	}
	short := rec.least(all, o.cpu)
	fmt.Printf("%d of %d targets have not had %v of processor time\n", len(short), len(all), o.cpu)
	begun, failed := time.Now(), 0
	for _, t := range short {
		for rec[t.String()].cpu < o.cpu {
			left := o.cpu - rec[t.String()].cpu
			if o.total > 0 && time.Since(begun) >= o.total || ctx.Err() != nil {
				return errors.Join(ctx.Err(), found(failed))
			}
			r := t.fuzz(ctx, min(round, max(shortRound, left)), o)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if r.cpu == 0 && r.err == nil {
				r.err = errors.New("it had no processor time, so it would never end")
			}
			rec.add(t, r, time.Now())
			fmt.Println(r.line(t))
			if err := rec.write(o.record); err != nil {
				return err
			}
			if r.err != nil {
				failed++
				break
			}
		}
	}
	return found(failed)
}

// found is the error of a run in which so many targets failed.
func found(failed int) error {
	if failed > 0 {
		return errFound
	}
	return nil
}
