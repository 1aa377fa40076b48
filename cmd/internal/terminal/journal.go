package terminal

import (
	"smartpos/device"
	"smartpos/store"
)

// JournalConfig is what the profile says of its journal, for whoever opens it.
func JournalConfig(p *device.Profile) (store.Config, error) {
	return store.Config{Terminal: p.Terminal.ID}, nil
}
