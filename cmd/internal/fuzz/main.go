package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	each := flag.Duration("time", 20*time.Second, "for each target")
	total := flag.Duration("total", 0, "for all of them, instead; building not counted")
	cpu := flag.Duration("cpu", 0, "go on from -record until each target has had so much processor time, or -total is over")
	file := flag.String("record", "docs/fuzzing.txt", "with -cpu: `file` of what each target has had")
	memory := flag.Int64("memory", 768, "`MiB` that no process may take; Go's fuzzer itself takes some 300")
	workers := flag.Int("workers", 2, "processes that try inputs")
	pattern := flag.String("run", ".", "targets whose name matches")
	kept := flag.Int("keep", 0, "then copy so many interesting inputs of each to its testdata/fuzz; with -time 0, do nothing else")
	flag.Parse()
	if err := run(ctx, flag.Args(), options{*pattern, *each, *total, *cpu, *file, *workers, *memory, *kept}); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

// errFound is returned when a target has failed.
var errFound = errors.New("something was found: see above, and testdata/fuzz of its package")

// options are the command line's.
type options struct {
	pattern     string
	each, total time.Duration
	cpu         time.Duration
	record      string
	workers     int
	memory      int64 // MiB, the most for one process
	keep        int
}

func run(ctx context.Context, patterns []string, o options) error {
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	dir, err := os.MkdirTemp("", "fuzz")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all, err := targets(ctx, patterns, o.pattern, dir)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("no such target")
	}
	switch {
	case o.cpu > 0:
		err = fuzzRecorded(ctx, all, o)
	case o.total > 0:
		o.each = o.total / time.Duration(len(all))
		fallthrough
	case o.each > 0:
		fmt.Printf("%d targets, %v each, %d workers: %v\n", len(all), o.each.Round(time.Second), o.workers, (o.each * time.Duration(len(all))).Round(time.Second))
		err = fuzzAll(ctx, all, o)
	}
	for _, t := range all {
		if o.keep > 0 && ctx.Err() == nil {
			_, keepErr := t.keep(o.keep)
			err = errors.Join(err, keepErr)
		}
	}
	return err
}

// targets builds the packages' tests into dir, and lists what matches.
func targets(ctx context.Context, patterns []string, pattern, dir string) (all []target, err error) {
	packages, err := list(ctx, patterns)
	if err != nil {
		return nil, err
	}
	cache, err := cacheDir(ctx)
	if err != nil {
		return nil, err
	}
	for i := range packages {
		p := &packages[i]
		p.binary = filepath.Join(dir, fmt.Sprint(i))
		names, err := p.build(ctx, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			all = append(all, target{p, name, filepath.Join(cache, p.path)})
		}
	}
	return all, nil
}

// fuzzAll runs one target after the other.
func fuzzAll(ctx context.Context, all []target, o options) error {
	failed := 0
	for _, t := range all {
		r := t.fuzz(ctx, o.each, o)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		fmt.Println(r.line(t))
		if r.err != nil {
			failed++
		}
	}
	fmt.Printf("%d of %d targets found nothing\n", len(all)-failed, len(all))
	return found(failed)
}
