package printertest

import (
	"errors"
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/codabar"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/code39"
	"github.com/boombuler/barcode/code93"
	"github.com/boombuler/barcode/ean"
	"github.com/boombuler/barcode/twooffive"

	"smartpos/device/display/qr"
)

// A symbol is the state of GS ( k for QR codes.
type symbol struct {
	module int
	level  byte // '0' L to '3' H
	data   []byte
}

// barcodeStyle is what GS h, w, H and f set.
type barcodeStyle struct {
	high, module int
	hri          int // 1 above, 2 below, 3 both
	small        bool
}

// symbolCommands are barcodes and QR codes.
var symbolCommands = map[string]*command{
	"\x1D(k": {args: 2, size: sized, run: func(m *machine, _, p []byte) { m.symbolCommand(p) }},
	"\x1Dk": {args: 1, chained: true, size: func(a, p []byte) int {
		if a[0] < 65 {
			return untilNUL
		}
		if len(p) == 0 {
			return 1
		}
		return 1 + int(p[0])
	}, run: (*machine).barcodeCommand},
	"\x1Dh": set(func(m *machine, n int) { m.barcode.high = max(1, n) }),
	"\x1Dw": set(func(m *machine, n int) { m.barcode.module = max(1, min(n, 6)) }),
	"\x1DH": set(func(m *machine, n int) { m.barcode.hri = n & 3 }),
	"\x1Df": set(func(m *machine, n int) { m.barcode.small = n&1 == 1 }),
}

// symbolCommand is GS ( k pL pH cn fn parameters.
func (m *machine) symbolCommand(p []byte) {
	bad := func(why string) { m.report(append([]byte{0x1D, '(', 'k'}, p[:min(len(p), 16)]...), why) }
	if len(p) < 3 {
		bad("too short for a symbol")
		return
	}
	if p[0] != '1' {
		bad("a symbol that is not emulated")
		return
	}
	switch p[1] {
	case 'A': // model: 49 and 50 look alike to a reader, 51 is Micro QR
		if p[2] == '3' {
			bad("Micro QR is not emulated")
		}
	case 'C':
		m.qr.module = max(1, min(int(p[2]), 16))
	case 'E':
		m.qr.level = max('0', min(p[2], '3'))
	case 'P':
		m.qr.data = append([]byte(nil), p[3:]...)
	case 'Q':
		if err := m.printQR(); err != nil {
			bad(err.Error())
		}
	case 'R': // function 182 asks the size of the symbol
	default:
		bad("no such function of QR codes")
	}
}

// printQR prints the stored code without a quiet zone, as printers do.
func (m *machine) printQR() error {
	matrix, err := qr.Encode(string(m.qr.data), qr.Level(m.qr.level-'0'))
	if err != nil {
		return err
	}
	pic := newBitmap(matrix.Size, matrix.Size)
	for y := range matrix.Size {
		for x := range matrix.Size {
			if matrix.At(x, y) {
				pic.set(x, y)
			}
		}
	}
	pic = pic.scale(m.qr.module, m.qr.module)
	if pic.w > m.width() {
		return fmt.Errorf("a QR code %d dots wide on paper of %d", pic.w, m.width())
	}
	m.picture(pic)
	if m.paper == nil {
		m.roll.text = m.roll.text[:len(m.roll.text)-1]
		m.roll.write(fmt.Sprintf("[QR %d×%d]", pic.w, pic.h))
	}
	return nil
}

// barcodeCommand is GS k m data NUL, or GS k m n data.
func (m *machine) barcodeCommand(a, p []byte) {
	kind := a[0]
	if kind >= 65 {
		kind, p = kind-65, p[1:]
	}
	name, code, err := encodeBarcode(kind, string(p))
	if err != nil {
		m.report(append([]byte{0x1D, 'k'}, a...), "barcode: "+err.Error())
		return
	}
	modules := code.Bounds().Dx()
	bars := newBitmap(modules, 1)
	for x := range modules {
		if code.At(x, 0) == (color.Gray16{Y: 0}) {
			bars.set(x, 0)
		}
	}
	bars = bars.scale(m.barcode.module, m.barcode.high)
	if bars.w > m.width() {
		m.report(append([]byte{0x1D, 'k'}, a...), fmt.Sprintf("barcode of %d dots on paper of %d: a printer leaves it out", bars.w, m.width()))
		return
	}
	text := code.Content()
	m.picture(m.caption(bars, text))
	if m.paper == nil {
		m.roll.text = m.roll.text[:len(m.roll.text)-1]
		m.roll.write(fmt.Sprintf("[%s %s]", name, printable([]byte(text))))
	}
}

// caption adds the text of a barcode above or below it.
func (m *machine) caption(bars *bitmap, text string) *bitmap {
	if m.barcode.hri == 0 {
		return bars
	}
	f := fontA
	if m.barcode.small {
		f = fontB
	}
	w := max(bars.w, f.w*len(text))
	above, below := m.barcode.hri&1*(f.h+2), m.barcode.hri>>1*(f.h+2)
	out := newBitmap(w, above+bars.h+below)
	out.draw(bars, (w-bars.w)/2, above)
	for i, c := range printable([]byte(text)) {
		g := glyph(rune(c), f, 1)
		x := (w-f.w*len(text))/2 + i*f.w
		if above > 0 {
			out.draw(g, x, 0)
		}
		if below > 0 {
			out.draw(g, x, above+bars.h+2)
		}
	}
	return m.clip(out)
}

// encodeBarcode makes the code of a kind, counted as by GS k 0–8.
func encodeBarcode(kind byte, s string) (name string, code barcode.Barcode, err error) {
	if len(s) == 0 || len(s) > 255 {
		return "", nil, fmt.Errorf("%d characters", len(s))
	}
	switch kind {
	case 0: // UPC-A is the EAN that begins with 0
		code, err = ean.Encode("0" + s[:min(len(s), 11)])
		return "UPC-A", code, err
	case 2: // printers reckon the check digit themselves, whatever is sent for it
		code, err = ean.Encode(s[:min(len(s), 12)])
		return "EAN", code, err
	case 3:
		code, err = ean.Encode(s[:min(len(s), 7)])
		return "EAN", code, err
	case 4:
		code, err = code39.Encode(strings.Trim(s, "*"), false, false)
		return "CODE39", code, err
	case 5:
		if len(s)%2 == 1 {
			s = "0" + s
		}
		code, err = twooffive.Encode(s, true)
		return "ITF", code, err
	case 6:
		code, err = codabar.Encode(strings.ToUpper(s))
		return "CODABAR", code, err
	case 7:
		code, err = code93.Encode(s, true, true)
		return "CODE93", code, err
	case 8:
		var plain string
		if plain, err = plain128(s); err != nil {
			return "", nil, err
		}
		code, err = code128.Encode(plain)
		return "CODE128", code, err
	}
	return "", nil, errors.New("a kind that is not emulated")
}

// plain128 is the text of Code 128 data as printers take them: {A, {B and {C choose a code set, {{ is a brace,
// {1 is FNC1; in set C a byte is two digits. Which set the bars use is the encoder's choice.
func plain128(s string) (string, error) {
	var out strings.Builder
	pairs := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '{' && i+1 < len(s):
			i++
			switch s[i] {
			case 'A', 'B':
				pairs = false
			case 'C':
				pairs = true
			case '{':
				out.WriteByte('{')
			case '1':
				out.WriteRune(code128.FNC1)
			case 'S':
			default:
				return "", fmt.Errorf("data of Code 128 with {%c", s[i])
			}
		case pairs && s[i] < 100:
			fmt.Fprintf(&out, "%02d", s[i])
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String(), nil
}
