package txn

import "slices"

// networkOut takes a network out of what can be chosen. Its unresolved orders stay, and are asked about: the answer is
// that nobody can, and they are listed until a technician has mended it.
func (m *Machine) networkOut(e NetworkOut) {
	if !m.lacks(e.Network) {
		m.missing = append(m.missing, e)
		m.note("network: left out: "+string(e.Network), "")
	}
}

// networks returns those that customers can pay with, in the order of the digits on the QR screen.
func (m *Machine) networks() []NetworkConfig {
	return slices.DeleteFunc(slices.Clone(m.cfg.Networks), func(n NetworkConfig) bool { return m.lacks(n.ID) })
}

// lacks reports whether a network could not be set up.
func (m *Machine) lacks(id NetworkID) bool {
	return slices.ContainsFunc(m.missing, func(out NetworkOut) bool { return out.Network == id })
}

// usual returns the network that 确认 shows: the default one, or the first if that is left out. There is one wherever
// [Machine.payable] was asked before.
func (m *Machine) usual() NetworkID {
	if m.serves(m.cfg.Default) {
		return m.cfg.Default
	}
	return m.networks()[0].ID
}

// serves reports whether customers can pay with a network.
func (m *Machine) serves(id NetworkID) bool {
	return slices.ContainsFunc(m.networks(), func(n NetworkConfig) bool { return n.ID == id })
}

// lacking says which networks could not be set up; empty if all are there.
func (m *Machine) lacking() string {
	switch {
	case len(m.networks()) == 0:
		return m.say(stsNoNetwork)
	case len(m.missing) > 0:
		out := m.missing[0]
		n, _ := m.cfg.network(out.Network)
		if key, ok := keyKinds[out.Key]; ok {
			return m.say(stsKeyOut, m.networkShort(n), m.say(key))
		}
		return m.say(stsNetworkOut, m.networkShort(n))
	}
	return ""
}
