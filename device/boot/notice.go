package boot

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// NoticeKind is what a notice is about.
type NoticeKind int

// Kinds of notices.
const (
	// Ended: the terminal ended by itself and is started again After.
	Ended NoticeKind = iota + 1
	// Hung: the terminal gave no sign of life and was killed; it is started again After.
	Hung
	// NoData: the data partition can't be used, for Err. It is tried again After.
	NoData
	// BadConfig: this image's own configuration is broken, for Err. Nothing runs.
	BadConfig
	// NoSettings: the medium with the board profile can't be used, for Err. It is tried again After.
	NoSettings
	// Misconfigured: the terminal does not accept its profile, for Reason; it is started again After.
	Misconfigured
	// Stopping: the system is about to end.
	Stopping
)

// Notice is what process 1 has to say on the screen while no terminal is running.
type Notice struct {
	Kind   NoticeKind
	Err    error         // of NoData, NoSettings and BadConfig
	Reason string        // of Ended, Hung and Misconfigured: one line of printable text, at most 120 characters
	Count  int           // of these: how often in a row, from 1
	After  time.Duration // until the next attempt
	How    How           // of Stopping
}

// Lines is the notice in the language "zh" or "en": a heading, what happened, and what to do.
func (n Notice) Lines(language string) []string {
	pick := func(zh, en string) string {
		if language == "en" {
			return en
		}
		return zh
	}
	seconds := int((n.After + time.Second - 1) / time.Second)
	again := fmt.Sprintf(pick("%d 秒后重新启动", "Starting again in %d s"), seconds)
	switch n.Kind {
	case Ended, Hung:
		head := pick("终端程序已退出", "The terminal program ended")
		if n.Kind == Hung {
			head = pick("终端程序无响应", "The terminal program hung")
		}
		lines := []string{head, n.Reason, again}
		if n.Count >= 3 {
			lines = append(lines, pick("多次失败，请联系维修人员", "It keeps failing: call service"))
		}
		return lines
	case NoData:
		what, todo := dataWords(n.Err)
		return []string{
			pick("数据分区不可用", "The data partition can't be used"), pick(what[0], what[1]), pick(todo[0], todo[1]),
			fmt.Sprintf(pick("%d 秒后重试", "Trying again in %d s"), seconds),
		}
	case NoSettings:
		what := pick("找不到终端配置", "The terminal's settings are missing")
		todo := pick("请检查配置卡是否插好，或联系维修人员", "Check that the settings card is seated, or call service")
		if errors.Is(n.Err, ErrBadSettings) {
			what = pick("终端配置读不出", "The terminal's settings can't be read")
			todo = pick("请联系维修人员重新写入配置卡", "Call service to write the settings card again")
		}
		return []string{what, printable(fmt.Sprint(n.Err)), todo, fmt.Sprintf(pick("%d 秒后重试", "Trying again in %d s"), seconds)}
	case Misconfigured:
		return []string{
			pick("终端配置有误", "The terminal's settings are wrong"), n.Reason,
			pick("请联系维修人员更正 profile.toml", "Call service to mend profile.toml"), again,
		}
	case BadConfig:
		return []string{
			pick("固件镜像损坏", "The firmware image is broken"), printable(fmt.Sprint(n.Err)),
			pick("请重新刷写固件", "Flash the firmware again"),
		}
	case Stopping:
		if n.How == Reboot {
			return []string{pick("正在重启…", "Rebooting…")}
		}
		return []string{pick("正在关机…", "Shutting down…"), pick("请勿断电", "Do not cut the power yet")}
	}
	return nil
}

// dataWords says what is wrong with the data partition, and what to do, in Chinese and English.
func dataWords(err error) (what, todo [2]string) {
	service := [2]string{"交易记录仍在盘上，请勿格式化，请联系维修人员", "The records may still be there: do not format, call service"}
	switch {
	case errors.Is(err, ErrNoDevice):
		return [2]string{"找不到存储设备", "The storage device is missing"},
			[2]string{"请检查存储卡是否插好", "Check that the card is seated"}
	case errors.Is(err, ErrBlank):
		return [2]string{"数据分区为空，尚未初始化", "It is blank: it was never set up"},
			[2]string{"请重新刷写数据分区", "Flash the data partition"}
	case errors.Is(err, ErrNotExt4):
		return [2]string{"数据分区内容无法识别", "Its content is not recognised"}, service
	case errors.Is(err, ErrStopped):
		return [2]string{"文件系统出错，已停止写入", "An error in it stopped all writing"},
			[2]string{"即将重新启动并检查修复，请稍候", "It is checked after a restart: please wait"}
	case errors.Is(err, ErrDamaged):
		return [2]string{"文件系统损坏，无法自动修复", "Damaged beyond automatic repair"}, service
	}
	return [2]string{"挂载失败: " + printable(fmt.Sprint(err)), "Mounting failed: " + printable(fmt.Sprint(err))}, service
}

// maxReason bounds a reason on the screen, in characters.
const maxReason = 120

// printable makes one line of at most maxReason characters of whatever s is.
func printable(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		if n++; n > maxReason {
			b.WriteRune('…')
			break
		}
		if !unicode.IsPrint(r) {
			r = ' '
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
