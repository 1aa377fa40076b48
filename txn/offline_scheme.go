package txn

import "time"

// A scheme's own code (docs/offline-qr.md) carries the account that an acquirer gave out, and needs no network to be made.
// It has no answer either: what the cashier saw on the customer's phone is all that is known, until the scheme's network
// can be asked.
//
//	offlineMenu ─ 0 ─▶ starting ─▶ intent on disk ─▶ MakeOffline ─▶ the code
//
//	the code ─ 确认, 确认 ─▶ OfflineSeen on disk ─▶ done, 离线待确认
//	         └ 取消, or expired ─▶ closing
//
// Since nothing but the intent stands before the code, an order of this kind may have been seen, and paid, from its intent
// on.

// SchemeConfig is what the machine must know of a scheme's code. The zero value keeps it off.
type SchemeConfig struct {
	Name    string        // as the customer knows it: 云闪付
	Network NetworkID     // that can be asked about them; [Scheme] if none can
	Expiry  time.Duration // how long its acquirer takes a code, from its intent on
}

// keyOfScheme asks for a scheme's code on the menu of offline codes.
const keyOfScheme Key = "0"

// schemeCodes reports whether a scheme's code can be shown. One that a network is to confirm waits for that network to be
// set up; for one that nobody can be asked about, the profile has said so.
func (m *Machine) schemeCodes() bool {
	s := m.cfg.Offline.Scheme
	return s.Name != "" && (s.Network == Scheme || m.serves(s.Network))
}

// schemeIntent is what is begun with a scheme's code.
func (m *Machine) schemeIntent() Intent {
	s := m.cfg.Offline.Scheme
	return Intent{Network: s.Network, Method: Show, Expires: m.now.Wall.Add(s.Expiry), Offline: &OfflineTerms{Scheme: s.Name}}
}

// schemeCode is an order whose scheme's code is on the display, or was before a restart, and waits for the cashier's word.
type schemeCode struct {
	offlineShown
	asked bool // whether it was really seen: one key too many must not give goods away
}

// making reports whether there is no code yet.
func (v schemeCode) making() bool { return v.t.url == "" && !v.t.revived }

func (v schemeCode) key(m *Machine, k Key, _ bool) {
	switch {
	case v.t.saving > 0 || v.t.ending || v.making(): // a key would come between the disk and what is decided by it
		m.emit(Beep{BeepMistake})
	case k == KeyOK && v.asked:
		v.t.saving++
		m.commit(&OfflineSeen{Order: v.t.order.No, At: m.now.Wall})
	case k == KeyOK:
		m.view = schemeCode{offlineShown: v.offlineShown, asked: true}
	case k == KeyCancel && v.asked:
		m.view = schemeCode{offlineShown: v.offlineShown}
	case k == KeyMenu && !v.asked && v.shown(m) && m.cfg.Printer:
		m.printCode(v.t)
	case k == KeyCancel:
		v.leave(m)
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v schemeCode) screen(m *Machine) Screen {
	o := v.t.order
	name := o.Offline.Scheme
	s := v.frame(m)
	switch {
	case v.making():
		s.Lines = []string{m.say(txtWait)}
		return s
	case v.asked:
		s.Lines = []string{m.say(saySchemeAsk), m.say(saySchemeBy, name, o.No.Short())}
		s.Keys = []string{m.say(keySeenYes), m.say(keySeenNo)}
		return s
	}
	s.Keys = []string{m.say(keySeen), m.say(keyCancel)}
	if !v.shown(m) {
		why := saySchemeOver
		if v.t.url == "" {
			why = saySchemeGone
		}
		s.Lines = []string{m.say(why, name, o.No.Short())}
		return s
	}
	return v.withCode(m, s, m.say(saySchemeScan, name), m.say(saySchemeLook))
}

// seenLines says what an unconfirmed order rests on, and what comes next.
func (m *Machine) seenLines(o Order) []string {
	next := sayWillConfirm
	if o.Network == Scheme {
		next = sayWillRule
	}
	return []string{m.say(saySchemeBy, o.Offline.Scheme, o.No.Short()), m.say(saySeen) + m.say(next)}
}
