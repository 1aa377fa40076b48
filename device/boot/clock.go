package boot

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"
)

// horizon is how long after its build a firmware believes a clock.
const horizon = 20 * 365 * 24 * time.Hour

// rtcSlack is how far the real-time clock may be behind before it is set: it counts whole seconds.
const rtcSlack = 2 * time.Second

// shanghai is the zone Asia/Shanghai in the format of tzfile(5), from the IANA time zone database, which is in the
// public domain.
//
//go:embed shanghai.tzif
var shanghai []byte

// Zone is business time: Asia/Shanghai, also where no time zones are installed.
var Zone = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocationFromTZData("Asia/Shanghai", shanghai)
	if err != nil {
		return time.FixedZone("CST", 8*3600) // not reached: a test holds that the data are good
	}
	return zone
})

// ZoneData is the same zone as a file of tzfile(5), for an image.
func ZoneData() []byte { return append([]byte(nil), shanghai...) }

// plausible reports whether a clock of a firmware built then can say t.
func plausible(t, built time.Time) bool {
	return !t.IsZero() && !t.Before(built) && t.Before(built.Add(horizon))
}

// choose is the latest time that is plausible, and where it comes from. The build time is always plausible.
func choose(built time.Time, candidates []candidate) candidate {
	best := candidate{"build time", built}
	for _, c := range candidates {
		if plausible(c.time, built) && c.time.After(best.time) {
			best = c
		}
	}
	return best
}

type candidate struct {
	from string
	time time.Time
}

// errNoRTC stands for a real-time clock that the board was never given.
var errNoRTC = errors.New("boot: no real-time clock")

// setClock sets the system's clock to the latest of itself, the real-time clock, the build time and the newest file
// in dir ("": not looked at), and the real-time clock with it when that is behind.
func setClock(sys System, built time.Time, dir string, noRTC bool) (from candidate, err error) {
	now := sys.Now()
	candidates := []candidate{{"system clock", now}}
	var rtc time.Time
	rtcErr := errNoRTC
	if !noRTC {
		rtc, rtcErr = sys.RTC()
	}
	if rtcErr == nil {
		candidates = append(candidates, candidate{"real-time clock", rtc})
	}
	if dir != "" {
		last, lastErr := sys.Newest(dir)
		candidates = append(candidates, candidate{"last record", last})
		err = errors.Join(err, lastErr)
	}
	best := choose(built, candidates)
	// An implausible clock may be far ahead; it is brought back, else it would stay so for ever.
	if best.time.After(now) || !plausible(now, built) && !now.Equal(best.time) {
		err = errors.Join(err, sys.SetNow(best.time))
	}
	if rtcErr != nil {
		if !noRTC {
			err = errors.Join(err, rtcErr)
		}
		return best, err
	}
	if off := best.time.Sub(rtc); off > rtcSlack || !plausible(rtc, built) {
		err = errors.Join(err, sys.SetRTC(best.time))
	}
	return best, err
}

// ErrBackwards is returned when a time is before the clock's.
var ErrBackwards = errors.New("boot: a clock is never set back")

// AdoptTime sets the clock of the system and of the board forward to t, which somebody has proved: a pinned
// network's signature. It returns [ErrBackwards] when the clock is past t already. A board without a real-time clock
// has none to set.
func AdoptTime(c Clock, t time.Time) error {
	if now := c.Now(); !t.After(now) {
		return fmt.Errorf("%w: from %s to %s", ErrBackwards, now.Format(time.RFC3339), t.Format(time.RFC3339))
	}
	err := c.SetRTC(t)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(c.SetNow(t), err)
}
