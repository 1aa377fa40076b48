package boot

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"
)

const (
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = 30 * time.Second
	goodRun      = time.Minute      // a child that ran so long ends the series of failures
	killAfter    = 10 * time.Second // a child has this long to end when it is asked to
	lastWords    = 500 * time.Millisecond
	kernelSlack  = 5 * time.Second // a killed process may be in the kernel for so long
)

// ending is how a child's run ended.
type ending struct {
	how    How // what the child asked for, or 0
	kind   NoticeKind
	reason string
	ran    time.Duration
}

// supervise starts the child again and again. It returns how the system is to end: as the child asks, by a reboot
// when the data partition has stopped taking writes, or 0 when ctx ended.
func (b *booter) supervise(ctx context.Context) How {
	count := 0
	for {
		end := b.runChild(ctx)
		if end.how != 0 || ctx.Err() != nil {
			return end.how
		}
		if end.ran >= goodRun {
			count = 0
		}
		count++
		wait := backoff(count)
		b.log("terminal: %s after %v; again in %v", end.reason, end.ran.Round(time.Millisecond), wait)
		if ro, err := b.sys.MountedReadOnly(b.cfg.Data.Dir); err != nil || ro {
			// ext4 found an error and stopped writing: e2fsck can look at it only where it is not mounted.
			b.problem("data", ErrStopped)
			b.show(Notice{Kind: NoData, Err: ErrStopped, After: retryAfter})
			b.lease.extend(retryAfter + stepLimit)
			if !sleep(ctx, retryAfter) {
				return 0
			}
			return Reboot
		}
		b.show(Notice{Kind: end.kind, Reason: end.reason, Count: count, After: wait})
		b.lease.extend(wait + stepLimit)
		if !sleep(ctx, wait) {
			return 0
		}
	}
}

// backoff is the wait before the start after the nth failure in a row.
func backoff(n int) time.Duration {
	return min(firstBackoff<<min(n-1, 10), maxBackoff)
}

// boardEnv names the board in the child's environment.
const boardEnv = "SMARTPOS_BOARD"

// childEnv is all of the child's environment.
func (b *booter) childEnv() []string {
	return []string{"PATH=/", "HOME=/tmp", "TMPDIR=/tmp", "TZ=Asia/Shanghai", pulseEnv + "=3", boardEnv + "=" + b.cfg.Board}
}

// Board is the name of the board that this process runs on, or "" when it is not known: then any profile will do.
func Board() string { return os.Getenv(boardEnv) }

// runChild runs the child once, until it ends or is ended.
func (b *booter) runChild(ctx context.Context) ending {
	start := time.Now()
	p, ended, err := b.reaper.start(Program{Args: b.cfg.Child, Env: b.childEnv(), Pulse: true})
	if err != nil {
		return ending{kind: Ended, reason: printable("it can't be started: " + err.Error())}
	}
	b.log("terminal: started as %d", p.PID)
	b.lease.set(b.cfg.Watchdog.Start.D())
	var words tail
	copied := b.copy(p, &words)
	beats := make(chan struct{})
	b.spawn(func() { defer close(beats); b.beats(p) })

	looking, enough := context.WithCancel(ctx)
	status, hung, stuck := b.watch(ctx, p, ended, b.watchData(looking))
	enough()
	b.finish(p, copied)
	p.Pulse.Close()
	<-beats
	end := ending{kind: Ended, ran: time.Since(start)}
	switch {
	case stuck && ctx.Err() == nil: // it holds its journal: another one beside it could not sell
		end.how = Reboot
	case hung:
		end.kind, end.reason = Hung, fmt.Sprintf("no sign of life for %v", b.cfg.Watchdog.Hang.D())
	case status == Status{Code: ExitPowerOff}:
		end.how = PowerOff
	case status == Status{Code: ExitReboot}:
		end.how = Reboot
	case status == Status{Code: ExitProfile}:
		end.kind, end.reason = Misconfigured, printable(words.reason())
	default:
		end.reason = status.String()
		if last := words.reason(); last != "" {
			end.reason = printable(status.String() + ": " + last)
		}
	}
	return end
}

