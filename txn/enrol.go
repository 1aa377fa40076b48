package txn

import "time"

// A till without a supervisor enrols one by the technician's code, which stands in the profile; a supervisor changes
// the PIN by the old one, and who has forgotten it by the code again.
//
//	menu 7 ─┬─ nobody yet ── the code ──┬─▶ new PIN ─▶ again ─▶ HashPIN ─▶ PINHashed ─▶ Enrolled, on disk
//	        └─ pinAsk: the old PIN ─────┘

// HashPIN makes a hash of a PIN, which takes about a second; it ends in [PINHashed].
type HashPIN struct {
	Token uint64
	PIN   PIN
}

// PINHashed ends a [HashPIN]. Hash is empty if there is none.
type PINHashed struct {
	Token uint64
	Hash  PINHash
}

func (HashPIN) effect()  {}
func (PINHashed) event() {}

// askSupervisor opens menu 7.
func (m *Machine) askSupervisor(back entry) {
	_, known := m.supervisor()
	switch {
	case known:
		m.askPIN(changePIN{back})
	case m.cfg.EnrolCode.IsZero():
		m.mistake(errNoCode)
	default:
		m.view = enrolling{since: m.now.Mono, back: back}
	}
}

// changePIN is what a supervisor's own PIN allows: another one.
type changePIN struct{ back entry }

func (p changePIN) granted(m *Machine, _ string) {
	m.view = enrolling{since: m.now.Mono, back: p.back, step: enrolNew}
}

func (p changePIN) denied(m *Machine) { m.view = p.back }

// menu is for who has forgotten the PIN and has called a technician.
func (p changePIN) menu(m *Machine) bool {
	if m.cfg.EnrolCode.IsZero() {
		return false
	}
	m.view = enrolling{since: m.now.Mono, back: p.back}
	return true
}

func (p changePIN) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtSupervisor), Lines: []string{m.say(sayOldPIN)}}
	if !m.cfg.EnrolCode.IsZero() {
		s.Keys = []string{m.say(keyForgotten)}
	}
	return s
}

// enrolStep is what is keyed in.
type enrolStep uint8

const (
	enrolCode  enrolStep = iota // the technician's code
	enrolNew                    // the new PIN
	enrolAgain                  // … once more
	enrolWait                   // nothing: it is being written down
)

// enrolling gives a supervisor a PIN.
type enrolling struct {
	since  time.Duration // the last key
	back   entry
	step   enrolStep
	digits string
	first  PIN
	token  uint64 // of the hash or the commit that is under way
}

// codeLocked returns how long no code may be tried. It is longer than any PIN and counted in this run alone.
func (m *Machine) codeLocked() time.Duration {
	return max(0, m.codeTriedAt+lockOut(m.codeTries)-m.now.Mono)
}

func (v enrolling) key(m *Machine, k Key, _ bool) {
	if v.step == enrolWait {
		m.emit(Beep{BeepMistake})
		return
	}
	v.since = m.now.Mono
	m.view = v
	digits, edited := k.edit(v.digits, v.most())
	switch {
	case k == KeyCancel:
		m.view = v.back
	case v.step == enrolCode && m.codeLocked() > 0:
		m.emit(Beep{BeepMistake})
	case edited:
		v.digits = digits
		m.view = v
	case k == KeyOK:
		v.enter(m)
	default:
		m.emit(Beep{BeepMistake})
	}
}

// most is how many digits can be keyed in.
func (v enrolling) most() int {
	if v.step == enrolCode {
		return MaxEnrolCode
	}
	return MaxPIN
}

// enter takes what was keyed in, and asks for the next thing.
func (v enrolling) enter(m *Machine) {
	got := NewPIN(v.digits)
	v.digits = ""
	switch {
	case v.step == enrolCode:
		m.codeTries, m.codeTriedAt = m.codeTries+1, m.now.Mono
		if !got.Equal(m.cfg.EnrolCode) {
			m.note("supervisor: wrong enrolment code", "")
			m.mistake(errCode)
			break
		}
		m.codeTries, v.step = 0, enrolNew
	case len(got.digits) < MinPIN:
		m.mistake(errPINShort, MinPIN, MaxPIN)
	case v.step == enrolNew && weakPIN(got.digits):
		m.mistake(errPINWeak)
	case v.step == enrolNew:
		v.step, v.first = enrolAgain, got
	case !got.Equal(v.first):
		v.step, v.first = enrolNew, PIN{}
		m.mistake(errPINDiffers)
	default:
		m.token++
		v.step, v.token, v.first = enrolWait, m.token, PIN{}
		m.emit(HashPIN{Token: v.token, PIN: got})
	}
	m.view = v
}

// weakPIN reports whether somebody who looks on knows the PIN already: one digit, or digits in a row.
func weakPIN(digits string) bool {
	for step := -1; step <= 1; step++ {
		same := true
		for i := 1; i < len(digits); i++ {
			same = same && int(digits[i])-int(digits[i-1]) == step
		}
		if same {
			return true
		}
	}
	return false
}

// pinHashed writes the operator down.
func (m *Machine) pinHashed(e PINHashed) {
	v, ok := m.view.(enrolling)
	switch {
	case !ok || v.token != e.Token || e.Token == 0:
		m.note("PIN: a hash of nothing", "")
	case e.Hash == "":
		m.view = v.back
		m.mistake(errPINHash)
	default:
		v.token = m.commit(&Enrolled{Operator: firstSupervisor, Role: Supervisor, PIN: e.Hash, At: m.now.Wall})
		m.view = v
	}
}

// enrolled goes on when the operator is on disk.
func (m *Machine) enrolled(token uint64) {
	m.note("supervisor: enrolled", "")
	m.triedAt = m.now.Mono
	if v, ok := m.view.(enrolling); ok && v.token == token {
		m.view = v.back
		m.reply(m.say(sayEnrolled), m.cfg.Linger)
	}
}

func (v enrolling) tick(m *Machine) {
	if v.step != enrolWait && m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

func (v enrolling) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtSupervisor), Keys: []string{m.say(keyGoOn), m.say(keyClear), m.say(keyBack)}}
	ask := [...]text{enrolCode: sayEnrolCode, enrolNew: sayNewPIN, enrolAgain: sayPINAgain, enrolWait: sayChecking}[v.step]
	s.Lines = []string{m.say(ask, MinPIN, MaxPIN)}
	if v.step != enrolNew {
		s.Lines = []string{m.say(ask)}
	}
	locked := m.codeLocked()
	switch {
	case v.step == enrolWait:
		s.Tone, s.Keys = ToneWait, nil
	case v.step == enrolCode && locked > 0:
		s.Tone, s.Keys = ToneBad, []string{m.say(keyBack)}
		s.Lines = []string{m.say(sayLocked, m.duration(locked))}
	default:
		s.Lines = append(s.Lines, masked(v.digits))
	}
	return s
}
