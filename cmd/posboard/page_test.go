package main

import (
	"bytes"
	"fmt"
	"image/png"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
)

// charged asks the network's own books, whatever the page shows.
func (w *window) charged(want int64) {
	w.t.Helper()
	if got := w.board.Ledger().Charged; got != want {
		w.t.Errorf("customers were charged %d fen, want %d", got, want)
	}
}

// fits checks that nothing of the page lies outside the window: sideways never, and on a desk not below either.
func (w *window) fits() {
	w.t.Helper()
	// Against the size that was asked for: a phone's browser makes innerWidth larger when the page is too wide.
	w.holds("the page is not wider than the window", fmt.Sprintf(`document.documentElement.scrollWidth <= %d`, w.size.width))
	if !w.size.touch {
		w.holds("the page is not higher than the window", fmt.Sprintf(`document.documentElement.scrollHeight <= %d`, w.size.height))
	}
}

// The narrowest phones show the whole shell, and no row of the display's pixels is left out: an 8 without its middle
// is a 0.
func TestPageOnNarrowPhones(t *testing.T) {
	for _, s := range []size{{"360x740", 360, 740, true}, {"320x568", 320, 568, true}} {
		t.Run(s.name, func(t *testing.T) {
			w := openWindow(t, s, "")
			w.fits()
			w.holds("every key is inside the window", fmt.Sprintf(`[...document.querySelectorAll(".key, #lcd")].every(e => {
				const r = e.getBoundingClientRect(); return r.left >= 0 && r.right <= %d; })`, s.width))
			w.holds("the display is scaled smoothly", `getComputedStyle(document.getElementById("lcd")).imageRendering === "auto"`)
			w.keys("5", "OK")
			w.lcd("请用微信支付扫码")
		})
	}
}

// A whole sale of each kind, with nothing but clicks, or taps on a phone.
func TestPageSalesByClicks(t *testing.T) {
	for _, s := range []size{desk, mobile} {
		t.Run(s.name, func(t *testing.T) {
			w := openWindow(t, s, "")
			w.fits()

			// Show: the customer scans the display.
			w.keys("1", "2", ".", "5", "OK")
			w.lcd("请用微信支付扫码")
			w.click("#scan-lcd")
			w.text("#app-page .amount", "¥12.50")
			w.text("#app-page .payee", "惠民便利店")
			w.shot(s.name + "-show")
			w.charged(0)
			w.click("#confirm")
			w.text("#app-page", "支付成功")
			w.lcd("收款成功")
			w.lcd("小票已打印")
			w.charged(1250)
			w.text("#orders tr:first-child", "12.50")
			w.text("#orders tr:first-child .badge", "已付")
			w.text("#totals", "实扣 ¥12.50")

			// The paper has rolled out, down to its last dot.
			w.wait("all of the paper is out", `(() => { const p = document.getElementById("paper");
				return p.naturalHeight > 1000 && Math.abs(p.clientHeight - document.getElementById("strip").clientHeight) <= 1; })()`)
			w.fits()
			w.shot(s.name + "-paid")

			// Torn off, it stays to be read at full size.
			w.click("#tear")
			w.wait("the slip is in the tray", `document.querySelectorAll("#slips li").length === 1`)
			w.wait("only the end of the paper sticks out", `document.getElementById("tear").disabled`)
			w.click("#slips button")
			w.wait("the slip can be read", `document.getElementById("reader").open && document.getElementById("reader-img").alt.includes("12.50")`)
			w.shot(s.name + "-slip")
			w.click("#reader-close")

			// Scan: the terminal reads the customer's code.
			w.keys("OK")
			w.lcd("请输入金额")
			w.keys("6", ".", "6", "SCAN")
			w.lcd("请顾客出示付款码")
			w.click("#show-code")
			w.text("#app-page", "向商家付款")
			w.shot(s.name + "-code")
			w.click("#code-scan")
			w.lcd("收款成功")
			w.text("#app-page", "支付成功")
			w.text("#orders tr:first-child", "付款码")
			w.charged(1910)
			w.text("#totals", "实扣 ¥19.10")
			w.fits()
		})
	}
}

