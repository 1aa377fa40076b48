package scannertest_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/scanner/scannertest"
)

// host is the other end of an emulated engine's line, by hand.
type host struct {
	t    *testing.T
	conn net.Conn
	in   chan byte
}

func onLine(t *testing.T, e *scannertest.Engine) *host {
	t.Helper()
	near, far := net.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- e.Serve(ctx, far) }()
	h := &host{t: t, conn: near, in: make(chan byte, 8192)}
	go func() {
		buf := make([]byte, 512)
		for {
			n, err := near.Read(buf)
			for _, c := range buf[:n] {
				h.in <- c
			}
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil && !errors.Is(err, scannertest.ErrUnplugged) {
			t.Errorf("Serve: %v", err)
		}
		near.Close()
	})
	return h
}

func bytesOf(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (h *host) send(s string) {
	h.t.Helper()
	if _, err := h.conn.Write(bytesOf(h.t, s)); err != nil {
		h.t.Fatal(err)
	}
	synctest.Wait() // the engine has dealt with it
}

// got is what has arrived once nothing more happens by itself.
func (h *host) got() string {
	synctest.Wait()
	var b []byte
	for {
		select {
		case c := <-h.in:
			b = append(b, c)
			continue
		default:
		}
		return fmt.Sprintf("% X", b)
	}
}

func (h *host) want(what, want string) {
	h.t.Helper()
	if got := h.got(); got != want {
		h.t.Errorf("%s: %s, want %s", what, got, want)
	}
}

const ack = "02 00 00 01 00 33 31"

// The exchanges that the manuals print.
func TestWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := scannertest.New(scannertest.Config{Flash: map[uint16]byte{0x0A: 0x3E}})
		h := onLine(t, e)
		for _, tc := range []struct{ name, send, want string }{
			{"read", "7E 00 07 01 00 0A 01 EE 8A", "02 00 00 01 3E E4 AC"},
			{"write", "7E 00 08 01 00 0A 3E 4C CF", ack},
			{"heartbeat", "7E 00 0A 01 00 00 00 30 1A", "03 00 00 01 00 33 31"},
			{"save", "7E 00 09 01 00 00 00 DE C8", ack},
			{"do not check", "7E 00 08 01 00 0A 11 AB CD", ack},
			{"wrong CRC", "7E 00 08 01 00 0A 3E 4C CE", ""},
			{"unknown command", "7E 00 0C 01 00 00 00 AB CD", "02 00 03 01 01 7A 40"},
			{"noise before", "55 7E 7E 7E 00 07 01 00 0A 01 EE 8A", "02 00 00 01 11 12 12"},
			{"two at once", "7E 00 0A 01 00 00 00 30 1A 7E 00 0A 01 00 00 00 30 1A", "03 00 00 01 00 33 31 03 00 00 01 00 33 31"},
			{"half a frame", "7E 00 07 01 00", ""},
			{"and its rest in time", "0A 01 EE 8A", "02 00 00 01 11 12 12"},
		} {
			h.send(tc.send)
			if tc.name == "unknown command" || strings.Contains(tc.want, "11 12 12") { // not printed in a manual
				if got := h.got(); len(got) != len(tc.want) || got[:11] != tc.want[:11] {
					t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
				}
				continue
			}
			h.want(tc.name, tc.want)
		}
		h.send("7E 00 07 01 00")
		time.Sleep(401 * time.Millisecond)
		h.send("0A 01 EE 8A")
		h.want("the rest of a frame after 400 ms", "")
	})
}

func TestTriggerAndItsTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := scannertest.New(scannertest.Config{Flash: map[uint16]byte{0x00: 0xD5, 0x06: 20, 0x60: 0x01}})
		h := onLine(t, e)
		s := e.Present("12")
		h.want("untriggered", "")
		h.send("7E 00 08 01 00 02 01 02 DA")
		h.want("the answer comes before the data", ack+" 31 32 0D")
		if err := s.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		e.Present("34")
		h.want("one trigger, one read", "")
		h.send("7E 00 08 01 00 02 01 02 DA")
		h.want("second trigger", ack+" 33 34 0D")

		h.send("7E 00 08 01 00 02 01 02 DA")
		time.Sleep(2001 * time.Millisecond)
		late := e.Present("56")
		h.want("after the read time-out", ack)
		late.Withdraw()
		if err := late.Wait(t.Context()); !errors.Is(err, scannertest.ErrWithdrawn) {
			t.Errorf("Wait: %v", err)
		}
		h.send("7E 00 08 01 00 02 01 02 DA")
		h.send("7E 00 08 01 00 02 00 12 FB")
		e.Present("78")
		h.want("stopped", ack+" "+ack)
	})
}

func TestContinuousDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := scannertest.New(scannertest.Config{Flash: map[uint16]byte{0x00: 0xD6, 0x05: 15, 0x60: 0x21}})
		h := onLine(t, e)
		s := e.Hold("7")
		h.want("first", "37 0D 0A")
		time.Sleep(1499 * time.Millisecond)
		h.want("too soon", "")
		time.Sleep(2 * time.Millisecond)
		h.want("again", "37 0D 0A")
		s.Withdraw()
		time.Sleep(time.Minute)
		h.want("gone", "")
	})
}

func TestSavedAndUnsaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := scannertest.New(scannertest.Config{})
		h := onLine(t, e)
		h.send("7E 00 08 01 00 0A 3E 4C CF")
		h.send("7E 00 08 02 00 2A 1A 00 E4 7E")
		h.want("set", ack+" "+ack)
		if e.Register(0x0A) != 0x3E || e.Baud() != 115200 || e.Saved(0x0A) != 0 {
			t.Errorf("register %02X, %d baud", e.Register(0x0A), e.Baud())
		}
		e.Restart()
		if e.Register(0x0A) != 0 || e.Baud() != 9600 {
			t.Errorf("after a restart: register %02X, %d baud", e.Register(0x0A), e.Baud())
		}
		h.send("7E 00 08 01 00 0A 3E 4C CF")
		h.send("7E 00 09 01 00 00 00 DE C8")
		h.got()
		e.Restart()
		if e.Register(0x0A) != 0x3E {
			t.Error("a saved setting was lost")
		}
		h.send("7E 00 08 01 00 D9 55 D1 76")
		h.want("defaults", ack)
		if e.Register(0x0A) != 0 {
			t.Error("the factory's settings did not come back")
		}
	})
}

func TestWrongBaudGarblesBothWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		baud := 115200
		e := scannertest.New(scannertest.Config{HostBaud: func() int { return baud }, Flash: map[uint16]byte{0x00: 0xD6}})
		h := onLine(t, e)
		h.send("7E 00 0A 01 00 00 00 30 1A")
		h.want("a command at the wrong rate", "")
		e.Present("123")
		if got := h.got(); len(got) != len("31 32 33") || strings.Contains(got, "31") {
			t.Errorf("text at the wrong rate: %s", got)
		}
		baud = 9600
		time.Sleep(time.Second)
		h.send("7E 00 0A 01 00 00 00 30 1A")
		h.want("at the right one", "03 00 00 01 00 33 31")
	})
}

func TestEncodingAndPlain(t *testing.T) {
	gbk, utf := "BF C9 BF DA", "E5 8F AF E5 8F A3"
	for name, tc := range map[string]struct {
		cfg  scannertest.Config
		want string
	}{
		"gm65 GBK":   {scannertest.Config{Flash: map[uint16]byte{0x00: 0xD6}}, gbk},
		"gm65 UTF-8": {scannertest.Config{Flash: map[uint16]byte{0x00: 0xD6, 0x0D: 0x04}}, utf},
		"plain GBK":  {scannertest.Config{Plain: true, Continuous: true}, gbk + " 0D 0A"},
		"plain none": {scannertest.Config{Plain: true, Continuous: true, UTF8: true, Tail: "none"}, utf},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := scannertest.New(tc.cfg)
				h := onLine(t, e)
				e.Present("可口")
				h.want("text", tc.want)
			})
		})
	}
}

