package keypad

import "time"

// unknownEvery is the shortest time between two reports of unknown keys: a noisy line can send thousands of
// characters a second, and the log is for people.
const unknownEvery = time.Second

// unknowns gathers keys that mean nothing into at most one report every unknownEvery.
type unknowns struct {
	queue    *queue
	last     time.Time // of the last report; zero before the first
	withheld UnknownKeyError
}

func (u *unknowns) add(now time.Time, input string) {
	if u.withheld.Count == 0 {
		u.withheld.Input = input
	}
	u.withheld.Count++
	u.flush(now)
}

// due returns when withheld keys are to be reported; ok is false if there are none.
func (u *unknowns) due() (at time.Time, ok bool) {
	return u.last.Add(unknownEvery), u.withheld.Count > 0
}

// flush reports what was withheld, if it is time.
func (u *unknowns) flush(now time.Time) {
	if u.withheld.Count == 0 || !u.last.IsZero() && now.Sub(u.last) < unknownEvery {
		return
	}
	report := u.withheld
	report.Device = u.queue.device
	u.queue.report(&report)
	u.last, u.withheld = now, UnknownKeyError{}
}
