package boot

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const rtcDevice = "/dev/rtc0"

// LinuxClock is the real system's clock, for a process that is not process 1.
func LinuxClock() Clock { return &linux{} }

func (l *linux) Now() time.Time { return time.Now() }

func (l *linux) SetNow(t time.Time) error {
	ts, err := unix.TimeToTimespec(t)
	if err != nil {
		return err
	}
	if err := unix.ClockSettime(unix.CLOCK_REALTIME, &ts); err != nil {
		return os.NewSyscallError("clock_settime", err)
	}
	return nil
}

func (l *linux) Uptime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

func (l *linux) RTC() (time.Time, error) {
	f, err := os.Open(rtcDevice)
	if err != nil {
		return time.Time{}, err
	}
	defer f.Close()
	r, err := unix.IoctlGetRTCTime(int(f.Fd()))
	if err != nil {
		return time.Time{}, &os.PathError{Op: "RTC_RD_TIME", Path: rtcDevice, Err: err}
	}
	return time.Date(int(r.Year)+1900, time.Month(r.Mon+1), int(r.Mday), int(r.Hour), int(r.Min), int(r.Sec), 0, time.UTC), nil
}

func (l *linux) SetRTC(t time.Time) error {
	f, err := os.OpenFile(rtcDevice, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	t = t.UTC()
	r := unix.RTCTime{
		Sec: int32(t.Second()), Min: int32(t.Minute()), Hour: int32(t.Hour()),
		Mday: int32(t.Day()), Mon: int32(t.Month()) - 1, Year: int32(t.Year()) - 1900,
	}
	if err := unix.IoctlSetRTCTime(int(f.Fd()), &r); err != nil {
		return &os.PathError{Op: "RTC_SET_TIME", Path: rtcDevice, Err: err}
	}
	return nil
}
