package scanner_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/scanner"
	"smartpos/scanner/scannertest"
)

var save = []byte{0x7E, 0x00, 0x09}

func inBubble(t *testing.T, fake scannertest.Config, cfg scanner.Config, f func(t *testing.T, r *rig)) {
	t.Helper()
	cfg.Protocol = scanner.GM65
	if cfg.Reread == 0 {
		cfg.Reread = time.Second
	}
	synctest.Test(t, func(t *testing.T) { f(t, newRig(t, fake, cfg)) })
}

func TestSetUp(t *testing.T) {
	for _, tc := range []struct {
		mode scanner.Mode
		want byte // the mode register: only its two lowest bits may change
	}{{scanner.Command, 0xD5}, {scanner.Trigger, 0xD4}, {scanner.Continuous, 0xD6}} {
		t.Run(string(tc.mode), func(t *testing.T) {
			fake := scannertest.Config{Flash: map[uint16]byte{0x0D: 0x05, 0x60: 0xFF&^0x60 | 0x20}}
			cfg := scanner.Config{Mode: tc.mode, Encoding: scanner.GBK, Reread: 1200 * time.Millisecond, ReadTimeout: 7 * time.Second}
			inBubble(t, fake, cfg, func(t *testing.T, r *rig) {
				r.start()
				for reg, want := range map[byte]byte{0x00: tc.want, 0x05: 12, 0x06: 70, 0x0D: 0x01, 0x60: 0x91} {
					if got := r.fake.Register(reg); got != want {
						t.Errorf("register %02X is %02X, want %02X", reg, got, want)
					}
				}
				if bytes.Contains(r.cable.hostWrote(), save) {
					t.Error("the settings were saved to flash, which wears out")
				}
			})
		})
	}
}

// An engine that is set up already is only read, not written.
func TestSetUpWritesNothingTwice(t *testing.T) {
	inBubble(t, scannertest.Config{}, scanner.Config{}, func(t *testing.T, r *rig) {
		r.start()
		r.stop()
		r.unplug()
		r.wantState(scanner.Unplugged, scanner.ErrUnplugged)
		before := len(r.cable.hostWrote())
		r.plug()
		r.wantState(scanner.Ready, scanner.ErrBack)
		if b := r.cable.hostWrote()[before:]; bytes.Contains(b, []byte{0x7E, 0x00, 0x08}) {
			t.Errorf("registers were written though they were right: % X", b)
		}
	})
}

func TestBaudIsFoundInTheProfilesOrder(t *testing.T) {
	cfg := scanner.Config{Baud: 57600, Bauds: []int{9600, 57600, 115200}}
	for _, baud := range []int{9600, 57600, 115200} {
		t.Run(fmt.Sprint(baud), func(t *testing.T) {
			inBubble(t, scannertest.Config{Baud: baud}, cfg, func(t *testing.T, r *rig) {
				r.start()
				r.fake.Present(wechatCode)
				r.wantRead(wechatCode)
				if got := r.cable.hostBaud(); got != baud {
					t.Errorf("found at %d, it is at %d", got, baud)
				}
			})
		})
	}
}

// Somebody changes the rate with a setup code while the terminal runs.
func TestBaudChangesBehindOurBack(t *testing.T) {
	inBubble(t, scannertest.Config{}, scanner.Config{Bauds: []int{57600, 115200}}, func(t *testing.T, r *rig) {
		r.start()
		// 115200 baud, as the manual prints it; the cable carries it for us.
		r.cable.far().toEngine.write([]byte{0x7E, 0x00, 0x08, 0x02, 0x00, 0x2A, 0x1A, 0x00, 0xE4, 0x7E})
		r.wantState(scanner.Silent, scanner.ErrNoAnswer)
		r.wantState(scanner.Ready, scanner.ErrBack)
		if r.fake.Baud() != 115200 || r.cable.hostBaud() != 115200 {
			t.Fatalf("engine at %d, host at %d", r.fake.Baud(), r.cable.hostBaud())
		}
		r.fake.Present(wechatCode)
		r.wantRead(wechatCode)
	})
}

