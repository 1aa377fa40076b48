package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"smartpos/cmd/internal/board"
	"smartpos/cmd/internal/board/scenario"
)

// defaultJobs is how many boards run side by side.
const defaultJobs = 2

// playCommand is posboard play: scenario files, each on a fresh board.
func playCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("posboard play", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var t target
	t.flags(flags)
	jobs := flags.Int("jobs", defaultJobs, "how many boards run side by side")
	patience := flags.Float64("patience", 1, "multiplies every time limit, for slow machines")
	keep := flags.Bool("keep", false, "keep the boards' folders")
	pictures := flags.String("pictures", "", "`folder` for a picture of each scenario: all that it showed and printed")
	verbose := flags.Bool("v", false, "show every step")
	if code, ok := parse(flags, args); !ok {
		return code
	}
	if flags.NArg() == 0 || *jobs < 1 {
		fmt.Fprintln(stderr, "usage: posboard play [--backend …] [--jobs N] FILE.txtar…")
		return exitUsage
	}
	if err := board.CheckBackend(t.backend); err != nil {
		fmt.Fprintf(stderr, "posboard play: %v\n", err)
		return exitUsage
	}
	if *pictures != "" {
		if err := os.MkdirAll(*pictures, 0o755); err != nil {
			fmt.Fprintf(stderr, "posboard play: %v\n", err)
			return exitFail
		}
	}
	cfg, remove, err := stage(ctx, t, stderr)
	if err != nil {
		fmt.Fprintf(stderr, "posboard play: %v\n", err)
		return exitFail
	}
	defer remove()
	cfg.Patience, cfg.Keep, cfg.Pictures = *patience, *keep, *pictures
	p := &player{ctx: ctx, out: stdout, verbose: *verbose, slots: make(chan struct{}, *jobs)}
	p.play(cfg.Params("", flags.Args()))
	fmt.Fprintf(stdout, "%d scenarios hold, %d do not", p.held, p.failed)
	if p.skipped > 0 {
		fmt.Fprintf(stdout, ", %d mean nothing on this backend", p.skipped)
	}
	fmt.Fprintln(stdout)
	if p.failed > 0 || ctx.Err() != nil {
		return exitFail
	}
	return exitOK
}

// stage prepares what the boards of all scenarios share. The returned function removes it.
func stage(ctx context.Context, t target, log io.Writer) (scenario.Config, func(), error) {
	dir, err := os.MkdirTemp("", "posplay")
	if err != nil {
		return scenario.Config{}, nil, err
	}
	r, err := t.open(ctx, dir, log)
	if err == nil && r.image != nil {
		err = r.image.Save(ctx)
	}
	cfg := scenario.Config{Firmware: r.firmware, Shim: r.shim, Image: r.image}
	unseed := func() {}
	if err == nil {
		unseed, err = cfg.Prepare()
	}
	remove := func() {
		unseed()
		_ = os.RemoveAll(dir)
	}
	if err != nil {
		_ = os.RemoveAll(dir)
		return cfg, nil, err
	}
	return cfg, remove, nil
}

// player runs scripts outside go test.
type player struct {
	ctx     context.Context
	out     io.Writer
	verbose bool
	slots   chan struct{}
	wg      sync.WaitGroup

	mu           sync.Mutex
	held, failed int
	skipped      int
}

// play runs them all, side by side, and waits.
func (p *player) play(params testscript.Params) {
	done := make(chan struct{})
	go func() { // of its own, since a failure ends the goroutine
		defer close(done)
		testscript.RunT(&playT{p: p, name: "play"}, params)
	}()
	<-done
	p.wg.Wait()
}

// playT is what testscript sees of go test.
type playT struct {
	p      *player
	name   string
	log    strings.Builder
	failed bool
	skip   bool
}

func (t *playT) Skip(args ...any)  { t.Log(args...); t.skip = true; runtime.Goexit() }
func (t *playT) Fatal(args ...any) { t.Log(args...); t.FailNow() }
func (t *playT) Parallel()         {} // Run does that
func (t *playT) Verbose() bool     { return t.p.verbose }
func (t *playT) Log(args ...any)   { fmt.Fprintln(&t.log, args...) }
func (t *playT) Failed() bool      { return t.failed }
func (t *playT) FailNow()          { t.failed = true; runtime.Goexit() }

// Run runs one script as soon as there is room, unless the player was interrupted.
func (t *playT) Run(name string, f func(testscript.T)) {
	p := t.p
	p.wg.Go(func() {
		select {
		case p.slots <- struct{}{}:
			defer func() { <-p.slots }()
		case <-p.ctx.Done():
		}
		child := &playT{p: p, name: name}
		begun := time.Now()
		defer func() { p.report(child, time.Since(begun)) }()
		if p.ctx.Err() != nil {
			child.Fatal("not run: interrupted")
		}
		f(child)
	})
}

func (p *player) report(t *playT, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	verdict := "ok  "
	switch {
	case t.failed:
		p.failed++
		verdict = "FAIL"
	case t.skip:
		p.skipped++
		verdict = "skip"
	default:
		p.held++
	}
	fmt.Fprintf(p.out, "%s %-40s %5.1f s\n", verdict, t.name, took.Seconds())
	if t.failed || p.verbose {
		fmt.Fprintln(p.out, t.log.String())
	}
}
