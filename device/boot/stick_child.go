package boot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// What a child writes to its pulse about the stick.
const (
	lendByte   = 'w' // it wants to write
	returnByte = 'r' // it has written
)

const (
	socketLook  = 20 * time.Millisecond
	socketLimit = 15 * time.Second // for process 1 to do what it is asked
)

// ErrStick is returned when the stick can't be written on: none is in, or it takes no writes.
var ErrStick = errors.New("boot: the USB stick can't be written on")

// Socket is the board's USB socket as the terminal sees it: which stick is in, and a wish to write on it.
type Socket struct {
	pulse *Pulse
	read  func(file string) ([]byte, error)
}

// Socket is the USB socket of the board that p's process runs on. It is nil for a nil Pulse.
func (p *Pulse) Socket() *Socket {
	if p == nil {
		return nil
	}
	return &Socket{pulse: p, read: os.ReadFile}
}

// Look returns what process 1 says of the stick.
func (s *Socket) Look() (Stick, error) {
	text, err := s.read(stickFile)
	if errors.Is(err, fs.ErrNotExist) {
		return Stick{State: StickNone}, nil
	}
	if err != nil {
		return Stick{State: StickNone}, err
	}
	words := append(strings.Fields(string(text)), "", "", "")
	return Stick{State: StickState(words[0]), Name: words[1], Spare: words[2] == "spare"}, nil
}

// Lend has the stick take writes, until giveBack is called: only then may it be pulled out again, and giveBack returns
// when that is so. Both take 15 s at most. A stick that is pulled out while it is lent fails what is done on it, and
// process 1 lets it go. It returns [ErrStick].
func (s *Socket) Lend(ctx context.Context) (giveBack func() error, err error) {
	now, err := s.Look()
	if err != nil || now.State != StickReady {
		return nil, errors.Join(fmt.Errorf("%w: it is %s", ErrStick, now.State), err)
	}
	giveBack = func() error {
		s.pulse.say(returnByte)
		now, err := s.await(context.Background(), func(now StickState) bool { return now != StickLent && now != StickLooking })
		if err == nil && now != StickReady {
			err = fmt.Errorf("%w any more: it is %s", ErrStick, now)
		}
		return err
	}
	s.pulse.say(lendByte)
	got, err := s.await(ctx, func(now StickState) bool { return now != StickReady && now != StickLooking })
	if err == nil && got != StickLent {
		err = fmt.Errorf("%w: it is %s", ErrStick, got)
	}
	if err != nil {
		s.pulse.say(returnByte)
		return nil, err
	}
	return giveBack, nil
}

// await waits until process 1 says what is waited for.
func (s *Socket) await(ctx context.Context, is func(StickState) bool) (StickState, error) {
	ctx, cancel := context.WithTimeout(ctx, socketLimit)
	defer cancel()
	for {
		now, err := s.Look()
		if err == nil && is(now.State) {
			return now.State, nil
		}
		if !sleep(ctx, socketLook) {
			return now.State, errors.Join(fmt.Errorf("%w: it stays %s", ErrStick, now.State), err)
		}
	}
}
