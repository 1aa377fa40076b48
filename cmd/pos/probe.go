//go:build probe

package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"

	"smartpos/cmd/internal/terminal"
)

// probeConsole is where a test tells this build what to do. No other build listens there.
const probeConsole = "/dev/ttyAMA0"

// probe is a pulse that a test can stop, and with it the terminal's loop.
type probe struct {
	terminal.Pulse
	hangs atomic.Bool
}

// probed lets a test get at the terminal, line by line on the serial console: "hang" stops the loop for ever,
// "memory" tells what the process has in memory.
func probed(p terminal.Pulse) terminal.Pulse {
	b := &probe{Pulse: p}
	go b.listen()
	return b
}

func (b *probe) listen() {
	f, err := os.Open(probeConsole)
	if err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		return
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		switch strings.TrimSpace(lines.Text()) {
		case "hang":
			b.hangs.Store(true)
		case "memory":
			b.memory()
		}
	}
}

func (b *probe) memory() {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		return
	}
	rss := "?"
	for line := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			rss = strings.TrimSpace(v)
		}
	}
	fmt.Fprintf(os.Stderr, "probe: memory %s, %d goroutines\n", rss, runtime.NumGoroutine())
}

// Beat hangs where a test has said so.
func (b *probe) Beat() {
	if b.hangs.Load() {
		select {}
	}
	b.Pulse.Beat()
}
