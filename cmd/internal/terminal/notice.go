package terminal

import (
	"smartpos/device/boot"
	"smartpos/device/display"
	"smartpos/txn"
)

// ShowNotice draws what process 1 has to say on a framebuffer device, in Chinese and below it in English: process 1
// knows no settings. The display is opened for this notice alone, because it may come late, and the terminal draws
// on it at other times.
func ShowNotice(device string, n boot.Notice) error {
	backend, err := display.OpenFramebuffer(display.FramebufferConfig{Path: device})
	if err != nil {
		return err
	}
	defer backend.Close()
	c := display.NewCanvas(backend.Bounds().Dx(), backend.Bounds().Dy())
	Draw(c, NoticeScreen(n))
	return c.Flush(backend)
}

// NoticeScreen is the screen of a notice. What the system itself said stands there once: it is the same in both
// languages.
func NoticeScreen(n boot.Notice) txn.Screen {
	s := txn.Screen{Kind: txn.ScreenText, Tone: txn.ToneBad}
	if n.Kind == boot.Stopping {
		s.Tone = txn.ToneWait
	}
	zh, en := n.Lines("zh"), n.Lines("en")
	for i := range min(len(zh), len(en)) {
		if i == 0 {
			s.Title = zh[0]
			continue
		}
		s.Lines = append(s.Lines, zh[i])
	}
	for i, line := range en {
		if i >= len(zh) || line != zh[i] {
			s.Lines = append(s.Lines, line)
		}
	}
	return s
}
