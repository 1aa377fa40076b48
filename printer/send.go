package printer

import (
	"errors"
	"time"
)

// send sends a job in segments, each with a marker behind it, never with more bytes under way than the
// printer's buffer holds, and returns when the last marker is answered. It returns how many bytes of the job
// the line took.
func (t *talk) send(j *job) (sent int, err error) {
	w := window{t: t, room: t.d.model.Buffer}
	defer func() { t.d.backlog = w.dots() }()
	t.d.owed = 0
	t.d.led = false
	t.d.debris = j.bulk // until all is answered, the printer may be in the middle of something
	for _, seg := range j.segments(min(segmentBytes, t.d.model.Buffer/2)) {
		if err := w.wait(seg.size() + len(marker)); err != nil {
			return sent, err
		}
		n, err := t.mark(j.data[seg.from:seg.to], t.d.moving(w.dots()))
		sent += n
		w.pending = append(w.pending, seg)
		if err != nil {
			return sent, err
		}
	}
	if err := w.wait(t.d.model.Buffer); err != nil {
		return sent, err
	}
	t.d.led, t.d.debris = true, -1
	return sent, nil
}

// A segment is a part of a job that ends where a command ends.
type segment struct {
	from, to int
	dots     int // how far it moves the paper
}

func (s segment) size() int { return s.to - s.from }

// segments cuts a job into parts of about size bytes.
func (j *job) segments(size int) []segment {
	var out []segment
	from, dots := 0, 0
	for i, e := range j.ends {
		if e.at-from >= size || i == len(j.ends)-1 {
			out = append(out, segment{from, e.at, e.dots - dots})
			from, dots = e.at, e.dots
		}
	}
	return out
}

// A window is the segments under way.
type window struct {
	t       *talk
	room    int       // bytes the printer holds
	pending []segment // sent, not known to be answered, oldest first
}

// forget drops the segments that have been answered.
func (w *window) forget() {
	if n := len(w.pending) - w.t.d.owed; n > 0 {
		w.pending = w.pending[n:]
	}
}

// dots is how far the segments under way move the paper.
func (w *window) dots() int {
	sum := 0
	for _, s := range w.pending {
		sum += s.dots
	}
	return sum
}

// wait waits until the printer has room for n more bytes, or for all of its buffer where n is more than that.
func (w *window) wait(n int) error {
	for {
		under := 0
		w.forget()
		for _, s := range w.pending {
			under += s.size() + len(marker)
		}
		if len(w.pending) == 0 || under+n <= w.room {
			return nil
		}
		if err := w.oldest(); err != nil {
			return err
		}
	}
}

// oldest waits for the answer to the oldest segment. While none comes it asks the status, so that a cause is
// known at once; a printer that has none to tell is given the time that the slowest would need.
func (w *window) oldest() error {
	d := w.t.d
	s := w.pending[0]
	giveUp := time.Now().Add(d.moving(s.dots+lineDots) + d.wire(s.size()) + 2*d.opt.StatusTimeout)
	for {
		err := w.t.await(len(w.pending)-1, d.opt.StatusTimeout)
		if !errors.Is(err, errSilent) {
			return err
		}
		if err := w.t.ready(); err != nil {
			return err
		}
		if d.owed < len(w.pending) {
			return nil
		}
		if !time.Now().Before(giveUp) {
			return errSilent
		}
	}
}