// The computer's keyboard is the terminal's, except where it types into a field or works a button.
func TestPageKeyboard(t *testing.T) {
	w := openWindow(t, desk, "")
	w.do("type 12.50", chromedp.KeyEvent("12.50"))
	w.lcd("¥12.50")
	w.do("Backspace", chromedp.KeyEvent(kb.Backspace))
	w.lcd("¥12.5\n")
	w.do("Escape", chromedp.KeyEvent(kb.Escape))
	w.lcd("¥0.00")
	w.do("m", chromedp.KeyEvent("m"))
	w.lcd("重打印上一笔")
	w.do("Escape", chromedp.KeyEvent(kb.Escape))
	w.lcd("¥0.00")
	w.do("type 7", chromedp.KeyEvent("7"))
	w.lcd("¥7")
	w.do("Shift+S", chromedp.KeyEvent("S", chromedp.KeyModifiers(chromedp.ModifierShift)))
	w.lcd("选择收款方式")
	w.do("Escape", chromedp.KeyEvent(kb.Escape))
	w.lcd("¥7")
	w.do("Enter", chromedp.KeyEvent(kb.Enter))
	w.lcd("请用微信支付扫码")
	w.do("Escape", chromedp.KeyEvent(kb.Escape))
	w.lcd("¥0.00")

	// Digits in a field are the field's.
	w.do("type into the field", chromedp.SendKeys(chromedp.CSS("#scan-text"), "6901"))
	w.holds("the field has them", `document.getElementById("scan-text").value === "6901"`)
	w.do("leave the field", chromedp.Blur(chromedp.CSS("#scan-text")))
	// And Enter is the button's that Tab has led to: this one shows a payment code and starts no sale.
	w.do("Enter on a button", chromedp.Focus(chromedp.CSS("#show-code")), chromedp.KeyEvent(kb.Enter))
	w.text("#app-page", "向商家付款")
	w.do("Enter on a key", chromedp.Focus(chromedp.CSS(`[data-key="3"]`)), chromedp.KeyEvent(kb.Enter))
	w.lcd("¥3")
	if got := w.board.DisplayText(); strings.Contains(got, "6901") || strings.Contains(got, "33") {
		t.Errorf("the terminal got keys that were not for it:\n%s", got)
	}
}

// A held key says that it is held, and does its second thing without being let go.
func TestPageLongPress(t *testing.T) {
	w := openWindow(t, desk, "")
	w.keys("8")
	w.lcd("¥8")
	const scan = `[data-key="SCAN"]`
	w.pointer(chromedp.MousePressed, scan, 0, 0)
	w.wait("the key is down", `document.querySelector('[data-key="SCAN"].down')`)
	w.wait("the key is held", `document.querySelector('[data-key="SCAN"].long')`)
	w.lcd("选择收款方式")
	w.shot("long-press")
	w.pointer(chromedp.MouseReleased, scan, 0, 0)
	w.wait("the key is up", `!document.querySelector(".key.down")`)
	w.keys("CANCEL")
	w.lcd("¥8")
	w.keys("SCAN") // short
	w.lcd("请顾客出示付款码")
}

// Paper comes off by pulling too, and a little tug leaves it.
func TestPageTearByPulling(t *testing.T) {
	w := openWindow(t, desk, "")
	w.keys("5", "OK")
	w.lcd("请用微信支付扫码")
	w.keys("MENU") // prints the code
	w.wait("the code is on the paper", `!document.getElementById("tear").disabled`)
	w.click("#scan-paper") // from the paper's picture
	w.text("#app-page .amount", "¥5.00")
	w.click("#decline")
	w.text("#app-page", "已取消付款")
	w.charged(0)

	w.pointer(chromedp.MousePressed, "#tear", -90, 0)
	for dy := 0.0; dy >= -80; dy -= 20 {
		w.pointer(chromedp.MouseMoved, "#tear", -90, dy)
	}
	w.pointer(chromedp.MouseReleased, "#tear", -90, -80)
	w.wait("the slip is in the tray", `document.querySelectorAll("#slips li").length === 1`)
}

