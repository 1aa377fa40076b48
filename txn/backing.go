package txn

import "time"

// backupLimit is how long a backup may take before the terminal stops waiting for it.
const backupLimit = 3 * time.Minute

// keyOfBackup is the menu's.
const keyOfBackup = KeyDot

// safety is what the machine knows of the USB stick and of backups.
type safety struct {
	stick   StickState
	told    string        // of it, on the standing line
	writing bool          // the stick is being written
	asked   bool          // … or will be, because somebody asked
	since   time.Duration // when the latest of both began
	last    *BackedUp     // of this run
	lastAt  time.Time
}

// backupAsk begins at the menu: what came of the last one, and whether a stick is in.
type backupAsk struct {
	since time.Duration
	back  entry
}

func (m *Machine) askBackup(back entry) {
	if m.safety.asked {
		m.view = backing{back}
		return
	}
	m.view = backupAsk{since: m.now.Mono, back: back}
}

func (v backupAsk) key(m *Machine, k Key, _ bool) {
	switch k {
	case KeyOK:
		if t, bad := m.unfit(); bad {
			m.mistake(t)
			m.view = backupAsk{since: m.now.Mono, back: v.back}
			return
		}
		m.beginBackup(v.back)
	case KeyCancel, KeyMenu:
		m.view = menu{since: m.now.Mono, back: v.back}
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v backupAsk) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

func (v backupAsk) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtBackup), Keys: []string{m.say(keyBegin), m.say(keyBack)}}
	t, bad := m.unfit()
	switch {
	case !m.cfg.Backups:
		s.Lines = []string{m.say(backupTroubles[BackupNoKey])}
		s.Keys = s.Keys[1:]
	case bad:
		s.Lines = []string{m.say(t)}
	default:
		s.Lines = []string{m.say(bakReady)}
	}
	if last := m.safety.last; last != nil && last.Trouble == "" {
		s.Lines = append(s.Lines, m.say(bakLast, m.safety.lastAt.In(BusinessZone).Format("01-02 15:04")), fileTail(last.File))
	}
	return s
}

// unfit says why no backup can be begun now.
func (m *Machine) unfit() (why text, bad bool) {
	if !m.cfg.Backups {
		return bakNoKey, true
	}
	why, bad = stickUnfit[m.safety.stick]
	return why, bad
}

func (m *Machine) beginBackup(back entry) {
	m.safety.asked, m.safety.since = true, m.now.Mono
	m.note("backup: asked for", "")
	m.emit(Backup{})
	m.view = backing{back}
}

// backing waits for a backup; selling can go on meanwhile.
type backing struct{ back entry }

func (v backing) key(m *Machine, k Key, _ bool) {
	if k == KeyCancel || k == KeyMenu {
		m.view = v.back
		return
	}
	m.emit(Beep{BeepMistake})
}

func (backing) tick(*Machine) {}

func (v backing) screen(m *Machine) Screen {
	return Screen{
		Kind: ScreenText, Title: m.say(txtBackup), Tone: ToneWait,
		Lines: []string{m.say(bakWriting), m.say(bakStay)}, Keys: []string{m.say(keyMeanwhile)},
	}
}

// backingUp takes that the stick is being written, asked for or not.
func (m *Machine) backingUp() { m.safety.writing, m.safety.since = true, m.now.Mono }

// overdueBackup stops waiting for a backup that does not end, wherever the cashier is meanwhile.
func (m *Machine) overdueBackup() {
	if (m.safety.asked || m.safety.writing) && m.now.Mono-m.safety.since > backupLimit {
		m.backedUp(BackedUp{Trouble: BackupSilent, Unasked: !m.safety.asked})
	}
}

// stickChanged tells the cashier of a stick that came, as far as there is something to do about it.
func (m *Machine) stickChanged(e StickChanged) {
	m.note("stick: "+orElse(string(e.State), "none"), "")
	m.safety.stick, m.safety.writing = e.State, m.safety.writing && e.State == StickReady
	if m.notice.text == m.safety.told { // of a stick that is another now
		m.notice = notice{}
	}
	if _, ok := m.view.(backupAsk); ok {
		m.hint = notice{} // what was wrong may be right now, and the screen says so
	}
	switch {
	case e.Spare:
		m.safety.told = m.say(stsSpare)
	case e.State != StickNone:
		m.safety.told = m.say(stsStick[e.State])
	default:
		return
	}
	m.tell(m.safety.told, m.cfg.Linger, false)
}

// backedUp takes the end of a backup, wherever the cashier is meanwhile. One that nobody asked for does not end the wait for
// one that somebody did: the stick is written again at once.
func (m *Machine) backedUp(b BackedUp) {
	asked := m.safety.asked
	m.safety.writing = false
	if b.Unasked && asked {
		m.note("backup: unasked, "+orElse(string(b.Trouble), "written"), "")
		return
	}
	m.safety.asked = false
	m.safety.last, m.safety.lastAt = &b, m.now.Wall
	m.note("backup: "+orElse(string(b.Trouble), "written"), "")
	if v, ok := m.view.(backing); ok && asked {
		m.view = backupShown{since: m.now.Mono, back: v.back}
		return
	}
	if b.Trouble == "" {
		m.tell(m.say(stsBackedUp), m.cfg.Linger, false)
	} else {
		m.tell(m.say(stsNoBackup), m.cfg.Linger, false)
	}
}

// backupShown is what came of a backup.
type backupShown struct {
	since time.Duration
	back  entry
}

func (v backupShown) key(m *Machine, k Key, _ bool) {
	again := m.safety.last.Trouble != ""
	switch {
	case k == KeyOK && again:
		m.askBackup(v.back)
		if _, bad := m.unfit(); !bad && !m.safety.asked {
			m.beginBackup(v.back)
		}
	case k == KeyOK, k == KeyCancel, k == KeyMenu:
		m.view = v.back
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v backupShown) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

func (v backupShown) screen(m *Machine) Screen {
	b := m.safety.last
	if b.Trouble != "" {
		return Screen{
			Kind: ScreenText, Title: m.say(txtNoBackup), Tone: ToneBad,
			Lines: []string{m.say(backupTroubles[b.Trouble]), m.say(bakJournal)}, Keys: []string{m.say(keyAgain), m.say(keyBack)},
		}
	}
	return Screen{
		Kind: ScreenText, Title: m.say(txtBackedUp), Tone: ToneGood,
		Lines: []string{m.say(bakPull), m.say(bakProved, b.Records), fileTail(b.File)}, Keys: []string{m.say(keyBack)},
	}
}

// fileTail is the end of a file's name, which tells it from others, in one line of the display.
func fileTail(name string) string {
	if r := []rune(name); len(r) > statusColumns {
		return "…" + string(r[len(r)-statusColumns+2:])
	}
	return name
}
