package printer_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/printer"
	"smartpos/printer/printertest"
)

// A pipeLine is a line in memory. What is written has left at once.
type pipeLine struct{ net.Conn }

func (pipeLine) Drain() error        { return nil }
func (p pipeLine) SetBaud(int) error { return nil }

// A rig is a driver with an emulated printer at the other end of its line.
type rig struct {
	*printer.Driver
	p       *printertest.Printer
	line    pipeLine
	far     net.Conn
	stopped chan error
}

// connect runs the printer on a new line. Tests call it inside a synctest bubble, so time costs nothing, and a
// goroutine that is left over fails the test.
func connect(t *testing.T, p *printertest.Printer, m printer.Model, o printer.Options) *rig {
	t.Helper()
	near, far := net.Pipe()
	r := &rig{p: p, line: pipeLine{near}, far: far, stopped: make(chan error, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { r.stopped <- p.Serve(ctx, far) }()
	t.Cleanup(func() {
		cancel()
		near.Close()
		<-r.stopped
	})
	r.Driver = printer.New(r.line, m, o)
	return r
}

// settle waits until the printer has printed what it can.
func settle() {
	time.Sleep(time.Minute)
	synctest.Wait()
}

// wantFault checks that err is a *Fault of that cause and extent.
func wantFault(t *testing.T, err error, cause printer.Cause, extent printer.Extent) {
	t.Helper()
	var f *printer.Fault
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a fault: %v", err, cause)
	}
	if f.Cause != cause || f.Extent != extent {
		t.Errorf("got %v; want %v, %v", f, cause, extent)
	}
}

// slip is a short receipt with a QR code.
func slip(name string) printer.Receipt {
	return printer.Receipt{Elements: []printer.Element{
		printer.Text{S: name, Align: printer.Center, Size: printer.Large},
		printer.Pair{Left: "实付", Right: "¥12.34"},
		printer.QR{Content: "https://pay.example.com/r/" + name},
		printer.Text{S: "end of " + name},
		printer.Cut{},
	}}
}
