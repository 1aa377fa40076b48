package scanner

// plain drives engines that only ever send text. Nothing can be asked of them,
// so nothing tells a silent one from one that sees no code.
type plain struct{ *engine }

func (p *plain) connect() error { return p.setBaud(p.cfg.Baud) }
func (p *plain) check() error   { return nil }

func (p *plain) start() error {
	if p.cfg.Mode == Trigger {
		return p.pull()
	}
	return nil
}

func (p *plain) stop() error {
	if p.cfg.Mode == Trigger {
		return p.letGo()
	}
	return nil
}

func (p *plain) leave() {
	if p.on {
		_ = p.stop()
	}
}
