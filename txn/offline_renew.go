package txn

// renewOffline has a supervisor allow the mode again, where it can be.
func (m *Machine) renewOffline(from offlineMenu) {
	switch _, err := m.till.Offline.Renew(); {
	case err != nil:
		m.mistake(errRenewCount, m.till.Offline.Count)
	case m.dark:
		m.mistake(errRenewDark)
	default:
		m.askPIN(renewal{from})
	}
}

// renewal is what a supervisor allows: to use the mode again.
type renewal struct{ from offlineMenu }

func (p renewal) granted(m *Machine, by string) {
	p.denied(m)
	if _, err := m.till.Offline.Renew(); err == nil { // nothing is sold offline meanwhile
		m.commit(&OfflineRenewed{Operator: by, At: m.now.Wall})
		m.reply(m.say(sayRenewed), m.cfg.Linger)
	}
}

func (p renewal) denied(m *Machine) {
	p.from.since = m.now.Mono
	m.view = p.from
}

func (renewal) menu(*Machine) bool { return false }

// screen says how often that was done before, since a shop under attack would renew it again and again.
func (p renewal) screen(m *Machine) Screen {
	s := m.till.Offline
	out := Screen{Kind: ScreenText, Title: m.say(txtRenew), Lines: []string{m.say(sayRenew, s.Tries, s.Renewed)}}
	if s.Unpaid {
		out.Lines = append(out.Lines, m.say(sayRenewKey))
	}
	return out
}
