package printertest

// maxPayload bounds what is kept of one command's data. More is read to its end and thrown away.
const maxPayload = 1 << 20

// A frame is one unit of the stream: a byte of text, or a command with all its data.
type frame struct {
	text    byte // when name is empty
	name    string
	def     *command
	args    []byte // the fixed parameters
	payload []byte // what follows them
	lost    int    // bytes of payload beyond maxPayload
}

// A command is how long a command is, and what it does.
type command struct {
	args int // fixed parameters behind the name

	// size is how many bytes follow the fixed parameters, as far as they and the payload so far tell: it is
	// asked again when so many are there, until it asks for no more. untilNUL reads up to a NUL, which is not
	// kept. A nil size is 0.
	size func(args, payload []byte) int

	chained bool // size looks at the payload
	run     func(m *machine, args, payload []byte)
}

// untilNUL is a size that the data tell themselves.
const untilNUL = -1

// A framer cuts a byte stream into frames. It is used twice: where bytes arrive, to know what is data, and
// where commands are carried out. Its zero value is ready at the beginning of a command.
type framer struct {
	measure bool // keep no more of payloads than sizes need

	name []byte
	def  *command
	args []byte
	data []byte
	want int // size of the payload, as far as it is known
	lost int // bytes of it that were not kept
}

// idle reports whether the next byte begins a command or is text.
func (f *framer) idle() bool { return len(f.name) == 0 }

// feed takes one byte. It returns a frame when one is complete, or ok false. A name that is no command's is a
// frame without def.
func (f *framer) feed(b byte) (frame, bool) {
	switch {
	case f.def == nil:
		return f.feedName(b)
	case len(f.args) < f.def.args:
		f.args = append(f.args, b)
	case f.want == untilNUL && b == 0:
		return f.done()
	default:
		f.keep(b)
	}
	return f.step()
}

// feedName takes a byte of a command's name.
func (f *framer) feedName(b byte) (frame, bool) {
	if len(f.name) == 0 && b >= 0x20 {
		return frame{text: b}, true
	}
	f.name = append(f.name, b)
	def, known := commands[string(f.name)]
	switch {
	case known:
		f.def = def
		return f.step()
	case prefixes[string(f.name)]:
		return frame{}, false
	}
	fr := frame{name: string(f.name)}
	*f = framer{measure: f.measure}
	return fr, true
}

// step ends the command when nothing is missing.
func (f *framer) step() (frame, bool) {
	if len(f.args) < f.def.args || f.want == untilNUL {
		return frame{}, false
	}
	got := len(f.data) + f.lost
	if got < f.want {
		return frame{}, false
	}
	if f.def.size != nil && (f.lost == 0 || !f.def.chained) {
		if f.want = f.def.size(f.args, f.data); f.want == untilNUL || got < f.want {
			return frame{}, false
		}
	}
	return f.done()
}

func (f *framer) done() (frame, bool) {
	fr := frame{name: string(f.name), def: f.def, args: f.args, payload: f.data, lost: f.lost}
	*f = framer{measure: f.measure}
	return fr, true
}

// keep keeps a byte of payload, or only counts it.
func (f *framer) keep(b byte) {
	if len(f.data) < maxPayload && (!f.measure || f.def.chained) {
		f.data = append(f.data, b)
		return
	}
	f.lost++
}