// watch waits for the child's end. Without a watchdog it kills a child that hangs; when ctx ends, or the data partition has
// stopped taking writes, it asks the child to end, and kills it when it doesn't.
func (b *booter) watch(ctx context.Context, p *Process, ended <-chan Status, stopped <-chan struct{}) (status Status, hung, stuck bool) {
	ticker := time.NewTicker(b.cfg.Watchdog.Hang.D() / 4)
	defer ticker.Stop()
	for {
		select {
		case status = <-ended:
			return status, false, false
		case <-ctx.Done():
			status, stuck = b.stopChild(p, ended, syscall.SIGTERM, killAfter)
			return status, false, stuck
		case <-stopped: // without records it sells nothing, and waits for a restart
			b.log("terminal: is ended: %v", ErrStopped)
			status, stuck = b.stopChild(p, ended, syscall.SIGTERM, killAfter)
			return status, false, stuck
		case <-ticker.C:
			if !b.watched && !b.lease.runs() {
				// SIGQUIT has the Go runtime say where each goroutine is; the console keeps it.
				status, stuck = b.stopChild(p, ended, syscall.SIGQUIT, time.Second)
				return status, true, stuck
			}
		}
	}
}

// dataLook is between looks whether the data partition still takes writes.
const dataLook = 5 * time.Second

// watchData returns a channel that is closed when the data partition has stopped taking writes. It looks beside the
// supervision, which waits for no disk, until ctx ends.
func (b *booter) watchData(ctx context.Context) <-chan struct{} {
	stopped := make(chan struct{})
	b.spawn(func() {
		for sleep(ctx, dataLook) {
			if ro, err := b.sys.MountedReadOnly(b.cfg.Data.Dir); err == nil && ro {
				close(stopped)
				return
			}
		}
	})
	return stopped
}

// stopChild signals the child, and kills it after limit. One that is stuck in the kernel goes only with the system.
func (b *booter) stopChild(p *Process, ended <-chan Status, sig syscall.Signal, limit time.Duration) (status Status, stuck bool) {
	b.lease.set(limit + kernelSlack + stepLimit)
	for _, try := range []struct {
		sig   syscall.Signal
		limit time.Duration
	}{{sig, limit}, {syscall.SIGKILL, kernelSlack}} {
		if err := b.sys.Signal(p.PID, try.sig); err != nil {
			b.log("terminal: %v", err)
		}
		select {
		case status = <-ended:
			return status, false
		case <-time.After(try.limit):
			b.log("terminal: still there %v after %v", try.limit, try.sig)
		}
	}
	return status, true
}

// copy writes what p says to the console, and keeps its last words. The channel closes at the end.
func (b *booter) copy(p *Process, words *tail) <-chan struct{} {
	done := make(chan struct{})
	b.spawn(func() { defer close(done); copyOutput(b.console, p.Output, words) })
	return done
}

// finish reads the last words of a process that ended. A grandchild may hold the pipe: it is not waited for.
func (b *booter) finish(p *Process, copied <-chan struct{}) {
	select {
	case <-copied:
	case <-time.After(lastWords):
	}
	p.Output.Close()
	<-copied
}

// beats extends the lease for every beat, until the pulse ends.
func (b *booter) beats(p *Process) {
	buf := make([]byte, 64)
	for {
		n, err := p.Pulse.Read(buf)
		for _, c := range buf[:n] {
			switch c {
			case readyByte:
				b.log("terminal: ready")
				b.childReady()
			case lendByte, returnByte:
				b.keeper.lend(c == lendByte)
			}
		}
		if n > 0 {
			b.lease.set(b.cfg.Watchdog.Hang.D())
		}
		if err != nil {
			b.keeper.lend(false) // whoever wanted to write is gone
			return
		}
	}
}

// Exit ends this process with the code that asks process 1 to end the system.
func Exit(how How) {
	code := ExitPowerOff
	if how == Reboot {
		code = ExitReboot
	}
	os.Exit(code)
}
