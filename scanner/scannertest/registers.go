package scannertest

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"time"
)

// The registers that mean something to the emulation; the others only keep
// what is written to them.
const (
	regMode     = 0x00 // bits 1–0: 0 manual, 1 command, 2 continuous, 3 sensor
	regTrigger  = 0x02 // bit 0: 1 starts a read; it goes back to 0 by itself
	regInterval = 0x05 // between reads, 0.1 s
	regTimeout  = 0x06 // of a read, 0.1 s; 0: none
	regEncoding = 0x0D // bits 3–2: 00 GBK, anything else is taken for UTF-8 here
	regBaud     = 0x2A // 3 MHz divided by the rate, low byte first
	regTail     = 0x60 // bits 6–5: CR, CRLF, TAB, none; bit 0: tail on
	regSleep    = 0xD9 // 00 wakes, A0 and A5 send to sleep, 55 restores the factory's settings

	tenth     = 100 * time.Millisecond
	baudClock = 3_000_000
	forgets   = 400 * time.Millisecond // a frame that stops for so long is dropped
)

func factory(baud int) (regs [256]byte) {
	regs[regMode] = 0xD4
	regs[regInterval] = 10
	regs[regTimeout] = 50
	divisor := (baudClock + baud/2) / baud
	regs[regBaud], regs[regBaud+1] = byte(divisor), byte(divisor>>8)
	return regs
}

func baudOf(low, high byte) int {
	divisor := int(low) | int(high)<<8
	for _, b := range []int{1200, 4800, 9600, 14400, 19200, 38400, 57600, 115200} {
		if (baudClock+b/2)/b == divisor {
			return b
		}
	}
	return baudClock / max(divisor, 1)
}

// selfTriggered: the engine needs no trigger.
func (e *Engine) selfTriggered() bool {
	if e.cfg.Plain {
		return e.cfg.Continuous
	}
	return e.regs[regMode]&3 >= 2
}

// asleep says whether the engine sleeps: then it obeys nothing but the command
// that wakes it.
func (e *Engine) asleep() bool {
	return !e.cfg.Plain && (e.regs[regSleep] == 0xA0 || e.regs[regSleep] == 0xA5)
}

// active says whether the engine is looking for codes; the lock is held.
func (e *Engine) active(now time.Time) bool {
	if e.asleep() {
		return false
	}
	if e.selfTriggered() {
		return true
	}
	if e.reading && !e.until.IsZero() && !now.Before(e.until) {
		e.reading = false
	}
	return e.reading
}

// trigger starts a read; the lock is held.
func (e *Engine) trigger() {
	e.triggers++
	e.reading = true
	e.until = time.Time{}
	if n := e.regs[regTimeout]; n > 0 {
		e.until = time.Now().Add(time.Duration(n) * tenth)
	}
}

func (e *Engine) sendsUTF8() bool {
	if e.cfg.Plain {
		return e.cfg.UTF8
	}
	return e.regs[regEncoding]&0x0C != 0
}

func (e *Engine) tail() string {
	if e.cfg.Plain {
		return e.cfg.Tail
	}
	if e.regs[regTail]&1 == 0 {
		return ""
	}
	return [4]string{"\r", "\r\n", "\t", ""}[e.regs[regTail]>>5&3]
}

// pull moves the trigger wire.
func (e *Engine) pull(active bool) {
	e.mu.Lock()
	manual := e.cfg.Plain && !e.cfg.Continuous || !e.cfg.Plain && e.regs[regMode]&3 == 0
	switch {
	case active && !e.pin && manual:
		e.trigger()
	case !active && manual && !e.cfg.Plain:
		e.reading = false // a GM65 reads only while the wire is held
	}
	e.pin = active
	e.mu.Unlock()
	e.nudge()
}

