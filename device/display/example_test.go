package display_test

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"

	"smartpos/device/display"
	"smartpos/device/display/displaytest"
)

// A plain file stands for the framebuffer device; the picture is read back from it.
func Example() {
	dir, err := os.MkdirTemp("", "display")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	cfg := display.FramebufferConfig{Path: filepath.Join(dir, "fb0"), Width: 320, Height: 240, Format: display.RGB565}
	panel, err := display.OpenFramebuffer(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer panel.Close()

	paper, ink := color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0, 0, 255}
	c := display.NewCanvas(320, 240)
	c.Fill(c.Bounds(), paper)
	c.Text(0, 0, "应收金额", display.Style{Ink: ink, Paper: paper})
	c.Text(0, 16, "¥12.34", display.Style{Ink: ink, Paper: paper, Scale: 2})
	c.Text(0, 48, "确认 收款码  扫码 付款码", display.Style{Ink: ink, Paper: paper})
	if err := c.Flush(panel); err != nil {
		fmt.Println(err)
		return
	}

	img, err := display.ReadFramebuffer(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(displaytest.ReadText(img.SubImage(image.Rect(0, 0, 320, 64))))
	// Output:
	// 应收金额
	// ¥12.34
	//
	// 确认 收款码  扫码 付款码
}

func ExampleWrap() {
	for _, line := range display.Wrap("打印机缺纸，请换纸后按 确认 继续", 160) {
		fmt.Println(line)
	}
	// Output:
	// 打印机缺纸，请换纸后
	// 按 确认 继续
}

// A console shows the same canvas as text.
func ExampleNewANSI() {
	console := displaytest.NewTerminal(80, 24) // stands for os.Stdout
	backend := display.NewANSI(console)
	defer backend.Close()

	paper, ink := color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0, 0, 255}
	c := display.NewCanvas(320, 240)
	c.Fill(c.Bounds(), paper)
	c.Text(0, 0, "应收金额", display.Style{Ink: ink, Paper: paper})
	c.Text(0, 16, "¥12.34", display.Style{Ink: ink, Paper: paper, Scale: 2})
	if err := c.Flush(backend); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.TrimSpace(console.Text()))
	// Output:
	// 应收金额
	//    ¥12.34
}