// What is broken shows where it is broken, and on the board.
func TestPageFaultsAndPower(t *testing.T) {
	w := openWindow(t, desk, "?lang=en")
	w.text(`[data-key="OK"]`, "OK")
	w.text("#fault-printer", "Printer")
	for _, c := range []struct{ part, fault, says string }{
		{"printer", "paper-out", "Paper out"}, {"scanner", "unplugged", "Unplugged"}, {"network", "down", "Down"},
	} {
		button := fmt.Sprintf(`[data-part=%q][data-fault=%q]`, c.part, c.fault)
		w.text(button, c.says)
		w.click(button)
		w.wait(c.fault+" is in force", fmt.Sprintf(`document.querySelector('%s').getAttribute("aria-pressed") === "true"`, button))
	}
	if f := w.board.Faults(); f.Printer != "paper-out" || f.Scanner != "unplugged" || f.Network != "down" {
		t.Errorf("the board's faults are %+v", f)
	}
	w.text("#printer-says", "Paper out")
	w.text("#scanner-says", "unplugged")
	w.wait("the network's lamp is red", `document.getElementById("lamp-network").dataset.on === "bad"`)
	w.shot("faults-en")

	// The power goes at a point in the work, and the page says where.
	w.do("choose a point", chromedp.SetValue(chromedp.CSS("#cut-what"), "disk-write"), chromedp.SetValue(chromedp.CSS("#cut-n"), "1"))
	w.click("#cut button")
	w.text("#power-says", "Will be cut: disk write 1")
	w.keys("9", "OK")
	w.text("#power-says", "Was cut: disk write 1")
	w.wait("the display is dark and offers to switch on", `document.getElementById("wake").checkVisibility()`)
	w.shot("power-off-en")

	// Without power the keys say why nothing happens.
	w.expectRefusals()
	w.keys("1")
	w.text("#note-keys", "no power")
	w.click("#wake")
	w.text("#power-says", "On")
	w.lcd("¥0.00")
	w.charged(0)
}

// Errors stand where they arise, in the page's language.
func TestPageErrors(t *testing.T) {
	w := openWindow(t, desk, "")
	w.expectRefusals()
	w.click("#scan-lcd")
	w.text("#note-phone", "相机没有看到二维码")
	w.shot("error")
	w.do("English", chromedp.Click(chromedp.CSS(`[data-lang="en"]`)))
	w.click(`.wallets [data-wallet="alipay"]`)
	w.text("#note-phone", "")
	w.keys("1", "OK")
	w.lcd("请用微信支付扫码")
	w.click("#scan-lcd") // the wrong wallet
	w.text("#note-phone", "Use WeChat to scan this code")
	w.text("#app-page", "Use WeChat to scan this code")
	w.charged(0)

	// A board that is gone is told from one that is silent.
	w.server.CloseClientConnections()
	w.board.Close()
	w.text("#link-text", "Connection lost")
}

// The barcode on the phone is a real one: any reader gets the digits below it.
func TestPageBarcode(t *testing.T) {
	w := openWindow(t, desk, "")
	w.click("#show-code")
	w.text("#app-page", "向商家付款")
	w.wait("there is a barcode", `document.querySelector(".barcode path")`)
	digits, err := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS(".digits")))
	if err != nil {
		t.Fatalf(".digits: %v", err)
	}
	picture, err := chromedp.Run(w.ctx, chromedp.ScreenshotScale(chromedp.CSS(".barcode"), 3))
	if err != nil {
		t.Fatalf(".barcode: %v", err)
	}
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	read, err := oned.NewCode128Reader().Decode(bitmap, nil)
	if err != nil {
		t.Fatalf("the barcode can't be read: %v", err)
	}
	if want := strings.ReplaceAll(digits, " ", ""); read.GetText() != want {
		t.Errorf("the barcode says %s, the digits below it %s", read.GetText(), want)
	}
}

// The page follows the system into the dark, and does not move where nothing shall move.
func TestPageDarkAndStill(t *testing.T) {
	w := openWindow(t, desk, "")
	if _, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: "dark"}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}); err != nil {
		t.Fatal(err)
	}
	w.wait("the page is dark", `getComputedStyle(document.querySelector(".card")).backgroundColor === "rgb(32, 37, 45)"`)
	w.keys("2", "0", "OK")
	w.lcd("请用微信支付扫码")
	w.click("#scan-lcd")
	w.click("#confirm")
	w.lcd("小票已打印")
	w.click("#tear")
	w.wait("the slip is in the tray", `document.querySelectorAll("#slips li").length === 1`)
	w.holds("nothing falls", `!document.querySelector(".falling")`)
	w.shot("dark")
}
