package printer

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"smartpos/device/display/qr"
)

// Limits of a QR code on paper.
const (
	usualModule   = 6    // dots: 0.75 mm, which any phone reads at arm's length
	leastModule   = 3    // dots: below 0.375 mm thermal paper blurs
	nativeContent = 1017 // bytes; HPRT stores less than 1021 with its 3 bytes of header, Epson 7092
	usualBand     = 1024 // bytes of raster a command; less where the printer's buffer is small
)

// capacityM is how many bytes versions 1 to 40 hold at level M (ISO/IEC 18004 table 7).
var capacityM = [40]int{
	14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666,
	711, 779, 857, 911, 997, 1059, 1125, 1190, 1264, 1370, 1452, 1538, 1628, 1722, 1809, 1911, 1989, 2099, 2213, 2331,
}

// qr prints a code. Its content goes to the printer or the encoder as it is, so a control character in it is
// refused: replaced by something else it would be another code.
func (e *encoder) qr(q QR) error {
	if err := printableContent(q.Content); err != nil {
		return err
	}
	if e.model.QR == QRNative && len(q.Content) <= nativeContent {
		return e.nativeQR(q)
	}
	matrix, err := qr.Encode(q.Content, qr.M)
	if err != nil {
		return err
	}
	return e.rasterQR(matrix, q.Module)
}

func printableContent(s string) error {
	switch {
	case s == "":
		return errors.New("no content")
	case !utf8.ValidString(s):
		return errors.New("content is not UTF-8")
	}
	for _, r := range s {
		if r < ' ' || r >= 0x7F && r < 0xA0 {
			return fmt.Errorf("content has the control character %U", r)
		}
	}
	return nil
}

// module chooses the width of a module in dots for a code of size modules, or says that the paper is too narrow.
func (m Model) module(want, size int, usual ...int) (int, error) {
	room := m.Dots / (size + 2*qr.QuietZone)
	if want < 0 || want > 16 {
		return 0, fmt.Errorf("module of %d dots: 1 to 16", want)
	}
	if want > 0 {
		if want > room {
			return 0, fmt.Errorf("%d modules of %d dots and the quiet zone are wider than %d dots", size, want, m.Dots)
		}
		return want, nil
	}
	for _, n := range usual {
		if n <= room {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%d modules of %d dots and the quiet zone are wider than %d dots", size, leastModule, m.Dots)
}

// nativeQR has the printer draw the code: GS ( k functions 165 (model 2), 167 (module), 169 (level M), 180
// (store) and 181 (print). How many modules it will have follows from the length; a printer that packs digits
// better draws a smaller one.
func (e *encoder) nativeQR(q QR) error {
	size := 0
	for v, capacity := range capacityM {
		if len(q.Content) <= capacity {
			size = 4*v + 21
			break
		}
	}
	module, err := e.model.module(q.Module, size, usualModule, 5, 4, leastModule)
	if err != nil {
		return err
	}
	e.align(Center)
	e.space(module * qr.QuietZone)
	e.inks()
	n := len(q.Content) + 3
	e.put(gs, '(', 'k', 4, 0, '1', 'A', '2', 0)
	e.put(gs, '(', 'k', 3, 0, '1', 'C', byte(module))
	e.put(gs, '(', 'k', 3, 0, '1', 'E', '1')
	e.put(gs, '(', 'k', byte(n), byte(n>>8), '1', 'P', '0')
	e.put([]byte(q.Content)...)
	e.put(gs, '(', 'k', 3, 0, '1', 'Q', '0')
	e.job.bulk = max(e.job.bulk, n+5)
	e.end(size * module)
	e.space(module * qr.QuietZone)
	return nil
}

// rasterQR draws the code in bands of GS v 0. With an even module it is sent at half the resolution and
// printed with both sides doubled (m = 3): the same size from a quarter of the bytes.
func (e *encoder) rasterQR(matrix *qr.Matrix, want int) error {
	module, err := e.model.module(want, matrix.Size, usualModule, 4, leastModule)
	if err != nil {
		return err
	}
	e.align(Center)
	e.space(module * qr.QuietZone)
	mode, scale := byte(0), 1
	if module%2 == 0 {
		mode, scale = 3, 2
	}
	stride, rows := quietRaster(matrix.Size, matrix.At, module/scale)
	e.bands(mode, scale, stride, rows)
	e.space(module * qr.QuietZone)
	return nil
}

// bands sends rows, each of stride bytes, in commands that fit well into the printer's buffer.
func (e *encoder) bands(mode byte, scale, stride int, rows []byte) {
	e.inks()
	high := max(1, min(usualBand, e.model.Buffer/2)/stride)
	for len(rows) > 0 {
		n := min(high, len(rows)/stride)
		e.put(gs, 'v', '0', mode, byte(stride), byte(stride>>8), byte(n), byte(n>>8))
		e.put(rows[:n*stride]...)
		e.job.bulk = max(e.job.bulk, n*stride+8)
		e.end(n * scale)
		rows = rows[n*stride:]
	}
}

// quietRaster is drawRaster with the code moved right by so many dots, less than a byte, that its data hold no
// real-time command: DLE EOT, DLE ENQ and DLE DC4 act on some printers even in the middle of a picture.
func quietRaster(size int, at func(x, y int) bool, module int) (stride int, rows []byte) {
	middle := (-size * module & 7) / 2 // of what the last byte of a row has to spare
	for shift := range 8 {
		if stride, rows = drawRaster(size, at, module, (middle+shift)%8); !realTime(rows) {
			return stride, rows
		}
	}
	return drawRaster(size, at, module, middle) // all eight have one: print it, the driver tells stray answers apart
}

// realTime reports whether data hold the beginning of a real-time command.
func realTime(data []byte) bool {
	for {
		i := bytes.IndexByte(data, dle)
		if i < 0 || i+1 == len(data) {
			return false
		}
		switch data[i+1] {
		case eot, 0x05, 0x14:
			return true
		}
		data = data[i+1:]
	}
}

// drawRaster draws a code of size by size modules, each module dots wide, shift dots from the left: one bit a
// dot, the leftmost in bit 7, rows of stride bytes.
func drawRaster(size int, at func(x, y int) bool, module, shift int) (stride int, rows []byte) {
	stride = (size*module + shift + 7) / 8
	rows = make([]byte, 0, stride*size*module)
	row := make([]byte, stride)
	for y := range size {
		clear(row)
		for x := range size * module {
			if at(x/module, y) {
				row[(x+shift)/8] |= 0x80 >> ((x + shift) % 8)
			}
		}
		for range module {
			rows = append(rows, row...)
		}
	}
	return stride, rows
}
