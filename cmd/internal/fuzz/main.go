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
	workers := flag.Int("workers", 2, "processes that try inputs")
	pattern := flag.String("run", ".", "targets whose name matches")
	flag.Parse()
	if err := run(ctx, flag.Args(), *pattern, *each, *total, *workers); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

// errFound is returned when a target has failed.
var errFound = errors.New("something was found: see above, and testdata/fuzz of its package")

func run(ctx context.Context, patterns []string, pattern string, each, total time.Duration, workers int) error {
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	dir, err := os.MkdirTemp("", "fuzz")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	packages, err := list(ctx, patterns)
	if err != nil {
		return err
	}
	cache, err := cacheDir(ctx)
	if err != nil {
		return err
	}
	var all []target
	for i := range packages {
		p := &packages[i]
		p.binary = filepath.Join(dir, fmt.Sprint(i))
		names, err := p.build(ctx, pattern)
		if err != nil {
			return err
		}
		for _, name := range names {
			all = append(all, target{p, name, filepath.Join(cache, p.path)})
		}
	}
	if len(all) == 0 {
		return errors.New("no such target")
	}
	if total > 0 {
		each = total / time.Duration(len(all))
	}
	fmt.Printf("%d targets, %v each, %d workers: %v\n", len(all), each.Round(time.Second), workers, (each * time.Duration(len(all))).Round(time.Second))
	failed := 0
	for _, t := range all {
		r := t.fuzz(ctx, each, workers)
		fmt.Println(r.line(t))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if r.err != nil {
			failed++
		}
	}
	fmt.Printf("%d of %d targets found nothing\n", len(all)-failed, len(all))
	if failed > 0 {
		return errFound
	}
	return nil
}
