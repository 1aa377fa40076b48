package printer_test

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"smartpos/printer"
	"smartpos/printer/printertest"
)

// A failingLine is a line whose nth call fails: nothing of a Write is taken, or half of it, or all of it when Drain fails.
type failingLine struct {
	pipeLine
	left  int
	fault error
	half  bool
}

func (l *failingLine) fails() bool {
	l.left--
	return l.left == 0
}

func (l *failingLine) Write(b []byte) (int, error) {
	if !l.fails() {
		return l.pipeLine.Write(b)
	}
	n := 0
	if l.half {
		n, _ = l.pipeLine.Write(b[:len(b)/2])
	}
	return n, l.fault
}

func (l *failingLine) Drain() error {
	if l.fails() {
		return l.fault
	}
	return l.pipeLine.Drain()
}

// Each write to the line fails, and each wait until it has left, from the first question to the last segment: the fault
// is honest about what may be on paper, and the next receipt comes out whole.
func TestEveryWriteFails(t *testing.T) {
	for name, c := range map[string]struct {
		fault error
		half  bool
	}{
		"nothing taken": {syscall.EIO, false}, "half taken": {syscall.EIO, true},
		"held up": {os.ErrDeadlineExceeded, false}, "half, then held up": {os.ErrDeadlineExceeded, true},
	} {
		for _, qr := range []printer.QRMode{printer.QRNative, printer.QRRaster} {
			t.Run(name+" "+string(qr), func(t *testing.T) {
				n, reached := 0, true
				for reached {
					n++
					synctest.Test(t, func(t *testing.T) { reached = writeFails(t, printer.Model{QR: qr}, n, c.fault, c.half) })
				}
				if t.Logf("%d calls", n-1); n < 10 {
					t.Error("too few to be a receipt")
				}
			})
		}
	}
}

// writeFails is one case. It reports whether there were so many calls.
func writeFails(t *testing.T, m printer.Model, n int, fault error, half bool) (reached bool) {
	p := printertest.New(printertest.Config{Baud: 115200})
	r := connect(t, p, m, printer.Options{})
	line := &failingLine{pipeLine: r.line, left: n, fault: fault, half: half}
	driver := printer.New(line, m, printer.Options{})
	err := driver.Print(t.Context(), slip("first"))
	settle()
	reached = line.left <= 0
	line.left = 0
	var f *printer.Fault
	switch text := p.Paper().Text(); {
	case !reached && err != nil:
		t.Fatalf("call %d, which is none: %v", n, err)
	case err == nil && (!strings.Contains(text, "end of first") || !strings.Contains(text, "✂")):
		t.Errorf("call %d: no fault, and the receipt is\n%s", n, text)
	case err == nil: // a question that was asked again
	case !errors.As(err, &f):
		t.Errorf("call %d: %v is no *Fault", n, err)
	case p.Paper().Rows() > 0 && f.Extent == printer.NothingPrinted:
		t.Errorf("call %d: %v, but something was", n, err)
	case f.Extent == printer.MaybePartial && strings.Contains(text, "✂"):
		t.Errorf("call %d: %v, but all was", n, err)
	}
	p.Tear()
	if err := driver.Print(t.Context(), slip("second")); err != nil {
		t.Fatalf("call %d, mended: %v", n, err)
	}
	settle()
	if text := p.Paper().Text(); !strings.Contains(text, "实付") || !strings.Contains(text, "end of second") {
		t.Errorf("call %d: the second receipt:\n%s", n, text)
	}
	return reached
}
