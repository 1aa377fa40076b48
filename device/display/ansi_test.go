package display_test

import (
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"strings"
	"testing"

	"smartpos/device/display"
	"smartpos/device/display/displaytest"
	"smartpos/device/display/internal/qrtest"
)

// screen draws a screen as the terminal has them.
func screen(t testing.TB, c *display.Canvas, seconds int, code string) {
	t.Helper()
	c.Fill(c.Bounds(), white)
	c.Fill(image.Rect(0, 0, 320, 16), blue)
	c.Text(0, 0, "惠民便利店", display.Style{Ink: white, Paper: blue})
	c.Text(256, 0, "测试TEST", display.Style{Ink: white, Paper: blue})
	c.TextAligned(0, 16, 320, display.Center, "¥12.34", display.Style{Ink: red, Paper: white, Scale: 2})
	c.Text(0, 208, fmt.Sprintf("请用微信扫一扫  剩余 %d 秒", seconds), plain)
	c.Text(0, 224, "取消 关闭  菜单 打印  2 支付宝", plain)
	if code != "" {
		if err := c.QR(image.Rect(80, 48, 240, 208), code); err != nil {
			t.Fatal(err)
		}
	}
}

func clean(t *testing.T, term *displaytest.Terminal) {
	t.Helper()
	if u := term.Unknown(); len(u) > 0 {
		t.Errorf("sequences that no terminal knows: %q", u)
	}
}

func TestConsoleShowsText(t *testing.T) {
	term := displaytest.NewTerminal(80, 24)
	a := display.NewANSI(term)
	c := display.NewCanvas(320, 240)
	screen(t, c, 119, "")
	if err := c.Flush(a); err != nil {
		t.Fatal(err)
	}
	want := []string{
		0: "惠民便利店                      测试TEST", 1: "                 ¥12.34",
		13: "请用微信扫一扫  剩余 119 秒", 14: "取消 关闭  菜单 打印  2 支付宝", 23: "",
	}
	if got := term.Text(); got != strings.Join(want, "\n") {
		t.Errorf("the console shows\n%s", got)
	}
	clean(t, term)
}

// Payment codes of all networks are readable on the 80×24 console beside the text, or beside the text wrapped.
func TestConsoleShowsQR(t *testing.T) {
	for _, tt := range []struct {
		size    int // of the content in bytes
		version int
		text    string // in one line
	}{
		{14, 1, "请用微信扫一扫  剩余 119 秒"},
		{42, 3, "请用微信扫一扫  剩余 119 秒"},
		{62, 4, "请用微信扫一扫  剩余 119 秒"},
		{84, 5, "请用微信扫一扫  剩余 119 秒"},
		{122, 7, "请用微信扫一扫  剩余 119 秒"},
	} {
		content := strings.Repeat("weixin://wxpay/bizpayurl?pr=", 9)[:tt.size]
		term := displaytest.NewTerminal(80, 24)
		a := display.NewANSI(term)
		c := display.NewCanvas(320, 240)
		screen(t, c, 119, content)
		if err := c.Flush(a); err != nil {
			t.Fatal(err)
		}
		if got, err := qrtest.Decode(term.Image(), false); err != nil || got != content {
			t.Errorf("version %d reads as %q (%v)\n%s", tt.version, got, err, term.Text())
		}
		if !strings.Contains(term.Text(), tt.text) || !strings.Contains(term.Text(), "¥12.34") {
			t.Errorf("version %d: text is missing\n%s", tt.version, term.Text())
		}
		clean(t, term)
	}
}

// A code too large for the console is not drawn in part; the console says what it needs.
func TestConsoleTooSmallForQR(t *testing.T) {
	term := displaytest.NewTerminal(80, 24)
	a := display.NewANSI(term)
	c := display.NewCanvas(320, 240)
	screen(t, c, 119, strings.Repeat("x", 200))
	if err := c.Flush(a); err != nil {
		t.Fatal(err)
	}
	if got := term.Text(); !strings.Contains(got, "需要 75×30") || strings.ContainsRune(got, displaytest.Picture) {
		t.Errorf("the console shows\n%s", got)
	}
}

// A tick of the countdown costs a few bytes, not a screen.
func TestConsoleUpdatesAreSmall(t *testing.T) {
	var out strings.Builder
	a := display.NewANSI(&out)
	c := display.NewCanvas(320, 240)
	screen(t, c, 119, "weixin://wxpay/bizpayurl?pr=1")
	if err := c.Flush(a); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	screen(t, c, 118, "weixin://wxpay/bizpayurl?pr=1")
	if err := c.Flush(a); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 24 || !strings.HasSuffix(out.String(), "8") {
		t.Errorf("one digit took %q", out.String())
	}
}