func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := scannertest.New(scannertest.Config{Flash: map[uint16]byte{0x00: 0xD6, 0x05: 0, 0x60: 0x01}})
		h := onLine(t, e)
		e.Set(scannertest.Silent)
		s := e.Present("1234")
		h.send("7E 00 0A 01 00 00 00 30 1A")
		h.want("silent", "")
		e.Set(scannertest.Truncated)
		h.want("truncated", "31 32")
		if err := s.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		e.Set(scannertest.Garbled)
		e.Present("1234")
		h.want("garbled", "AB A8 A9 AE 0D")
		e.Set(scannertest.BadCRC)
		h.send("7E 00 0A 01 00 00 00 30 1A")
		h.want("bad CRC", "03 00 00 01 00 CC CE")
		e.Set(scannertest.OK)
		e.Present("12")
		h.want("mended", "31 32 0D")
		e.Set(scannertest.Unplugged)
	})
	if len(scannertest.Faults()) != 6 {
		t.Error("Faults does not list every fault")
	}
}

func TestBounds(t *testing.T) {
	e := scannertest.New(scannertest.Config{})
	var last *scannertest.Sight
	for range 65 {
		last = e.Present("1")
	}
	if err := last.Wait(t.Context()); !errors.Is(err, scannertest.ErrFull) {
		t.Errorf("Wait: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Hold("2").Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait: %v", err)
	}
}

func TestOneLineAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := scannertest.New(scannertest.Config{})
		onLine(t, e)
		synctest.Wait()
		if err := e.Serve(t.Context(), &bytes.Buffer{}); !errors.Is(err, scannertest.ErrBusy) {
			t.Errorf("Serve: %v", err)
		}
	})
	e := scannertest.New(scannertest.Config{})
	if err := e.Serve(t.Context(), &bytes.Buffer{}); !errors.Is(err, io.EOF) {
		t.Errorf("Serve on a line that ends: %v", err)
	}
}

// A host that has stopped reading does not keep the board from ending.
func TestServeEndsThoughNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := scannertest.New(scannertest.Config{Plain: true, Continuous: true})
		near, far := net.Pipe()
		defer near.Close()
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- e.Serve(ctx, far) }()
		e.Present("1234")
		synctest.Wait()
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

// Whatever a host sends, the emulation answers or is quiet, and still works.
func FuzzHost(f *testing.F) {
	f.Add([]byte{0x7E, 0x00, 0x07, 0xFF, 0x00, 0x0A, 0xFF, 0xEE, 0x8A})
	f.Add([]byte{0x7E, 0x00, 0x07, 0x01, 0xFF, 0xFF, 0xFF, 0xAB, 0xCD})
	f.Add([]byte{0x7E, 0x00, 0x08, 0x02, 0x00, 0x2A, 0x00, 0x00, 0xAB, 0xCD})
	f.Add([]byte{0x7E, 0x00, 0x07, 0x00, 0x00, 0x00, 0xAB, 0xCD})
	f.Fuzz(func(t *testing.T, b []byte) {
		e := scannertest.New(scannertest.Config{})
		var out bytes.Buffer
		err := e.Serve(t.Context(), struct {
			io.Reader
			io.Writer
		}{bytes.NewReader(b), &out})
		if !errors.Is(err, io.EOF) {
			t.Errorf("Serve: %v", err)
		}
		if e.Baud() <= 0 {
			t.Errorf("%d baud", e.Baud())
		}
	})
}

// An emulated engine on one end of a line. A host triggers it; the answer
// comes first, then what the camera sees.
func Example() {
	camera := scannertest.New(scannertest.Config{Flash: map[uint16]byte{0x00: 0xD5, 0x60: 0x01}})
	host, end := net.Pipe()
	go camera.Serve(context.Background(), end)

	camera.Present("6901234567892")
	host.Write([]byte{0x7E, 0x00, 0x08, 0x01, 0x00, 0x02, 0x01, 0x02, 0xDA})
	buf := make([]byte, 7+14)
	io.ReadFull(host, buf)
	fmt.Printf("% X\n%q\n", buf[:7], buf[7:])
	camera.Set(scannertest.Unplugged)
	// Output:
	// 02 00 00 01 00 33 31
	// "6901234567892\r"
}