// hear takes bytes from the host and answers whole commands.
func (e *Engine) hear(ctx context.Context, w io.Writer, b []byte) error {
	e.mu.Lock()
	if e.cfg.Plain || e.fault == Silent {
		e.mu.Unlock()
		return nil
	}
	if !e.rateFits() {
		garble(b)
	}
	var out [][]byte
	for _, c := range e.parser.write(time.Now(), b) {
		if a := e.obey(c); a != nil {
			out = append(out, a)
		}
	}
	e.mu.Unlock()
	for _, a := range out {
		if err := e.send(ctx, w, a); err != nil {
			return err
		}
	}
	e.settle()
	return nil
}

// settle takes over a new baud rate once the answer has left at the old one.
func (e *Engine) settle() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.baud = baudOf(e.regs[regBaud], e.regs[regBaud+1])
}

// obey carries out a command and gives its answer; the lock is held.
func (e *Engine) obey(c cmd) []byte {
	answer := func(head, typ byte, data ...byte) []byte {
		a := append([]byte{head, 0, typ, byte(len(data))}, data...)
		crc := xmodem(a[2:])
		if e.fault == BadCRC {
			crc = ^crc
		}
		return binary.BigEndian.AppendUint16(a, crc)
	}
	wakes := c.typ == 0x08 && c.address == regSleep
	if !c.good || e.asleep() && !wakes {
		return nil
	}
	switch c.typ {
	case 0x07:
		data := make([]byte, 0, 8)
		for i := range int(c.data[0]) {
			data = append(data, e.regs[byte(c.address+uint16(i))])
		}
		return answer(0x02, 0, data...)
	case 0x08:
		for i, v := range c.data {
			e.set(byte(c.address+uint16(i)), v)
		}
		return answer(0x02, 0, 0)
	case 0x09:
		e.flash = e.regs
		return answer(0x02, 0, 0)
	case 0x0A:
		return answer(0x03, 0, 0)
	}
	return answer(0x02, 3, 1) // unknown command, as a Newland engine puts it
}

func (e *Engine) set(reg, v byte) {
	switch {
	case reg == regTrigger && e.regs[regMode]&3 == 1:
		e.reading = false
		if v&1 != 0 {
			e.trigger()
		}
	case reg == regTrigger:
	case reg == regSleep && v == 0x55:
		e.regs = factory(9600)
	default:
		e.regs[reg] = v
		if reg == regMode {
			e.reading = false
		}
	}
}

// cmd is a frame from the host.
type cmd struct {
	typ     byte
	address uint16
	data    []byte
	good    bool // its CRC is right, or AB CD
}

// parser finds frames in what the host sends:
// 7E 00 | type | length | address (2) | data (length) | CRC (2).
type parser struct {
	buf []byte
	at  time.Time
}

func (p *parser) write(now time.Time, b []byte) []cmd {
	if now.Sub(p.at) > forgets {
		p.buf = nil
	}
	p.at = now
	p.buf = append(p.buf, b...)
	var cmds []cmd
	for {
		start := bytes.Index(p.buf, []byte{0x7E, 0x00})
		if start < 0 {
			if n := len(p.buf); n > 0 && p.buf[n-1] == 0x7E {
				p.buf = []byte{0x7E}
			} else {
				p.buf = nil
			}
			return cmds
		}
		p.buf = p.buf[start:]
		if len(p.buf) < 4 || len(p.buf) < 8+int(p.buf[3]) {
			return cmds
		}
		n := int(p.buf[3])
		f := p.buf[:8+n]
		p.buf = p.buf[8+n:]
		crc := binary.BigEndian.Uint16(f[6+n:])
		cmds = append(cmds, cmd{
			typ: f[2], address: binary.BigEndian.Uint16(f[4:]), data: f[6 : 6+n],
			good: n > 0 && (crc == 0xABCD || crc == xmodem(f[2:6+n])),
		})
	}
}

// xmodem is CRC-16/XMODEM by nibbles, on purpose not the way the driver does it.
func xmodem(b []byte) uint16 {
	var table [16]uint16
	for i := range table {
		table[i] = uint16(i) * 0x1021
	}
	var crc uint16
	for _, c := range b {
		crc = crc<<4 ^ table[crc>>12^uint16(c>>4)]
		crc = crc<<4 ^ table[crc>>12^uint16(c&15)]
	}
	return crc
}
