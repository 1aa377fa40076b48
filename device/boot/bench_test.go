package boot_test

import (
	"bytes"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/device/boot"
	"smartpos/device/boot/boottest"
)

// config is a whole board.
func config() boot.Config {
	return boot.Config{
		Child:    []string{"/init", "-profile", "/data/profile.toml"},
		Built:    time.Now().Add(-24 * time.Hour),
		Modules:  []string{"/m/virtio_blk.ko", "/m/ext4.ko", "/m/softdog.ko soft_margin=10"},
		Nodes:    []string{"/dev/fb0"},
		Late:     []string{"/dev/ttyUSB0"},
		Graphics: "/dev/tty0",
		Data:     boot.DataConfig{Device: "/dev/vda", Fsck: "/sbin/e2fsck"},
		Watchdog: boot.WatchdogConfig{Device: "/dev/watchdog"},
	}
}

// bench is a board under process 1.
type bench struct {
	*boottest.Board
	t    *testing.T
	cfg  boot.Config
	log  syncBuffer
	mu   sync.Mutex
	seen []boot.Notice
	over chan error
}

func newBench(t *testing.T) *bench {
	b := &bench{Board: boottest.New(), t: t, cfg: config(), over: make(chan error, 1)}
	b.Nodes = map[string]time.Duration{"/dev/fb0": 0, "/dev/vda": 0, "/dev/ttyUSB0": 0}
	b.Programs["/init"] = terminal
	b.Programs["/sbin/e2fsck"] = func(*boottest.Child) boot.Status { return boot.Status{Code: 1} }
	return b
}

// terminal is a child that sells until it is told to stop.
func terminal(c *boottest.Child) boot.Status {
	c.Ready()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			c.Beat()
		case <-c.Signals:
			return boot.Status{}
		case <-c.Killed:
			return boot.Status{}
		}
	}
}

func (b *bench) start() {
	go func() {
		b.over <- boot.Run(boot.Options{System: b, Config: &b.cfg, Console: &b.log, Show: func(n boot.Notice) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.seen = append(b.seen, n)
		}})
	}()
}

// run runs the board for a while, then asks it to power off and waits for that.
func (b *bench) run(d time.Duration) {
	b.t.Helper()
	b.start()
	time.Sleep(d)
	b.Ask(syscall.SIGTERM)
	b.wait()
}

func (b *bench) wait() {
	b.t.Helper()
	select {
	case err := <-b.over:
		if err != nil {
			b.t.Errorf("ended with %v", err)
		}
	case <-time.After(time.Hour):
		b.t.Fatalf("did not end:\n%s", b.log.String())
	}
	synctest.Wait()
}

func (b *bench) notices() (kinds []boot.NoticeKind) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.seen {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

func (b *bench) did(event string) bool { return b.count(event) > 0 }

func (b *bench) count(event string) (n int) {
	for _, e := range b.Events() {
		if strings.HasPrefix(e, event) {
			n++
		}
	}
	return n
}

func (b *bench) wantDid(events ...string) {
	b.t.Helper()
	for _, e := range events {
		if !b.did(e) {
			b.t.Errorf("it never did %q:\n%s\n%s", e, strings.Join(b.Events(), "\n"), b.log.String())
		}
	}
}

func (b *bench) wantLog(words ...string) {
	b.t.Helper()
	for _, w := range words {
		if !strings.Contains(b.log.String(), w) {
			b.t.Errorf("the console does not say %q:\n%s", w, b.log.String())
		}
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// on runs f in a bubble of its own time; leaked goroutines fail it.
func on(t *testing.T, f func(*bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(newBench(t)) })
}
