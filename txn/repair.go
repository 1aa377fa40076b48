package txn

import (
	"errors"
	"fmt"
	"time"
)

// A damaged journal is repaired at the start from what holds of it. Where nothing that it is known to have had is lost, that
// needs nobody. Where records are lost, money may be that nobody knows of any more: a supervisor decides, and the networks'
// bills tell later.
//
//	NewRepairing ─▶ Repair ─▶ Repaired ─┬─ done ─▶ Restart: with the repaired journal, which says so (restoredNotice)
//	                  ▲                 ├─ *LossError ─▶ lossy ── 菜单, PIN ──┐
//	                  │                 └─ another error ─▶ halted           │
//	                  └──────────── by the supervisor's word ◀───────────────┘

// Repair has a damaged journal made again from what holds of it; it ends in [Repaired]. With By, records may be lost: it is
// the supervisor who said so.
type Repair struct{ By string }

// Repaired ends a [Repair]. Err is nil, a [*LossError], or why it could not be done.
type Repaired struct{ Err error }

// RepairedSoFar says how far a [Repair] is: Records of Of are written again.
type RepairedSoFar struct{ Records, Of uint64 }

// Restart has the terminal begin again, with the journal as it is now.
type Restart struct{}

func (Repair) effect()       {}
func (Restart) effect()      {}
func (Repaired) event()      {}
func (RepairedSoFar) event() {}

// LossError is returned when a damaged journal can be repaired only without some of its records. It is an
// [ErrJournalDamaged].
type LossError struct {
	Records uint64 // that hold, from the first on
	Known   uint64 // that it is known to have had; 0 where nothing tells
	Orders  uint64 // among those that hold
	Till    Till   // after the last that holds
}

func (e *LossError) Error() string {
	if e.Known == 0 {
		return fmt.Sprintf("journal: damaged: the first %d records hold, with %d orders; how many there were is not known", e.Records, e.Orders)
	}
	return fmt.Sprintf("journal: damaged: the first %d of %d records hold, with %d orders", e.Records, e.Known, e.Orders)
}

// Unwrap returns [ErrJournalDamaged].
func (e *LossError) Unwrap() error { return ErrJournalDamaged }

// NewRepairing returns a machine that has a damaged journal repaired, and sells nothing.
func NewRepairing(cfg Config, now Time) *Machine {
	m := New(cfg, Start{}, now)
	m.view = repairing{}
	return m
}

// repairing waits until the journal is repaired.
type repairing struct {
	by    string
	asked bool
	began time.Duration
	sign  time.Duration // when it was last heard of
	far   RepairedSoFar
}

// repairLimit is how long nothing is heard of a repair until the screen says what to do about a disk that never answers.
// It is silent while it searches the file and while it verifies the new one: 5 s each on a PC with 50,000 orders, so some two
// minutes for four times as many on a board that is six times as slow. Whatever comes in the end still counts.
const repairLimit = 5 * time.Minute

func (repairing) key(m *Machine, _ Key, _ bool) { m.emit(Beep{BeepMistake}) }

func (v repairing) tick(m *Machine) {
	if !v.asked {
		m.view = repairing{by: v.by, asked: true, began: m.now.Mono, sign: m.now.Mono}
		m.emit(Repair{By: v.by})
	}
}

func (v repairing) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtRepairing), Tone: ToneWait}
	if v.asked && m.now.Mono-v.sign > repairLimit {
		s.Title, s.Tone, s.Lines = m.say(txtRepairStuck), ToneBad, []string{m.say(sayRepairStuck)}
		return s
	}
	s.Lines = []string{m.say(sayRepairing)}
	if v.far.Of > 0 {
		s.Lines = append(s.Lines, m.say(sayRepairedSoFar, v.far.Records, v.far.Of))
	}
	if passed := (m.now.Mono - v.began).Truncate(time.Second); v.asked && passed > 0 {
		s.Lines = append(s.Lines, m.say(sayRepairTime, m.duration(passed)))
	}
	return s
}

func (m *Machine) repairedSoFar(e RepairedSoFar) {
	if v, ok := m.view.(repairing); ok {
		v.sign, v.far = m.now.Mono, e
		m.view = v
	}
}

func (m *Machine) repaired(e Repaired) {
	if _, ok := m.view.(repairing); !ok {
		m.note("journal: an answer to nothing", "")
		return
	}
	var loss *LossError
	switch {
	case e.Err == nil:
		m.note("journal: repaired", "")
		m.emit(Restart{})
		return
	case errors.As(e.Err, &loss):
		m.view = lossy{loss: loss}
	default:
		m.view = halted{why: haltText(e.Err)}
	}
	m.note("journal: not repaired: "+e.Err.Error(), "")
	m.emit(Beep{BeepAlarm})
}