func TestSilentFromTheStart(t *testing.T) {
	inBubble(t, scannertest.Config{Baud: 38400}, scanner.Config{Bauds: []int{57600, 115200}}, func(t *testing.T, r *rig) {
		if err := r.engine.Start(r.ctx); !errors.Is(err, scanner.ErrNoAnswer) {
			t.Fatalf("Start: %v", err)
		}
		r.wantState(scanner.Silent, scanner.ErrNoAnswer)
		r.wantNothing(2 * time.Minute)
		began := time.Now()
		if err := r.engine.Start(r.ctx); err != nil && !errors.Is(err, scanner.ErrNoAnswer) || time.Since(began) > 100*time.Millisecond {
			t.Errorf("Start of an engine known to be silent: %v after %v", err, time.Since(began))
		}
	})
}

func TestSilentAndMended(t *testing.T) {
	for _, fault := range []scannertest.Fault{scannertest.Silent, scannertest.BadCRC} {
		t.Run(string(fault), func(t *testing.T) {
			inBubble(t, scannertest.Config{}, scanner.Config{}, func(t *testing.T, r *rig) {
				r.start()
				r.fake.Set(fault)
				r.wantState(scanner.Silent, scanner.ErrNoAnswer)
				r.fake.Set(scannertest.OK)
				r.wantState(scanner.Ready, scanner.ErrBack)
				r.fake.Present(wechatCode)
				r.wantRead(wechatCode)
			})
		})
	}
}

// A brown-out: the engine is there and answers, but is back in manual mode and
// would never read again.
func TestEngineRestarts(t *testing.T) {
	for _, mode := range []scanner.Mode{scanner.Command, scanner.Continuous} {
		t.Run(string(mode), func(t *testing.T) {
			// No answer is missed and no trigger lapses: only the check can notice.
			cfg := scanner.Config{Mode: mode, ReadTimeout: 25 * time.Second, CheckEvery: 5 * time.Second}
			inBubble(t, scannertest.Config{}, cfg, func(t *testing.T, r *rig) {
				r.start()
				synctest.Wait()
				r.fake.Restart()
				began := time.Now()
				r.fake.Present(wechatCode)
				r.wantRead(wechatCode)
				if d := time.Since(began); d > 6*time.Second {
					t.Errorf("noticed after %v", d)
				}
			})
		})
	}
}

func TestTruncatedIsNoCode(t *testing.T) {
	inBubble(t, scannertest.Config{}, scanner.Config{}, func(t *testing.T, r *rig) {
		r.start()
		r.fake.Set(scannertest.Truncated)
		r.fake.Present("2812345678901234" + "56789012") // its half is a shorter code
		r.wantBad(scanner.Truncated)
		r.fake.Set(scannertest.OK)
		r.fake.Present(alipayCode)
		r.wantRead(alipayCode)
	})
}

func TestEncodings(t *testing.T) {
	const name = "惠民便利店"
	utf8 := map[uint16]byte{0x0D: 0x0C}
	inBubble(t, scannertest.Config{Flash: utf8}, scanner.Config{Encoding: scanner.UTF8}, func(t *testing.T, r *rig) {
		r.start()
		r.fake.Present(name)
		r.wantRead(name)
	})
	inBubble(t, scannertest.Config{}, scanner.Config{Encoding: scanner.UTF8}, func(t *testing.T, r *rig) {
		r.start()
		r.fake.Present(name)
		r.wantBad(scanner.BadEncoding)
	})
	inBubble(t, scannertest.Config{Flash: utf8}, scanner.Config{Encoding: scanner.GBK}, func(t *testing.T, r *rig) {
		r.start()
		r.fake.Present(name)
		r.wantRead(name)
	})
}

