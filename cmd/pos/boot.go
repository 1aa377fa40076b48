package main

import (
	"fmt"
	"os"
	"time"

	"smartpos/cmd/internal/terminal"
	"smartpos/device"
	"smartpos/device/boot"
)

// noticeDisplay is where process 1 draws: before the settings are mounted there is no other to know of.
const noticeDisplay = "/dev/fb0"

// process1 brings the board up and keeps the terminal running as its child. It never returns.
func process1() {
	boot.Main(boot.Options{Show: func(n boot.Notice) {
		if err := terminal.ShowNotice(noticeDisplay, n); err != nil {
			fmt.Fprintln(os.Stderr, "pos: notice:", err)
		}
	}})
}

// setClock sets the board's clock, and the one that runs without power, forward to a time that somebody has proved.
func setClock(t time.Time) error { return boot.AdoptTime(boot.LinuxClock(), t) }

// ownBoard refuses a profile that was written for another board: its pins and lines would be somebody else's.
func ownBoard(p *device.Profile) error {
	if here := boot.Board(); here != "" && p.Board != here {
		return fmt.Errorf("profile: board: this is a %s, and the profile is for %q: put the right profile.toml on the settings medium", here, p.Board)
	}
	return nil
}
