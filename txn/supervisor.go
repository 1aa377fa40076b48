package txn

import (
	"strings"
	"time"
)

// What only a supervisor may do waits for the PIN (主管授权). Each try is on disk before it is compared, so no power cut
// gives one back:
//
//	askPIN ─▶ pinAsk ── 确认 ─▶ PINTried ─▶ on disk ─▶ CheckPIN ─▶ PINChecked ─┬─▶ right: PINTried{Right}, the permit
//	            ▲                                                            └─▶ wrong: asked again, or locked
//	            └──────────────────────────────────────────────────────────────┘

// firstSupervisor is the one supervisor's number (工号) until a till has several.
const firstSupervisor = "S01"

// The lock-out: so many wrong PINs are free, the next locks for a while, and each one after that for twice as long.
const (
	freeTries   = 5
	firstLock   = 15 * time.Minute
	longestLock = 24 * time.Hour
)

// lockOut is how long nobody may try after that many wrong tries.
func lockOut(tries int) time.Duration {
	if tries < freeTries {
		return 0
	}
	return min(firstLock<<min(tries-freeTries, 7), longestLock)
}

// CheckPIN compares a PIN with a hash, which takes about a second; it ends in [PINChecked].
type CheckPIN struct {
	Token uint64
	PIN   PIN
	Hash  PINHash
}

// PINChecked ends a [CheckPIN].
type PINChecked struct {
	Token uint64
	Right bool
}

func (CheckPIN) effect()  {}
func (PINChecked) event() {}

// permit is what waits for a supervisor.
type permit interface {
	screen(m *Machine) Screen // what is to be allowed, in few lines
	granted(m *Machine, by string)
	denied(m *Machine) // 取消: back to where it was asked for
	menu(m *Machine) bool
}

// supervisor returns who may allow something, if anybody can.
func (m *Machine) supervisor() (Operator, bool) { return m.till.Operator(firstSupervisor) }

// locked returns how long no PIN may be tried. It counts from the last try or the start of this run, by the clock that
// does not jump: a restart makes it longer, never shorter.
func (m *Machine) locked() time.Duration {
	o, _ := m.supervisor()
	return max(0, m.triedAt+lockOut(o.Tries)-m.now.Mono)
}

// askPIN asks for a supervisor's PIN.
func (m *Machine) askPIN(p permit) {
	if _, ok := m.supervisor(); !ok {
		m.mistake(errNoSupervisor)
		return
	}
	m.view = pinAsk{since: m.now.Mono, permit: p}
}

// pinAsk waits for a PIN, and then for what is made of it.
type pinAsk struct {
	since  time.Duration // the last key
	digits string
	token  uint64 // of the try that is under way; 0 for none
	permit permit
}

func (v pinAsk) key(m *Machine, k Key, _ bool) {
	if v.token != 0 { // a moment
		m.emit(Beep{BeepMistake})
		return
	}
	v.since = m.now.Mono
	m.view = v
	digits, edited := k.edit(v.digits, MaxPIN)
	switch {
	case k == KeyCancel:
		v.permit.denied(m)
	case k == KeyMenu && v.permit.menu(m):
	case m.locked() > 0:
		m.emit(Beep{BeepMistake})
	case edited:
		v.digits = digits
		m.view = v
	case k == KeyOK:
		v.try(m)
	default:
		m.emit(Beep{BeepMistake})
	}
}

// try counts the try on disk; what comes of it is compared after that.
func (v pinAsk) try(m *Machine) {
	if len(v.digits) < MinPIN {
		m.mistake(errPINShort, MinPIN, MaxPIN)
		return
	}
	v.token = m.commit(&PINTried{Operator: firstSupervisor, At: m.now.Wall})
	m.view = v
}

// pinCounted compares a try that is on disk.
func (m *Machine) pinCounted(token uint64, r *PINTried) {
	if r.Right {
		return
	}
	m.triedAt = m.now.Mono
	v, ok := m.view.(pinAsk)
	o, known := m.supervisor()
	if !ok || v.token != token || !known {
		return // nobody waits for it any more
	}
	m.checking = token
	m.emit(CheckPIN{Token: token, PIN: NewPIN(v.digits), Hash: o.PIN})
}

func (m *Machine) pinChecked(e PINChecked) {
	if e.Token != m.checking || e.Token == 0 {
		m.note("PIN: an answer to nothing", "")
		return
	}
	m.checking = 0
	if v, ok := m.view.(lossy); ok { // no journal to write it into
		v.checked(m, e.Right)
		return
	}
	v, ok := m.view.(pinAsk)
	waits := ok && v.token == e.Token
	if e.Right {
		m.note("supervisor: right PIN", "")
		m.commit(&PINTried{Operator: firstSupervisor, Right: true, At: m.now.Wall})
		if waits {
			v.permit.granted(m, firstSupervisor)
		}
		return
	}
	m.note("supervisor: wrong PIN", "")
	if waits {
		m.view = pinAsk{since: m.now.Mono, permit: v.permit}
		m.mistake(errPINWrong)
	}
}

func (v pinAsk) tick(m *Machine) {
	if v.token == 0 && m.now.Mono-v.since > choiceTimeout {
		v.permit.denied(m)
	}
}

func (v pinAsk) screen(m *Machine) Screen {
	s := v.permit.screen(m)
	locked := m.locked()
	switch {
	case v.token != 0:
		s.Tone = ToneWait
		s.Lines = append(s.Lines, m.say(sayChecking))
		return s
	case locked > 0:
		s.Tone, s.Keys = ToneBad, append([]string{m.say(keyBack)}, s.Keys...)
		s.Lines = append(s.Lines, m.say(sayLocked, m.duration(locked)))
		return s
	}
	s.Lines = append(s.Lines, m.say(sayPIN)+masked(v.digits))
	s.Keys = append([]string{m.say(keyAllow), m.say(keyClear), m.say(keyBack)}, s.Keys...)
	return s
}

// masked shows how many digits there are.
func masked(digits string) string { return strings.Repeat("●", len(digits)) }

// duration says a time to people, rounded up to seconds.
func (m *Machine) duration(d time.Duration) string {
	seconds := int((d + time.Second - 1) / time.Second)
	switch {
	case seconds >= 3600:
		return m.say(sayHours, seconds/3600, seconds/60%60)
	case seconds >= 60:
		return m.say(sayMinutes, seconds/60, seconds%60)
	}
	return m.say(sayWholeSeconds, seconds)
}