// The engine is at the other end of slow hands: its answers come late, in
// pieces, twice, or in the middle of a text.
func TestAnswersOutOfStep(t *testing.T) {
	ack := []byte{0x02, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31}
	code := []byte(wechatCode + "\r")
	cut := func(at int) [][]byte { return [][]byte{code[:at], ack, code[at:]} }
	for name, pieces := range map[string][][]byte{
		"in one piece":                   {append(bytes.Clone(ack), code...)},
		"byte by byte":                   bytes.SplitAfter(append(bytes.Clone(ack), code...), nil),
		"answer after the code":          {code, ack},
		"answer after the code's 1st":    cut(1),
		"answer in the middle":           cut(9),
		"answer before the tail":         cut(18),
		"answer in the middle, in bytes": bytes.SplitAfter(bytes.Join(cut(9), nil), nil),
		"answer twice":                   {ack, ack, code},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, scannertest.Config{}, scanner.Config{}, func(t *testing.T, r *rig) {
				r.start()
				r.stop()
				r.fake.Set(scannertest.Silent)
				far := r.cable.far()
				r.cable.onWrite(func(n int) {
					if n != 1 {
						return
					}
					go func() {
						for _, p := range pieces {
							time.Sleep(time.Millisecond)
							far.Write(p)
						}
					}()
				})
				r.start()
				r.wantRead(wechatCode)
			})
		})
	}
}

// The answer to the first try comes when the second was sent already. The
// second's own answer must not be taken for the mode register, which would
// then seem to be wrong.
func TestAnswerLate(t *testing.T) {
	inBubble(t, scannertest.Config{}, scanner.Config{CheckEvery: time.Second}, func(t *testing.T, r *rig) {
		r.start()
		r.stop()
		r.fake.Set(scannertest.Silent)
		far := r.cable.far()
		alive := []byte{0x03, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31}
		before := len(r.cable.hostWrote())
		r.cable.onWrite(func(n int) {
			if n == 2 { // the heartbeat's second try
				go func() {
					far.Write(alive)
					time.Sleep(100 * time.Millisecond)
					far.Write(alive)
					r.fake.Set(scannertest.OK)
				}()
			}
		})
		r.wantNothing(5 * time.Second)
		tail := []byte{0x7E, 0x00, 0x07, 0x01, 0x00, 0x60} // is read in every set-up
		if b := r.cable.hostWrote()[before:]; bytes.Contains(b, tail) {
			t.Errorf("the engine was set up again: % X", b)
		}
		r.start()
		r.fake.Present(wechatCode)
		r.wantRead(wechatCode)
	})
}

// A line that never falls silent is bounded: one bad read, no memory, and the
// first text after the noise is read.
func TestBabble(t *testing.T) {
	inBubble(t, scannertest.Config{}, scanner.Config{}, func(t *testing.T, r *rig) {
		r.start()
		far := r.cable.far()
		for range 1000 {
			far.Write(bytes.Repeat([]byte("U"), 1000))
			time.Sleep(10 * time.Millisecond)
		}
		r.wantBad(scanner.TooLong)
		time.Sleep(time.Second)
		r.fake.Present(wechatCode)
		r.wantRead(wechatCode)
	})
}

// The engine stops by itself when the terminal is closed.
func TestCloseLeavesTheEngineStopped(t *testing.T) {
	for _, mode := range []scanner.Mode{scanner.Command, scanner.Trigger} {
		t.Run(string(mode), func(t *testing.T) {
			cfg := scanner.Config{Mode: mode}
			inBubble(t, scannertest.Config{}, cfg, func(t *testing.T, r *rig) {
				r.start()
				if !r.fake.Reading() {
					t.Fatal("the engine does not read after Start")
				}
				r.stop()
				if r.fake.Reading() {
					t.Fatal("the engine reads after Stop")
				}
				r.start()
				r.engine.Close()
				synctest.Wait()
				if r.fake.Reading() {
					t.Error("the engine reads after Close")
				}
			})
		})
	}
}