// Whatever is drawn over whatever, the console that follows by updates shows what a fresh one shows.
func TestConsoleUpdatesEqualFreshOne(t *testing.T) {
	for seed := range uint64(15) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		term := displaytest.NewTerminal(80, 24)
		a := display.NewANSI(term)
		c := display.NewCanvas(320, 240)
		for range 6 {
			for range 12 {
				scribble(rnd, c)
			}
			if err := c.Flush(a); err != nil {
				t.Fatal(err)
			}
			fresh := displaytest.NewTerminal(80, 24)
			b := display.NewANSI(fresh)
			if err := b.Flush(c, nil); err != nil {
				t.Fatal(err)
			}
			if got, want := term.Text(), fresh.Text(); got != want {
				t.Fatalf("seed %d: by updates\n%s\nfresh\n%s", seed, got, want)
			}
			clean(t, term)
		}
	}
}

// scribble draws something somewhere.
func scribble(rnd *rand.Rand, c *display.Canvas) {
	at := image.Pt(rnd.IntN(360)-20, rnd.IntN(260)-10)
	switch rnd.IntN(8) {
	case 0:
		c.Fill(image.Rectangle{Min: at, Max: at.Add(image.Pt(rnd.IntN(200), rnd.IntN(100)))}, blue)
	case 1:
		c.Fill(image.Rectangle{Min: at, Max: at.Add(image.Pt(rnd.IntN(200), 2))}, black)
	case 2:
		_ = c.QR(image.Rectangle{Min: at, Max: at.Add(image.Pt(100, 100))}, strings.Repeat("q", 1+rnd.IntN(150)))
	default:
		words := []string{"收款 12.34", "a中b文", "—…→", "\x1b[2J\x00\u0085", "😀𠮷é", "\u00a0\u00ad\u200b", "ＡＢ"}
		c.Text(at.X, at.Y, words[rnd.IntN(len(words))], display.Style{Ink: red, Paper: white, Scale: rnd.IntN(5)})
	}
}

// Control characters in what a screen shows, a product's name say, never reach the console.
func TestConsoleIsSafe(t *testing.T) {
	var out strings.Builder
	a := display.NewANSI(&out)
	c := display.NewCanvas(320, 240)
	c.Text(0, 0, "可乐\x1b]0;evil\x07\x1b[31m\x9b2J\u009b2J\r\n\u202e", plain)
	if err := c.Flush(a); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"\x1b]", "\x07", "\x1b[31m", "\u009b", "\x9b2", "\r", "\n", "\u202e"} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%q got through", bad)
		}
	}
	if !strings.Contains(out.String(), "可乐□]0;evil□□[31m") {
		t.Errorf("the text reads %q", out.String())
	}
}

func TestConsoleIsRestored(t *testing.T) {
	term := displaytest.NewTerminal(80, 24)
	a := display.NewANSI(term)
	if err := a.Close(); err != nil || !term.Mode("?25") {
		t.Errorf("closing what was never used: %v", err)
	}
	c := display.NewCanvas(320, 240)
	if err := c.Flush(a); err != nil {
		t.Fatal(err)
	}
	if term.Mode("?25") || term.Mode("?7") || !term.Mode("?1049") {
		t.Error("the terminal is not prepared")
	}
	for range 2 {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	if !term.Mode("?25") || !term.Mode("?7") || term.Mode("?1049") {
		t.Error("the terminal is not as it was")
	}
	clean(t, term)
}

// A flaky writes to the terminal only while it is plugged in; half of what is written when it is pulled
// still arrives.
type flaky struct {
	*displaytest.Terminal
	pulled bool
}

var errPulled = errors.New("console pulled")

func (f *flaky) Write(p []byte) (int, error) {
	if f.pulled {
		n, _ := f.Terminal.Write(p[:len(p)/2])
		return n, errPulled
	}
	return f.Terminal.Write(p)
}

// A console that loses half an update shows the whole screen again when it is back.
func TestConsoleComesBack(t *testing.T) {
	f := &flaky{Terminal: displaytest.NewTerminal(80, 24)}
	a := display.NewANSI(f)
	c := display.NewCanvas(320, 240)
	screen(t, c, 119, "")
	if err := c.Flush(a); err != nil {
		t.Fatal(err)
	}
	f.pulled = true
	screen(t, c, 57, "")
	if err := c.Flush(a); !errors.Is(err, errPulled) {
		t.Errorf("the error is %v", err)
	}
	f.pulled = false
	if err := c.Flush(a); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(f.Text(), "剩余 57 秒") {
		t.Errorf("the console shows\n%s", f.Text())
	}
}
