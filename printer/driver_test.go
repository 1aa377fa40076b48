package printer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/printer"
	"smartpos/printer/printertest"
)

func TestPrint(t *testing.T) {
	for _, cfg := range []printertest.Config{
		{},
		{Baud: 9600, Speed: 400},
		{Baud: 115200, Speed: 200, Buffer: 256}, // faster than it can print: it would lose bytes
		{Baud: 115200, Speed: 300, Flow: printertest.FlowWait, Buffer: 300},
	} {
		for _, qr := range []printer.QRMode{printer.QRNative, printer.QRRaster} {
			t.Run(fmt.Sprintf("%d baud, %d dots/s, buffer %d, %s", cfg.Baud, cfg.Speed, cfg.Buffer, qr), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := connect(t, printertest.New(cfg), printer.Model{QR: qr, Buffer: cfg.Buffer}, printer.Options{Baud: cfg.Baud})
					for i := range 3 {
						if err := r.Print(t.Context(), reference(t)); err != nil {
							t.Fatal(err)
						}
						if !r.p.Idle() {
							t.Error("Print returned before the printer was done")
						}
						paper := r.p.Tear()
						checkReference(t, paper)
						if i > 0 && strings.Contains(string(paper.Raw()), "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00") && qr == printer.QRNative {
							t.Error("NULs were sent to a printer in step")
						}
					}
				})
			})
		}
	}
}

func checkReference(t *testing.T, paper printertest.Paper) {
	t.Helper()
	if u := paper.Unknown(); len(u) > 0 {
		t.Errorf("unknown bytes: %v", u)
	}
	for _, want := range []string{"惠民便利店", "￥60.10", "微信支付 WeChat Pay", "Please come again", "✂"} {
		if !strings.Contains(paper.Text(), want) {
			t.Errorf("paper lacks %q:\n%s", want, paper.Text())
		}
	}
}

// What is wrong before printing is told, and not a dot is printed.
func TestFaultBefore(t *testing.T) {
	for fault, cause := range map[printertest.Fault]printer.Cause{
		printertest.PaperOut:                         printer.PaperOut,
		printertest.CoverOpen:                        printer.CoverOpen,
		printertest.PaperOut | printertest.CoverOpen: printer.PaperOut,
		printertest.FeedButton:                       printer.Offline,
		printertest.Broken:                           printer.Hardware,
		printertest.Unplugged:                        printer.NoAnswer,
		printertest.Dead:                             printer.NoAnswer,
	} {
		t.Run(cause.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := connect(t, printertest.New(printertest.Config{Baud: 115200}), printer.Model{}, printer.Options{})
				r.p.Set(fault)
				wantFault(t, r.Print(t.Context(), slip("A")), cause, printer.NothingPrinted)
				settle()
				r.p.Set(printertest.OK)
				settle()
				if rows := r.p.Paper().Rows(); rows != 0 {
					t.Errorf("%d rows of paper moved", rows)
				}
				if err := r.Print(t.Context(), slip("B")); err != nil {
					t.Fatal("after mending:", err)
				}
				if text := r.p.Paper().Text(); strings.Contains(text, "A") || !strings.Contains(text, "end of B") {
					t.Errorf("paper:\n%s", text)
				}
			})
		})
	}
}

// A receipt that runs out of paper stops there, and goes on where it stopped when there is paper again.
func TestPaperOutDuring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := connect(t, printertest.New(printertest.Config{Baud: 115200, Speed: 400}), printer.Model{}, printer.Options{})
		r.p.SetPaperLeft(200)
		wantFault(t, r.Print(t.Context(), reference(t)), printer.PaperOut, printer.MaybeWhole)
		settle()
		if rows := r.p.Paper().Rows(); rows < 200 || rows > 300 {
			t.Errorf("printed %d rows on 200 rows of paper", rows)
		}
		wantFault(t, r.Print(t.Context(), slip("too early")), printer.PaperOut, printer.NothingPrinted)
		r.p.Set(printertest.OK)
		settle()
		checkReference(t, r.p.Tear())
		if err := r.Print(t.Context(), slip("next")); err != nil {
			t.Fatal(err)
		}
		checkSlip(t, r.p.Paper(), "next")
	})
}

// The next receipt waits while a mended printer finishes the last one.
func TestMendedAndBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := connect(t, printertest.New(printertest.Config{Baud: 115200, Speed: 250}), printer.Model{}, printer.Options{})
		r.p.SetPaperLeft(100)
		wantFault(t, r.Print(t.Context(), reference(t)), printer.PaperOut, printer.MaybeWhole)
		r.p.Set(printertest.OK)
		if err := r.Print(t.Context(), slip("next")); err != nil {
			t.Fatal(err)
		}
		checkReference(t, r.p.Paper())
		checkSlip(t, r.p.Paper(), "next")
	})
}

