package txn

import "time"

// askSupervisor has what follows done only by a supervisor, who is known by a PIN.
//
// There is no place yet where a PIN is keyed in: until there is, nobody can be asked.
func (m *Machine) askSupervisor(func(operator string)) { m.mistake(errSupervisor) }

// renewOffline asks a supervisor whether the mode may be used again. It says how often that was done before, since a
// shop under attack would renew it again and again.
func (m *Machine) renewOffline(operator string, back view) {
	m.view = offlineRenew{since: m.now.Mono, operator: operator, back: back}
}

// offlineRenew waits for the supervisor's word.
type offlineRenew struct {
	since    time.Duration
	operator string
	back     view
}

// refusal says why the mode can't be renewed now; empty if it can.
func (v offlineRenew) refusal(m *Machine) string {
	if _, err := m.till.Offline.Renew(); err != nil {
		return m.say(whyNoRenewal, m.till.Offline.Count)
	}
	if m.dark {
		return m.say(whyNoRenewalOffline)
	}
	return ""
}

func (v offlineRenew) key(m *Machine, k Key, _ bool) {
	switch {
	case k == KeyCancel || k == KeyMenu:
		m.view = v.back
	case k == KeyOK && v.refusal(m) == "":
		m.commit(&OfflineRenewed{Operator: v.operator, At: m.now.Wall})
		m.view = v.back
		m.reply(m.say(sayRenewed), m.cfg.Linger)
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v offlineRenew) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

func (v offlineRenew) screen(m *Machine) Screen {
	s := m.till.Offline
	out := Screen{
		Kind: ScreenText, Title: m.say(txtRenew), Tone: ToneWait,
		Lines: []string{m.say(sayRenew, s.Tries, s.Renewed)}, Keys: []string{m.say(keyBack)},
	}
	if s.Unpaid {
		out.Lines = append(out.Lines, m.say(sayRenewKey))
	}
	if why := v.refusal(m); why != "" {
		out.Lines = append(out.Lines, why)
	} else {
		out.Keys = append([]string{m.say(keyRenewOK)}, out.Keys...)
	}
	return out
}
