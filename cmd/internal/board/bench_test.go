package board_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/cmd/internal/board"
)

// The cashier's waits, measured from outside on the emulated board, with a network that answers at once. Each
// is given beside a peer's in the same run, since the machine's own speed says nothing about the firmware.

// firmwareBoard starts a board with the real firmware.
func firmwareBoard(b *testing.B) *board.Board {
	b.Helper()
	pos := filepath.Join(b.TempDir(), "pos")
	if out, err := exec.Command("go", "build", "-o", pos, "smartpos/cmd/pos").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	dir, err := os.MkdirTemp("", "board") // b.TempDir's names are too long for a socket's
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	brd, err := board.Open(board.Options{Dir: dir, Firmware: pos})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = brd.Close() })
	if err := brd.PowerOn(b.Context()); err != nil {
		b.Fatal(err)
	}
	return brd
}

// until returns how long act takes to make a change of one kind after which holds.
func until(b *testing.B, brd *board.Board, kind board.Kind, holds func() bool, act func() error) time.Duration {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 20*time.Second)
	defer cancel()
	sub := brd.Subscribe()
	defer sub.Close()
	before := brd.State().Versions[kind]
	acted := make(chan error, 1)
	began := time.Now()
	go func() { acted <- act() }()
	for {
		changes, err := sub.Next(ctx)
		if err != nil {
			b.Fatalf("%s never came: %v\n%s", kind, err, brd.DisplayText())
		}
		took := time.Since(began)
		if slices.ContainsFunc(changes, func(c board.Change) bool { return c.Kind == kind && c.Version > before }) && holds() {
			if err := <-acted; err != nil {
				b.Fatal(err)
			}
			return took
		}
	}
}

func keys(b *testing.B, brd *board.Board, names string) func() error {
	b.Helper()
	strokes, err := board.ParseStrokes(names)
	if err != nil {
		b.Fatal(err)
	}
	return func() error { return brd.Press(b.Context(), strokes) }
}

func anything() bool { return true }

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func report(b *testing.B, ours, peer []time.Duration) {
	b.Helper()
	o, p := median(ours), median(peer)
	b.ReportMetric(0, "ns/op") // the loop does both: its time is nobody's
	b.ReportMetric(float64(o.Microseconds())/1000, "ms")
	b.ReportMetric(float64(p.Microseconds())/1000, "peer-ms")
	b.ReportMetric(float64(o)/float64(p), "ratio")
}

// From a key's byte on its line to the changed display; the peer is a firmware that does nothing but draw the
// keys it gets.
func BenchmarkKeyToGlass(b *testing.B) {
	real, bare := firmwareBoard(b), powered(b)
	var ours, peer []time.Duration
	for i := 0; b.Loop(); i++ {
		ours = append(ours, until(b, real, board.KindDisplay, anything, keys(b, real, "1")))
		until(b, real, board.KindDisplay, anything, keys(b, real, "CLEAR"))
		digit := []string{"1", "2"}[i%2] // the line of keys is full after a while: another one shows
		peer = append(peer, until(b, bare, board.KindDisplay, anything, keys(b, bare, digit)))
	}
	report(b, ours, peer)
}

// From 确认 to the QR on the display: an intent made durable, a signed request, a verified answer, a drawn
// code. The peer is the key to glass of the same firmware: what is over is the disk's and the network's.
func BenchmarkOKToQR(b *testing.B) {
	brd := firmwareBoard(b)
	shown := func() bool { return strings.Contains(brd.DisplayText(), "▦") }
	idle := func() bool { return strings.Contains(brd.DisplayText(), "请输入金额") }
	var ours, peer []time.Duration
	for b.Loop() {
		peer = append(peer, until(b, brd, board.KindDisplay, anything, keys(b, brd, "1")))
		ours = append(ours, until(b, brd, board.KindDisplay, shown, keys(b, brd, "OK")))
		until(b, brd, board.KindDisplay, idle, keys(b, brd, "CANCEL"))
	}
	report(b, ours, peer)
}

// From the customer's code before the scanner to the first byte of the receipt: a read, an intent, a charge, a
// verified answer, an outcome made durable, a printer asked for its status. The peer is the key to glass.
func BenchmarkCodeToPaper(b *testing.B) {
	brd := firmwareBoard(b)
	printing := func() bool { return len(brd.Paper().Raw()) > 0 }
	finished := func() bool { return strings.Contains(brd.DisplayText(), "小票已打印") }
	var ours, peer []time.Duration
	for b.Loop() {
		peer = append(peer, until(b, brd, board.KindDisplay, anything, keys(b, brd, "1")))
		until(b, brd, board.KindDisplay, func() bool { return strings.Contains(brd.DisplayText(), "请顾客出示") }, keys(b, brd, "SCAN"))
		brd.Tear()
		page, err := brd.Phone(b.Context(), board.PhoneRequest{Wallet: "wechat", Do: "code"})
		if err != nil {
			b.Fatal(err)
		}
		ours = append(ours, until(b, brd, board.KindPaper, printing, func() error { return brd.Scan(b.Context(), page.Code, 10*time.Second) }))
		if !finished() {
			until(b, brd, board.KindDisplay, finished, func() error { return nil })
		}
		until(b, brd, board.KindDisplay, anything, keys(b, brd, "OK"))
	}
	report(b, ours, peer)
}