// lossy is a journal that can be repaired only with losses: a supervisor may say so, by the PIN that still stands in it.
type lossy struct {
	loss   *LossError
	asks   bool // for the PIN
	since  time.Duration
	digits string
	token  uint64 // of the PIN that is being compared; 0 for none
}

// key counts wrong PINs in this run alone, since there is no journal to count them in; a restart takes longer than a try.
func (v lossy) key(m *Machine, k Key, _ bool) {
	_, digit := k.digit()
	boss, known := v.loss.Till.Operator(firstSupervisor)
	v.since = m.now.Mono
	switch {
	case v.token != 0 || !known:
		m.emit(Beep{BeepMistake})
		return
	case !v.asks && k == KeyMenu:
		v.asks = true
	case v.asks && k == KeyCancel:
		v.asks, v.digits = false, ""
	case !v.asks || m.codeLocked() > 0:
		m.emit(Beep{BeepMistake})
	case digit && len(v.digits) < MaxPIN:
		v.digits += string(k)
	case k == KeyClear:
		v.digits = v.digits[:max(0, len(v.digits)-1)]
	case k == KeyOK && len(v.digits) < MinPIN:
		m.mistake(errPINShort, MinPIN, MaxPIN)
	case k == KeyOK:
		m.codeTries, m.codeTriedAt = m.codeTries+1, m.now.Mono
		m.token++
		v.token, m.checking = m.token, m.token
		m.emit(CheckPIN{Token: v.token, PIN: NewPIN(v.digits), Hash: boss.PIN})
	default:
		m.emit(Beep{BeepMistake})
	}
	m.view = v
}

// checked takes the word of whoever knows the PIN.
func (v lossy) checked(m *Machine, right bool) {
	if right {
		m.note("journal: a supervisor goes on without the records that are lost", "")
		m.view = repairing{by: firstSupervisor}
		return
	}
	m.note("supervisor: wrong PIN", "")
	m.view = lossy{loss: v.loss, asks: true, since: m.now.Mono}
	m.mistake(errPINWrong)
}

func (v lossy) tick(m *Machine) {
	if v.asks && v.token == 0 && m.now.Mono-v.since > choiceTimeout {
		m.view = lossy{loss: v.loss}
	}
}

func (v lossy) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtLossy), Tone: ToneBad}
	known := m.say(sayUnknownCount)
	if v.loss.Known > 0 {
		known = fmt.Sprint(v.loss.Known)
	}
	s.Lines = []string{m.say(sayLossy, v.loss.Records, known, v.loss.Orders)}
	locked := m.codeLocked()
	switch {
	case v.token != 0:
		s.Lines = append(s.Lines, m.say(sayChecking))
	case v.asks && locked > 0:
		s.Lines = append(s.Lines, m.say(sayLocked, m.duration(locked)))
		s.Keys = []string{m.say(keyBack)}
	case v.asks:
		s.Lines = append(s.Lines, m.say(sayGoOnLossy), m.say(sayPIN)+masked(v.digits))
		s.Keys = []string{m.say(keyAllow), m.say(keyClear), m.say(keyBack)}
	default:
		s.Lines = append(s.Lines, m.say(sayLossyHelp))
		if _, known := v.loss.Till.Operator(firstSupervisor); known {
			s.Keys = []string{m.say(keyGoOnLossy)}
		}
	}
	return s
}

// restoredNotice tells whoever comes first that the journal was repaired or restored, until it is read.
type restoredNotice struct{ r Restored }

func (restoredNotice) key(m *Machine, k Key, _ bool) {
	if k == KeyOK {
		m.view = entry{}
		return
	}
	m.emit(Beep{BeepMistake})
}

func (restoredNotice) tick(*Machine) {}

func (v restoredNotice) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtRestored), Tone: ToneWait, Keys: []string{m.say(keyGoOn)}}
	if v.r.Repaired {
		s.Title = m.say(txtRepaired)
	}
	switch {
	case v.r.Repaired && v.r.By == "":
		s.Lines = []string{m.say(sayRepairedWhole)}
	case v.r.Repaired:
		s.Lines = []string{m.say(sayRepairedLossy), m.say(sayCompareBills)}
	default:
		s.Lines = []string{m.say(sayRestored, v.r.Taken.In(BusinessZone).Format("01-02 15:04")), m.say(sayCompareBills)}
	}
	return s
}
