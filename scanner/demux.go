package scanner

// demux takes what arrives on the line apart into answers and texts, which
// share it without any frame around a text.
//
// An answer is looked for where one can be: anywhere while a command waits for
// it (an engine answers in the middle of a text that it is sending), otherwise
// only at the beginning of a text, which takes late and repeated answers away.
// What begins like an answer and turns out not to be one is text, and then
// fails as text, because 02 and 03 are control bytes.
type demux struct {
	max      int  // bytes of a frame, tail included
	tailOnly bool // a text without its tail is a truncated one

	answer func(answer)
	text   func(raw []byte, reason Reason) // reason 0: whole

	expecting bool   // a command waits
	hold      []byte // begins like an answer
	raw       []byte // the text so far
	skipping  bool   // too long: throw away up to the end
}

// write takes bytes as they arrive, however they are split.
func (d *demux) write(b []byte) {
	for _, c := range b {
		d.put(c)
	}
}

func (d *demux) put(c byte) {
	if len(d.hold) == 0 {
		begins := d.expecting || len(d.raw) == 0 && !d.skipping
		if !begins || c != answerHead && c != answerHead2 {
			d.put1(c)
			return
		}
	}
	d.hold = append(d.hold, c)
	switch a, v := judge(d.hold); v {
	case anAnswer:
		d.hold = d.hold[:0]
		d.answer(a)
	case noAnswer:
		d.release()
	}
}

// release gives the first held byte to the text and looks at the others again,
// since an answer may begin among them. Each round is shorter by one.
func (d *demux) release() {
	held := append([]byte(nil), d.hold...)
	d.hold = d.hold[:0]
	d.put1(held[0])
	d.write(held[1:])
}

// put1 adds a byte to the text.
func (d *demux) put1(c byte) {
	switch {
	case c == '\r' || c == '\n':
		d.end(0)
	case d.skipping:
	case len(d.raw) == d.max-1: // no room for the tail
		n := append(d.raw, c)
		d.raw = d.raw[:0]
		d.skipping = true
		d.text(n, TooLong)
	default:
		d.raw = append(d.raw, c)
	}
}

// end closes the text. An empty one is the other half of a CRLF.
func (d *demux) end(r Reason) {
	raw := d.raw
	d.raw = d.raw[:0]
	skipped := d.skipping
	d.skipping = false
	if len(raw) > 0 && !skipped {
		d.text(raw, r)
	}
}

// gap says that the line has been silent for a while.
func (d *demux) gap() {
	for len(d.hold) > 0 {
		if d.expecting { // a slow answer; the command's own time-out judges it
			return
		}
		d.release()
	}
	if d.tailOnly {
		d.end(Truncated)
	} else {
		d.end(0)
	}
}

// open says whether something waits for more bytes or for a gap.
func (d *demux) open() bool { return len(d.hold) > 0 || len(d.raw) > 0 || d.skipping }

// reset forgets everything begun.
func (d *demux) reset() {
	d.hold, d.raw, d.skipping, d.expecting = d.hold[:0], d.raw[:0], false, false
}
