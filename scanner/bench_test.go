package scanner_test

import (
	"context"
	"testing"

	"smartpos/device/devicetest"
	"smartpos/scanner"
	"smartpos/scanner/scannertest"
)

// BenchmarkScan is the way of a code from the camera to Next, without the time
// that its bytes take on a real wire (19 bytes at 9600 baud: 19.8 ms).
func BenchmarkScan(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	line, end := devicetest.NewLine()
	camera := scannertest.New(scannertest.Config{HostBaud: end.Baud})
	served := make(chan error, 1)
	go func() { served <- camera.Serve(ctx, end) }()
	engine, err := scanner.Open(line, scanner.Config{Protocol: scanner.GM65})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		engine.Close()
		cancel()
		<-served
	}()
	if err := engine.Start(ctx); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		camera.Present(wechatCode)
		if _, err := engine.Next(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStart is from the key to the engine's acknowledgement of its
// trigger, and back.
func BenchmarkStart(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	line, end := devicetest.NewLine()
	camera := scannertest.New(scannertest.Config{HostBaud: end.Baud})
	served := make(chan error, 1)
	go func() { served <- camera.Serve(ctx, end) }()
	engine, err := scanner.Open(line, scanner.Config{Protocol: scanner.GM65})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		engine.Close()
		cancel()
		<-served
	}()
	for b.Loop() {
		if err := engine.Start(ctx); err != nil {
			b.Fatal(err)
		}
		if err := engine.Stop(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
