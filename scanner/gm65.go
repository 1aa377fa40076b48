package scanner

import (
	"errors"
	"fmt"
	"time"
)

// maxTalk is how long a text may keep an engine from answering: 4 kB at 9600
// baud take 4.3 s.
const maxTalk = 5 * time.Second

// gm65 drives GM65, GM861 and engines with the same frames.
type gm65 struct {
	*engine
	mode byte // the mode register as it was set up
}

// connect tries the baud rates in the order of the profile, then sets the
// engine up. Nothing is saved to its flash, which wears out: an engine that
// restarts with its old settings is noticed by check and set up again.
func (g *gm65) connect() error {
	for _, baud := range g.cfg.rates() {
		if err := g.setBaud(baud); err != nil {
			return err
		}
		err := g.probe()
		if err == nil {
			return g.configure()
		}
		if !errors.Is(err, ErrNoAnswer) {
			return err
		}
	}
	return fmt.Errorf("%w at %v baud", ErrNoAnswer, g.cfg.rates())
}

// probe asks for the mode register; an engine that sleeps gets a second call.
func (g *gm65) probe() error {
	g.demux.reset()
	_, err := g.ask(1, typeRead, regMode, 1)
	if !errors.Is(err, ErrNoAnswer) {
		return err
	}
	_, err = g.ask(1, typeWrite, regSleep, 0)
	return err
}

// configure changes only the bits that this driver needs, and only where they
// differ: light, beeper and output port stay as the shop has set them.
func (g *gm65) configure() error {
	if _, err := g.change(regTail, tailMask, tailCR); err != nil {
		return err
	}
	if g.cfg.Encoding == GBK {
		if _, err := g.change(regEncoding, encodingMask, 0); err != nil {
			return err
		}
	}
	want := [2]byte{tenths(g.cfg.Reread), tenths(g.cfg.ReadTimeout)}
	now, err := g.ask(tries, typeRead, regInterval, byte(len(want)))
	if err != nil {
		return err
	}
	if [2]byte(now) != want {
		if _, err := g.ask(tries, typeWrite, regInterval, want[:]...); err != nil {
			return err
		}
	}
	// The mode comes last: in continuous mode the engine reads from then on.
	mode := map[Mode]byte{Trigger: 0, Command: 1, Continuous: 2}[g.cfg.Mode]
	g.mode, err = g.change(regMode, modeMask, mode)
	return err
}

// change sets the bits of mask in a register and returns its new value.
func (g *gm65) change(reg uint16, mask, bits byte) (byte, error) {
	now, err := g.ask(tries, typeRead, reg, 1)
	if err != nil {
		return 0, err
	}
	want := now[0]&^mask | bits
	if want != now[0] {
		_, err = g.ask(tries, typeWrite, reg, want)
	}
	return want, err
}

func (g *gm65) start() error {
	switch g.cfg.Mode {
	case Command:
		_, err := g.ask(tries, typeWrite, regTrigger, 1)
		return err
	case Trigger:
		return g.pull()
	}
	return nil
}

func (g *gm65) stop() error {
	switch g.cfg.Mode {
	case Command:
		_, err := g.ask(tries, typeWrite, regTrigger, 0)
		return err
	case Trigger:
		return g.letGo()
	}
	return nil
}

// check sends the manual's heartbeat, then reads the mode back: an engine that
// lost its power for a moment answers, but no longer does what it was told.
func (g *gm65) check() error {
	if _, err := g.ask(tries, typeHeartbeat, 0, 0); err != nil && !errors.Is(err, ErrRefused) {
		return err // a Newland engine refuses the heartbeat, which proves it there
	}
	now, err := g.ask(tries, typeRead, regMode, 1)
	if err != nil || now[0] == g.mode {
		return err
	}
	if err := g.configure(); err != nil || !g.on {
		return err
	}
	return g.trigger()
}

func (g *gm65) leave() {
	switch {
	case !g.on:
	case g.cfg.Mode == Command:
		_ = g.write(command(typeWrite, regTrigger, 0))
	case g.cfg.Mode == Trigger:
		_ = g.letGo()
	}
}

// ask sends a command up to n times and returns the data of its answer, of the
// length that the command asks for.
func (g *gm65) ask(n int, typ byte, reg uint16, data ...byte) ([]byte, error) {
	want := 1
	if typ == typeRead {
		want = int(data[0])
	}
	frame := command(typ, reg, data...)
	for try := range n {
		a, err := g.exchange(frame)
		if errors.Is(err, errLate) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if try > 0 {
			g.drainAnswers()
		}
		if a.typ != answerDone || len(a.data) != want {
			return nil, fmt.Errorf("%w: % X answered by type %02X with % X", ErrRefused, frame, a.typ, a.data)
		}
		return a.data, nil
	}
	return nil, fmt.Errorf("%w to % X", ErrNoAnswer, frame)
}

// exchange sends a frame and waits for one answer. Scanned data may come
// before it, after it and around it.
func (g *gm65) exchange(frame []byte) (answer, error) {
	g.answered = nil
	g.demux.expecting = true
	defer func() { g.demux.expecting = false }()
	if err := g.write(frame); err != nil {
		return answer{}, err
	}
	limit := time.Now().Add(maxTalk)
	for until := time.Now().Add(g.cfg.AnswerTimeout); ; {
		err := g.pump(until, func() bool { return g.answered != nil })
		if err == nil {
			return *g.answered, nil
		}
		// An engine in the middle of a long text answers when it has ended.
		until = g.lastByte.Add(g.cfg.AnswerTimeout)
		if now := time.Now(); !errors.Is(err, errLate) || !until.After(now) || now.After(limit) {
			return answer{}, err
		}
	}
}

// drainAnswers waits for a late second answer after a command was repeated, so
// that it is not taken for the answer to the next one.
func (g *gm65) drainAnswers() {
	g.answered = nil
	g.demux.expecting = true
	defer func() { g.demux.expecting = false }()
	_ = g.pump(time.Now().Add(g.cfg.AnswerTimeout), func() bool { return g.answered != nil })
}
