package txn

import "time"

// renewal is what a supervisor allows: that the mode may be used again.
type renewal struct{ back view }

// granted asks once more. It says how often that was done before, since a shop under attack would renew the mode again
// and again.
func (p renewal) granted(m *Machine, by string) {
	m.view = offlineRenew{since: m.now.Mono, operator: by, back: p.back}
}

func (p renewal) denied(m *Machine) { m.view = p.back }

func (renewal) menu(*Machine) bool { return false }

func (renewal) screen(m *Machine) Screen {
	return Screen{Kind: ScreenText, Title: m.say(txtRenew), Lines: []string{m.say(sayRenew, m.till.Offline.Tries, m.till.Offline.Renewed)}}
}

// offlineRenew waits for the supervisor's word.
type offlineRenew struct {
	since    time.Duration
	operator string
	back     view
}

// refusal says why the mode can't be renewed now; empty if it can.
func (v offlineRenew) refusal(m *Machine) string {
	_, err := m.till.Offline.Renew()
	switch {
	case err != nil && m.someRuled():
		return m.say(whyNoRenewalRule, m.till.Offline.Count)
	case err != nil:
		return m.say(whyNoRenewal, m.till.Offline.Count)
	case m.dark:
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