func checkSlip(t *testing.T, paper printertest.Paper, name string) {
	t.Helper()
	text := paper.Text()
	if !strings.Contains(text, "实付") || !strings.Contains(text, "[") || !strings.Contains(text, "end of "+name) {
		t.Errorf("paper of %s:\n%s", name, text)
	}
	if u := paper.Unknown(); len(u) > 0 {
		t.Errorf("unknown bytes: %v", u)
	}
}

func TestCutterJam(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := connect(t, printertest.New(printertest.Config{Baud: 115200}), printer.Model{}, printer.Options{})
		r.p.Set(printertest.CutterJam)
		wantFault(t, r.Print(t.Context(), slip("A")), printer.CutterStuck, printer.MaybeWhole)
		r.p.Set(printertest.OK)
		if err := r.Print(t.Context(), slip("B")); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNearEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, has := range []bool{true, false} {
			p := printertest.New(printertest.Config{Baud: 115200})
			p.Set(printertest.NearEnd)
			r := connect(t, p, printer.Model{NearEnd: has}, printer.Options{})
			s, err := r.Status(t.Context())
			if err != nil || s.NearEnd != has || s.PaperOut || !s.Online {
				t.Errorf("sensor %v: %+v, %v", has, s, err)
			}
			if err := r.Print(t.Context(), slip("A")); err != nil {
				t.Errorf("sensor %v: %v", has, err)
			}
		}
	})
}

// The cable is pulled, or the printer loses its power for good or for a second, at every place of a receipt. Whatever
// happened, the fault is honest, and the next receipt comes out whole.
func TestBrokenAtEveryByte(t *testing.T) {
	for _, qr := range []printer.QRMode{printer.QRNative, printer.QRRaster} {
		m := printer.Model{QR: qr}
		whole, err := m.Encode(slip("first"))
		if err != nil {
			t.Fatal(err)
		}
		step := len(whole) / 19 // lands in every kind of command
		for at := 1; at < len(whole)+40; at += step {
			for name, breakAt := range breakages {
				synctest.Test(t, func(t *testing.T) { brokenAt(t, m, at, name, breakAt) })
			}
		}
	}
}

// breakages are what may happen to a printer when byte n arrives.
var breakages = map[string]func(p *printertest.Printer, n, at int64){
	"unplugged": func(p *printertest.Printer, n, at int64) {
		if n == at {
			p.Set(printertest.Unplugged)
		}
	},
	"dead": func(p *printertest.Printer, n, at int64) {
		if n == at {
			p.Set(printertest.Dead)
		}
	},
	"power cycled": func(p *printertest.Printer, n, at int64) { // it takes a printer a second to start
		if n == at {
			p.Set(printertest.Dead)
			time.AfterFunc(time.Second, func() { p.Set(printertest.OK) })
		}
	},
}

func brokenAt(t *testing.T, m printer.Model, at int, name string, breakAt func(*printertest.Printer, int64, int64)) {
	var p *printertest.Printer
	var second atomic.Bool
	p = printertest.New(printertest.Config{Baud: 115200, OnByte: func(n int64) {
		if !second.Load() {
			breakAt(p, n, int64(at))
		}
	}})
	r := connect(t, p, m, printer.Options{})
	err := r.Print(t.Context(), slip("first"))
	settle()
	var f *printer.Fault
	switch ink := p.Paper().Rows() > 0; {
	case err == nil:
		checkSlip(t, p.Paper(), "first")
	case !errors.As(err, &f):
		t.Errorf("%s at %d: %v is no *Fault", name, at, err)
	case ink && f.Extent == printer.NothingPrinted:
		t.Errorf("%s at %d: %v, but something was", name, at, err)
	case f.Extent == printer.MaybePartial && strings.Contains(p.Paper().Text(), "✂"):
		t.Errorf("%s at %d: %v, but all was", name, at, err)
	}
	p.Set(printertest.OK)
	settle()
	p.Tear()
	second.Store(true)
	if err := r.Print(t.Context(), slip("second")); err != nil {
		t.Fatalf("%s at %d, mended: %v", name, at, err)
	}
	text := p.Paper().Text()
	if !strings.Contains(text, "实付") || !strings.Contains(text, "end of second") {
		t.Errorf("%s at %d: the second receipt:\n%s", name, at, text)
	}
}

