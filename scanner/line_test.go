package scanner_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/device"
	"smartpos/device/devicetest"
	"smartpos/device/pty"
	"smartpos/scanner"
	"smartpos/scanner/scannertest"
)

// The lines that the terminal really has.
var (
	_ scanner.Line = (*device.Serial)(nil)
	_ scanner.Line = (*devicetest.Line)(nil)
)

func TestOnADeviceLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		line, end := devicetest.NewLine()
		fake := scannertest.New(scannertest.Config{Baud: 57600, HostBaud: end.Baud})
		served := make(chan error, 1)
		go func() { served <- fake.Serve(ctx, end) }()
		e, err := scanner.Open(line, scanner.Config{Protocol: scanner.GM65, Bauds: []int{57600}})
		if err != nil {
			t.Fatal(err)
		}
		r := &rig{t: t, fake: fake, engine: e, ctx: ctx}
		r.start()
		r.fake.Present(wechatCode)
		r.wantRead(wechatCode)

		end.Unplug()
		<-served
		_, err = e.Next(ctx)
		if !errors.Is(err, scanner.ErrUnplugged) || !errors.Is(err, device.ErrGone) {
			t.Fatalf("Next: %v, want ErrUnplugged around device.ErrGone", err)
		}
		end.Plug()
		go func() { served <- fake.Serve(ctx, end) }()
		r.wantState(scanner.Ready, scanner.ErrBack)
		r.fake.Present(alipayCode)
		r.wantRead(alipayCode)
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		<-served
	})
}

// The whole way in real time: driver, serial line, kernel, emulated engine,
// with the plug pulled in the middle.
func TestOnAPty(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	path := filepath.Join(t.TempDir(), "scanner")
	master, err := pty.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	baud := func() int {
		n, err := master.Baud()
		if err != nil {
			return 0
		}
		return n
	}
	fake := scannertest.New(scannertest.Config{Baud: 115200, HostBaud: baud})
	served := make(chan error, 1)
	serve := func() { served <- fake.Serve(ctx, master) }
	go serve()

	line, err := device.OpenLine(device.LineConfig{Name: "scanner", Path: path, Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	e, err := scanner.Open(line, scanner.Config{Protocol: scanner.GM65, Bauds: []int{115200}, AnswerTimeout: 450 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, fake: fake, engine: e, ctx: ctx}
	r.start()
	r.fake.Present(wechatCode)
	r.wantRead(wechatCode)

	fake.Set(scannertest.Unplugged)
	if err := <-served; !errors.Is(err, scannertest.ErrUnplugged) {
		t.Fatalf("Serve: %v", err)
	}
	if err := master.Hangup(); err != nil {
		t.Fatal(err)
	}
	r.wantState(scanner.Unplugged, scanner.ErrUnplugged)
	fake.Set(scannertest.OK)
	fake.Restart()
	if err := master.Replug(); err != nil {
		t.Fatal(err)
	}
	go serve()
	r.wantState(scanner.Ready, scanner.ErrBack)
	r.fake.Present("可口可乐")
	r.wantRead("可口可乐")
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}
