package terminal

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/device/boot"
	"smartpos/device/display"
	"smartpos/device/display/displaytest"
)

var notices = map[string]boot.Notice{
	"ended":         {Kind: boot.Ended, Reason: "signal 11 (segmentation fault)", Count: 4, After: 4 * time.Second},
	"hung":          {Kind: boot.Hung, Reason: "no sign of life for 10s", Count: 1, After: time.Second},
	"no-data":       {Kind: boot.NoData, Err: fmt.Errorf("%w: /dev/vda", boot.ErrNoDevice), After: 10 * time.Second},
	"blank":         {Kind: boot.NoData, Err: boot.ErrBlank, After: 10 * time.Second},
	"noise":         {Kind: boot.NoData, Err: boot.ErrNotExt4, After: 10 * time.Second},
	"damaged":       {Kind: boot.NoData, Err: boot.ErrDamaged, After: 10 * time.Second},
	"stopped":       {Kind: boot.NoData, Err: boot.ErrStopped, After: 10 * time.Second},
	"no-settings":   {Kind: boot.NoSettings, Err: fmt.Errorf("%w: /dev/vdb", boot.ErrNoSettings), After: 10 * time.Second},
	"bad-settings":  {Kind: boot.NoSettings, Err: fmt.Errorf("%w: mount ext4 /dev/vdb: invalid argument", boot.ErrBadSettings), After: 10 * time.Second},
	"misconfigured": {Kind: boot.Misconfigured, Reason: "pos: profile.toml:4: terminal.langage: unknown key; did you mean language?", Count: 3, After: 2 * time.Second},
	"bad-image":     {Kind: boot.BadConfig, Err: fmt.Errorf("%w: child: is required", boot.ErrConfig)},
	"reboot":        {Kind: boot.Stopping, How: boot.Reboot},
	"power-off":     {Kind: boot.Stopping, How: boot.PowerOff},
}

// Every notice fits on the smallest screen in both languages, and can be read back from its pixels.
func TestNotices(t *testing.T) {
	for name, n := range notices {
		t.Run(name, func(t *testing.T) {
			c := display.NewCanvas(320, 240)
			Draw(c, NoticeScreen(n))
			keep(t, "notice-"+name, c)
			got := squeeze(displaytest.ReadText(c))
			for _, line := range append(n.Lines("zh"), n.Lines("en")...) {
				if !strings.Contains(got, squeeze(line)) {
					t.Errorf("%q can't be read in\n%s", line, displaytest.ReadText(c))
				}
			}
		})
	}
}

// A display that is missing is an error, not a crash.
func TestNoticeWithoutDisplay(t *testing.T) {
	if err := ShowNotice("/dev/no-such-display", notices["hung"]); err == nil {
		t.Error("drawn on a display that is missing")
	}
}