func TestSleepingEngineIsWoken(t *testing.T) {
	inBubble(t, scannertest.Config{Flash: map[uint16]byte{0xD9: 0xA5}}, scanner.Config{}, func(t *testing.T, r *rig) {
		r.start()
		r.fake.Present(wechatCode)
		r.wantRead(wechatCode)
	})
}

// While the terminal waits for an answer, half a text comes, a silence, and
// the end of another text. They are not one code.
func TestHalvesAroundASilenceWhileBusy(t *testing.T) {
	inBubble(t, scannertest.Config{}, scanner.Config{CheckEvery: time.Second}, func(t *testing.T, r *rig) {
		r.start()
		far := r.cable.far()
		r.fake.Set(scannertest.Silent)
		r.cable.onWrite(func(n int) {
			if n != 1 { // the heartbeat
				return
			}
			go func() {
				far.Write([]byte("69012"))
				time.Sleep(300 * time.Millisecond)
				far.Write([]byte("34567892\r"))
				r.fake.Set(scannertest.OK)
			}()
		})
		r.wantBad(scanner.Truncated)
		r.wantRead("34567892")
	})
}

// An answer may come in two halves with a pause between them.
func TestAnswerWithAPause(t *testing.T) {
	inBubble(t, scannertest.Config{}, scanner.Config{}, func(t *testing.T, r *rig) {
		r.start()
		r.stop()
		r.fake.Set(scannertest.Silent)
		far := r.cable.far()
		r.cable.onWrite(func(n int) {
			if n != 1 {
				t.Error("the command was repeated")
				return
			}
			go func() {
				far.Write([]byte{0x02, 0x00, 0x00})
				time.Sleep(300 * time.Millisecond)
				far.Write([]byte{0x01, 0x00, 0x33, 0x31})
				far.Write([]byte(wechatCode + "\r"))
			}()
		})
		r.start()
		r.wantRead(wechatCode)
		r.cable.onWrite(nil)
	})
}

// What comes while the engine is looked for is noise of another baud rate.
func TestNoiseDuringTheSearch(t *testing.T) {
	inBubble(t, scannertest.Config{}, scanner.Config{}, func(t *testing.T, r *rig) {
		r.start()
		r.unplug()
		r.wantState(scanner.Unplugged, scanner.ErrUnplugged)
		r.plug()
		far := r.cable.far()
		r.cable.onWrite(func(n int) {
			if n < 4 {
				far.Write([]byte("noise\rnoi"))
			}
		})
		r.wantState(scanner.Ready, scanner.ErrBack)
		r.wantNothing(time.Second)
	})
}

// An engine that is still sending may not listen: it is left in peace.
func TestNoCommandWhileTheEngineTalks(t *testing.T) {
	cfg := scanner.Config{Reread: 100 * time.Millisecond}
	inBubble(t, scannertest.Config{Paced: true}, cfg, func(t *testing.T, r *rig) {
		r.start()
		r.fake.Present(strings.Repeat("7", 6000)) // 6.2 s at 9600 baud
		r.wantBad(scanner.TooLong)
		before := len(r.cable.hostWrote())
		time.Sleep(time.Second)
		if b := r.cable.hostWrote()[before:]; len(b) > 0 {
			t.Errorf("commands in the middle of a text: % X", b)
		}
		r.fake.Present(wechatCode)
		r.wantRead(wechatCode)
	})
}

// Stop in the middle of a long text waits for its end and does not take the
// engine for dead.
func TestStopWhileTheEngineTalks(t *testing.T) {
	inBubble(t, scannertest.Config{Paced: true}, scanner.Config{}, func(t *testing.T, r *rig) {
		r.start()
		r.fake.Present(strings.Repeat("7", 4000)) // 4.2 s
		time.Sleep(time.Second)
		r.stop()
		r.start()
		r.fake.Present(wechatCode)
		r.wantRead(wechatCode)
	})
}
