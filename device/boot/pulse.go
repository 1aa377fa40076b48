package boot

import (
	"io"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// pulseEnv names the descriptor of the pulse in the child's environment.
const pulseEnv = "SMARTPOS_PULSE_FD"

// beatEvery is how often a beat goes out at most.
const beatEvery = 200 * time.Millisecond

// What a child writes to its pulse.
const (
	beatByte  = '.'
	readyByte = '!'
)

// Pulse is the terminal's side of its supervision: its loop beats, and process 1 feeds the watchdog for it. All
// methods of a nil Pulse do nothing, so that the terminal need not know whether process 1 is ours. They never
// wait, and may be called from several goroutines.
type Pulse struct {
	w io.Writer

	mu   sync.Mutex
	last time.Time
}

// OpenPulse is the pulse of this process, or nil when it runs under something else than package boot. Call it once:
// it takes the descriptor over, so that no program started from here inherits it.
func OpenPulse() *Pulse {
	fd, err := strconv.Atoi(os.Getenv(pulseEnv))
	os.Unsetenv(pulseEnv)
	if err != nil || fd < 3 {
		return nil
	}
	// Not blocking: a supervisor that does not read must not stop the terminal. No os.File: its poller would wait.
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil
	}
	unix.CloseOnExec(fd)
	return &Pulse{w: fdWriter(fd)}
}

// fdWriter writes to a descriptor without ever waiting.
type fdWriter int

func (fd fdWriter) Write(p []byte) (int, error) { return unix.Write(int(fd), p) }

// Beat says that the loop is alive. Call it from the loop itself, as often as it turns; it must turn more often
// than [WatchdogConfig].Hang.
func (p *Pulse) Beat() {
	if p == nil {
		return
	}
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.last.IsZero() && now.Sub(p.last) < beatEvery {
		return
	}
	p.last = now
	_, _ = p.w.Write([]byte{beatByte}) // full means that enough beats wait there already
}

// Ready says that the terminal is ready to sell. Process 1 notes the time.
func (p *Pulse) Ready() { p.say(readyByte) }

// say writes a byte that means something to process 1.
func (p *Pulse) say(what byte) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = p.w.Write([]byte{what})
}
