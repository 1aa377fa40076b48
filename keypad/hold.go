package keypad

import "time"

const (
	// DefaultLongPress is how long a key is held for its long meaning.
	DefaultLongPress = 800 * time.Millisecond

	// DefaultStuckAfter is how long a key may be down before it is reported as stuck.
	DefaultStuckAfter = 30 * time.Second
)

// HoldConfig says which keys have a long meaning and when. The zero value is good.
type HoldConfig struct {
	// LongKeys are the keys with a long meaning; only SCAN if nil, none if empty.
	LongKeys []Key
	// LongPress is when a hold is long; DefaultLongPress if not positive.
	LongPress time.Duration
	// StuckAfter is when a key that is down is reported as stuck; DefaultStuckAfter if not positive.
	StuckAfter time.Duration
}

// holds turns keys going down and up into events:
//
//	down ──────────────── up               a key without long meaning: event at down
//	down ── up                             a key with one: short event at up
//	down ──────── LongPress ── up          long event when the time is reached, nothing at up
//	down ─────────────────────── StuckAfter: a StuckError
//
// It has no clock: time is what advance is told, so that only time counts in which the key was watched.
type holds struct {
	queue     *queue
	long      [keyEnd]bool
	longPress time.Duration
	stuck     time.Duration
	keys      [keyEnd]hold
}

type hold struct {
	down      bool
	silent    bool          // down before it was watched: its press is not reported
	held      time.Duration // since down
	longDone  bool
	stuckDone bool
}

func newHolds(q *queue, cfg HoldConfig) *holds {
	h := &holds{queue: q, longPress: cfg.LongPress, stuck: cfg.StuckAfter}
	if h.longPress <= 0 {
		h.longPress = DefaultLongPress
	}
	if h.stuck <= 0 {
		h.stuck = DefaultStuckAfter
	}
	if cfg.LongKeys == nil {
		cfg.LongKeys = []Key{Scan}
	}
	for _, k := range cfg.LongKeys {
		if k.Valid() {
			h.long[k] = true
		}
	}
	return h
}

// press says that k went down. A key that is down already stays as it is.
func (h *holds) press(k Key) {
	if h.keys[k].down {
		return
	}
	h.keys[k] = hold{down: true}
	if !h.long[k] {
		h.queue.press(k, false)
	}
}

// find says that k was found down without having been seen going down: it counts only after a release.
func (h *holds) find(k Key) {
	if !h.keys[k].down {
		h.keys[k] = hold{down: true, silent: true}
	}
}

// release says that k went up.
func (h *holds) release(k Key) {
	was := h.keys[k]
	h.keys[k] = hold{}
	if was.down && !was.silent && h.long[k] && !was.longDone {
		h.queue.press(k, false)
	}
}

// forget says that nothing is known of k any more. Nothing is reported.
func (h *holds) forget(k Key) { h.keys[k] = hold{} }

// advance says that k was down for another d.
func (h *holds) advance(k Key, d time.Duration) {
	s := &h.keys[k]
	if !s.down {
		return
	}
	s.held += d
	if h.long[k] && !s.silent && !s.longDone && s.held >= h.longPress {
		s.longDone = true
		h.queue.press(k, true)
	}
	if !s.stuckDone && s.held >= h.stuck {
		s.stuckDone = true
		h.queue.report(&StuckError{Device: h.queue.device, Key: k, Held: s.held})
	}
}

// next returns how much longer the present keys must be down for something to happen; ok is false if
// nothing will.
func (h *holds) next() (wait time.Duration, ok bool) {
	earliest := func(d time.Duration) {
		if !ok || d < wait {
			wait, ok = max(d, 0), true
		}
	}
	for k := range h.keys {
		s := &h.keys[k]
		if !s.down {
			continue
		}
		if h.long[k] && !s.silent && !s.longDone {
			earliest(h.longPress - s.held)
		}
		if !s.stuckDone {
			earliest(h.stuck - s.held)
		}
	}
	return wait, ok
}
