package boot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"smartpos/device/boot"
)

func TestClock(t *testing.T) {
	day := 24 * time.Hour
	epoch := time.Unix(0, 0)
	for _, c := range []struct {
		name            string
		wall, rtc, last func(built time.Time) time.Time
		want            func(built time.Time) time.Time
	}{
		{"all dead: build time", at(epoch), at(epoch), none, after(0)},
		{"no battery, but records", at(epoch), at(epoch), after(30 * day), after(30 * day)},
		{"the RTC is right", at(epoch), after(40 * day), after(30 * day), after(40 * day)},
		{"the RTC lost a year", at(epoch), after(40 * day), after(400 * day), after(400 * day)},
		{"all well", after(50 * day), after(50 * day), after(49 * day), after(50 * day)},
		{"a record from 2099", after(50 * day), after(50 * day), after(80 * 365 * day), after(50 * day)},
		{"an RTC from 2099", epochThen(80 * 365 * day), after(80 * 365 * day), after(30 * day), after(30 * day)},
		{"a clock before the build", after(-day), after(-day), none, after(0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			on(t, func(b *bench) {
				built := b.cfg.Built
				b.Wall, b.Real, b.Last = c.wall(built), c.rtc(built), c.last(built)
				b.start()
				time.Sleep(10 * time.Second)
				got, want := b.Now(), c.want(built)
				if off := got.Sub(want); off < 0 || off > 11*time.Second {
					t.Errorf("the clock says %v, want %v", got, want)
				}
				b.Ask(nil)
				b.wait()
			})
		})
	}
}

func at(t time.Time) func(time.Time) time.Time { return func(time.Time) time.Time { return t } }
func none(time.Time) time.Time                 { return time.Time{} }
func after(d time.Duration) func(time.Time) time.Time {
	return func(built time.Time) time.Time { return built.Add(d) }
}
func epochThen(d time.Duration) func(time.Time) time.Time { return after(d) }

// A board that was made without a real-time clock has no problem with it.
func TestBoardWithoutRTC(t *testing.T) {
	on(t, func(b *bench) {
		b.cfg.NoRTC, b.Wall, b.Real = true, time.Unix(0, 0), time.Time{}
		b.run(time.Second)
		if p := b.File("/run/smartpos/problems"); p != "" || b.Now().Before(b.cfg.Built) || b.did("rtc") {
			t.Errorf("at %v: %s", b.Now(), p)
		}
	})
}

func TestAdoptTime(t *testing.T) {
	on(t, func(b *bench) {
		later := b.Now().Add(48 * time.Hour)
		if err := boot.AdoptTime(b, later); err != nil || b.Now().Sub(later) > time.Second || !b.did("rtc") {
			t.Errorf("%v, %v", b.Now(), err)
		}
		if err := boot.AdoptTime(b, later.Add(-time.Hour)); !errors.Is(err, boot.ErrBackwards) {
			t.Errorf("set back: %v", err)
		}
	})
}

func TestZone(t *testing.T) {
	noon := time.Date(2026, 7, 1, 4, 0, 0, 0, time.UTC).In(boot.Zone())
	if got := noon.Format(time.RFC3339 + " MST"); got != "2026-07-01T12:00:00+08:00 CST" || boot.Zone().String() != "Asia/Shanghai" {
		t.Error(got)
	}
	if !strings.HasPrefix(string(boot.ZoneData()), "TZif") {
		t.Error("no tzfile")
	}
}
