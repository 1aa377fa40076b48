package boot

import (
	"errors"
	"sync"
)

// reaper waits for every child that process 1 has, its own and those that others left behind.
type reaper struct {
	sys  Processes
	kick chan struct{} // holds one: there is a child to wait for

	mu      sync.Mutex // held while a child starts, so that its end can't be seen before it is known
	waiting map[int]chan Status
	closed  bool
}

// errStopping is returned when a program is started while the system ends.
var errStopping = errors.New("boot: the system is ending")

func newReaper(sys Processes) *reaper {
	r := &reaper{sys: sys, kick: make(chan struct{}, 1), waiting: map[int]chan Status{}}
	go r.run()
	return r
}

// start starts a program; its status comes on the channel.
func (r *reaper) start(p Program) (*Process, <-chan Status, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, nil, errStopping
	}
	process, err := r.sys.Start(p)
	if err != nil {
		return nil, nil, err
	}
	ended := make(chan Status, 1)
	r.waiting[process.PID] = ended
	select {
	case r.kick <- struct{}{}:
	default:
	}
	return process, ended, nil
}

func (r *reaper) run() {
	for {
		pid, status, err := r.sys.Wait()
		if err != nil {
			// No child is left, or none can be waited for: until the next one starts. One that was left behind
			// belongs to a child that still runs, or comes to us before that child's own end is seen.
			if _, ok := <-r.kick; !ok {
				return
			}
			continue
		}
		r.mu.Lock()
		ended := r.waiting[pid]
		delete(r.waiting, pid)
		r.mu.Unlock()
		if ended != nil {
			ended <- status
		}
	}
}

// close lets the reaper end when it has no child.
func (r *reaper) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.closed = true
		close(r.kick)
	}
}
