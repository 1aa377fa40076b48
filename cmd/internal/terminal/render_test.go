package terminal

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smartpos/device/display"
	"smartpos/device/display/displaytest"
	"smartpos/txn"
)

var screens = map[string]txn.Screen{
	"idle": {Kind: txn.ScreenSale, Title: "请输入金额", Amount: "¥0.00", Lines: []string{"惠民便利店"}, Keys: []string{"扫码 商品", "菜单 更多"}},
	"sale": {Kind: txn.ScreenSale, Title: "收款", Amount: "¥12.50", Keys: []string{"确认 收款码", "扫码 付款码", "清除 退格", "取消 放弃"}},
	"qr": {
		Kind: txn.ScreenQR, Title: "收款码", Amount: "¥12.50", QR: "weixin://wxpay/bizpayurl?pr=abcdefghijk", Left: 118,
		Wallet: "请用微信支付扫码", Choice: []string{"2 支付宝"}, Keys: []string{"菜单 打印", "取消 关闭"},
	},
	"paid": {
		Kind: txn.ScreenSale, Title: "收款成功", Tone: txn.ToneGood, Amount: "¥50000.00",
		Lines: []string{"微信支付  单号 000123", "优惠 ¥2.00  实付 ¥6.00", "正在打印小票"}, Keys: []string{"确认 下一笔"},
	},
	"paper": {
		Kind: txn.ScreenSale, Title: "收款成功", Tone: txn.ToneWait, Amount: "¥12.50", Alarm: true, Status: "打印机缺纸：请装纸",
		Lines: []string{"微信支付  单号 000123", "小票可能只打了一半。"}, Keys: []string{"确认 重打印", "取消 不打印"},
	},
	"menu": {Kind: txn.ScreenText, Title: "菜单", Lines: []string{"1 重打印上一笔", "2 未决订单 3"}, Keys: []string{"取消 返回"}},
}

// Every word of a screen can be read back from its pixels. With SCREENS set to a folder the pictures are
// left there, to be looked at.
func TestScreensReadBack(t *testing.T) {
	for name, s := range screens {
		t.Run(name, func(t *testing.T) {
			s.Mark, s.Clock = "测试", "15:04"
			c := display.NewCanvas(320, 240)
			Draw(c, s)
			keep(t, name, c)
			got := squeeze(displaytest.ReadText(c))
			words := append(append([]string{s.Title, s.Mark, s.Clock, s.Amount, s.Wallet, s.Status}, s.Lines...), append(s.Keys, s.Choice...)...)
			for _, w := range words {
				if !strings.Contains(got, squeeze(w)) {
					t.Errorf("%q can't be read in\n%s", w, displaytest.ReadText(c))
				}
			}
		})
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func keep(t *testing.T, name string, c *display.Canvas) {
	t.Helper()
	dir := os.Getenv("SCREENS")
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, c); err != nil {
		t.Fatal(err)
	}
}

// A text longer than the screen ends in a mark; it never runs into the keys.
func TestLongTextIsMarked(t *testing.T) {
	c := display.NewCanvas(320, 240)
	Draw(c, txn.Screen{Kind: txn.ScreenSale, Amount: "¥1.00", Lines: []string{strings.Repeat("很长的话", 100)}, Keys: []string{"取消 返回"}})
	got := displaytest.ReadText(c)
	if !strings.Contains(got, "…") || !strings.Contains(got, "取消 返回") {
		t.Fatal(got)
	}
}

func TestAmountScales(t *testing.T) {
	for amount, want := range map[string]int{"¥0.00": 3, "¥50000.00": 3, "¥1000000.00": 3, "¥100000000000.00": 2, strings.Repeat("1", 30): 1} {
		if got := amountScale(amount, 320); got != want {
			t.Errorf("%s: scale %d, want %d", amount, got, want)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	c := display.NewCanvas(320, 240)
	s := screens["qr"]
	b.ReportAllocs()
	for b.Loop() {
		Draw(c, s)
	}
}
