package board

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"smartpos/device"
	"smartpos/scanner/scannertest"
)

// ErrNotRead is returned when the scan engine has not read a code that was held before it.
var ErrNotRead = errors.New("the scan engine is not reading: press SCAN at the right screen, then hold the code up again")

// scannerPlace is the scanner's socket with an emulated engine before it.
type scannerPlace struct {
	backend Backend
	engine  *scannertest.Engine
	cord    *cord
	fitted  bool // the profile has a scanner

	mu    sync.Mutex
	cable Cable
	fault string
}

func newScannerPlace(backend Backend, p device.Scanner) *scannerPlace {
	s := &scannerPlace{backend: backend, fitted: p.Engine != "none" && p.Engine != "", fault: FaultOK}
	s.engine = scannertest.New(scannertest.Config{
		Plain:      p.Engine == "plain",
		Continuous: p.Engine == "plain",
		UTF8:       true,
		Baud:       p.Baud,
		HostBaud:   s.hostBaud,
	})
	s.cord = newCord(backend, SocketScanner, s.serve)
	return s
}

// hostBaud is what the firmware has set its line to; 0 without one.
func (s *scannerPlace) hostBaud() int {
	s.mu.Lock()
	cable := s.cable
	s.mu.Unlock()
	if cable == nil {
		return 0
	}
	baud, err := cable.Baud()
	if err != nil {
		return 0
	}
	return baud
}

func (s *scannerPlace) serve(ctx context.Context, c Cable) {
	s.mu.Lock()
	s.cable = c
	s.mu.Unlock()
	_ = s.engine.Serve(ctx, c) // it ends when the cable is pulled, and that is all it can say
}

// powerOn starts the engine as it starts with the terminal that feeds it.
func (s *scannerPlace) powerOn() error {
	if !s.fitted {
		return nil
	}
	s.engine.Restart()
	s.mu.Lock()
	unplugged := s.fault == FaultUnplugged
	s.mu.Unlock()
	return s.cord.power(true, !unplugged)
}

func (s *scannerPlace) powerOff() { _ = s.cord.power(false, false) }

// set breaks or mends the scanner.
func (s *scannerPlace) set(fault string) error {
	if !s.fitted {
		return errors.New("this board has no scanner")
	}
	f := scannertest.Fault(fault)
	if fault == FaultUnplugged {
		f = scannertest.OK // an engine in the air works as well as ever
	}
	s.engine.Set(f)
	s.mu.Lock()
	s.fault = fault
	s.mu.Unlock()
	return s.cord.plug(fault != FaultUnplugged)
}

// scan holds a code before the engine until it has been read, for limit at most.
func (s *scannerPlace) scan(ctx context.Context, text string, limit time.Duration) error {
	if !s.fitted {
		return errors.New("this board has no scanner")
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	sight := s.engine.Present(text)
	err := sight.Wait(ctx)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		sight.Withdraw()
		return ErrNotRead
	}
	sight.Withdraw()
	return fmt.Errorf("%w (%w)", ErrNotRead, err)
}

func (s *scannerPlace) faultNow() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}