// A line that vanishes is told apart from a printer that is silent.
func TestLineGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r *rig
		p := printertest.New(printertest.Config{Baud: 115200, OnByte: func(n int64) {
			if n == 200 {
				r.far.Close()
			}
		}})
		r = connect(t, p, printer.Model{}, printer.Options{Name: "till printer"})
		err := r.Print(t.Context(), reference(t))
		wantFault(t, err, printer.Gone, printer.MaybePartial)
		if !strings.HasPrefix(err.Error(), "till printer: print: line gone; it may be partly printed") {
			t.Errorf("error text: %v", err)
		}
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := printertest.New(printertest.Config{Baud: 9600, Speed: 400})
		r := connect(t, p, printer.Model{QR: printer.QRRaster}, printer.Options{Baud: 9600})
		ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
		defer cancel()
		err := r.Print(ctx, reference(t))
		wantFault(t, err, printer.Canceled, printer.MaybePartial)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v does not wrap the context's error", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		wantFault(t, r.Print(gone, slip("A")), printer.Canceled, printer.NothingPrinted)
		if err := r.Print(t.Context(), slip("B")); err != nil {
			t.Fatal(err)
		}
		if text := p.Paper().Text(); !strings.Contains(text, "end of B") {
			t.Errorf("paper:\n%s", text)
		}
	})
}

// Receipts printed at once come out one after the other.
func TestConcurrent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := connect(t, printertest.New(printertest.Config{Baud: 115200}), printer.Model{}, printer.Options{})
		var wg sync.WaitGroup
		for i := range 5 {
			wg.Go(func() {
				if err := r.Print(t.Context(), slip(fmt.Sprint("R", i))); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if _, err := r.Status(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		pieces := strings.Split(r.p.Paper().Text(), "✂")
		if len(pieces) != 6 {
			t.Fatalf("%d pieces", len(pieces))
		}
		for _, piece := range pieces[:5] {
			if strings.Count(piece, "end of") != 1 || strings.Count(piece, "实付") != 1 {
				t.Errorf("a piece of paper:\n%s", piece)
			}
		}
	})
}

// A printer whose buffer is stuck in a raster of somebody else's is brought back into step.
func TestHalfEatenRaster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := printertest.New(printertest.Config{})
		r := connect(t, p, printer.Model{}, printer.Options{})
		r.line.Write([]byte("\x1Dv0\x03\x0D\x00\x40\x00half of it"))
		if err := r.Print(t.Context(), slip("A")); err != nil {
			t.Fatal(err)
		}
		checkSlip(t, p.Paper(), "A")
	})
}

// A receipt that a restarted terminal left unfinished is cut off.
func TestUnfinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := printertest.New(printertest.Config{})
		r := connect(t, p, printer.Model{}, printer.Options{Unfinished: true})
		r.line.Write([]byte("half a receipt\nand half a li"))
		if err := r.Print(t.Context(), slip("A")); err != nil {
			t.Fatal(err)
		}
		if text := p.Paper().Text(); !strings.HasPrefix(text, "half a receipt\n✂") || strings.Contains(text, "half a li") {
			t.Errorf("paper:\n%s", text)
		}
	})
}

// A printer that lost its power with the terminal owes no answer, and the cashier does not wait for one; one that kept
// its power answers first what the terminal asked before, and that is not taken for an answer to what it asks now.
func TestUnfinishedOwesOrNot(t *testing.T) {
	for name, c := range map[string]struct {
		before string
		limit  time.Duration
	}{
		"power lost":                              {"", time.Second},
		"power kept, an answer owed":              {"half a receipt\n\x1Dr\x01", time.Second},
		"power kept, an answer and half a raster": {"half a receipt\n\x1Dr\x01\x1Dv0\x03\x0D\x00\x40\x00half of it", 10 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := printertest.New(printertest.Config{})
			r := connect(t, p, printer.Model{}, printer.Options{Unfinished: true})
			r.line.Write([]byte(c.before))
			began := time.Now()
			for _, s := range []string{"A", "B"} {
				if err := r.Print(t.Context(), slip(s)); err != nil {
					t.Fatalf("%s: slip %s: %v", name, s, err)
				}
			}
			if took := time.Since(began); took > c.limit {
				t.Errorf("%s: it took %v", name, took)
			}
			pieces := strings.Split(p.Paper().Text(), "✂")
			if n := len(pieces); n < 3 || !strings.Contains(pieces[n-3], "end of A") || !strings.Contains(pieces[n-2], "end of B") {
				t.Errorf("%s: paper:\n%s", name, p.Paper().Text())
			}
		})
	}
}

func TestUnprintable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := connect(t, printertest.New(printertest.Config{}), printer.Model{}, printer.Options{})
		err := r.Print(t.Context(), printer.Receipt{Elements: []printer.Element{printer.QR{Content: "a\x1B@b"}}})
		wantFault(t, err, printer.Unprintable, printer.NothingPrinted)
		if !errors.Is(err, printer.ErrReceipt) {
			t.Errorf("%v is not ErrReceipt", err)
		}
		if r.p.Received() != 0 {
			t.Error("bytes were sent all the same")
		}
	})
}
