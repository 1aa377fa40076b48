package printer

import (
	"errors"
	"fmt"
	"time"
)

// QRMode is how a printer gets its QR codes.
type QRMode string

// The QR modes; the empty one is QRNative.
const (
	QRNative QRMode = "native" // GS ( k: the printer draws the code from its content
	QRRaster QRMode = "raster" // GS v 0: we draw it, for printers that would print the command as text
)

// Encoding is the character set of a printer's Chinese mode.
type Encoding string

// The encodings; the empty one is GB18030.
const (
	GB18030 Encoding = "gb18030" // two-byte codes and the four-byte ones of CJK extension A
	GB2312  Encoding = "gb2312"  // the 7,445 characters of 1980; anything else prints as 〓
)

// CutMode is what ends a piece of paper.
type CutMode string

// The cut modes; the empty one is CutPartial.
const (
	CutNone    CutMode = "none" // no cutter: the paper is fed to the edge where it is torn off
	CutPartial CutMode = "partial"
	CutFull    CutMode = "full"
)

// Drawer is the pin of the drawer connector that a cash drawer hangs on.
type Drawer string

// The drawers; the empty one is DrawerNone.
const (
	DrawerNone Drawer = "none"
	DrawerPin2 Drawer = "pin2"
	DrawerPin5 Drawer = "pin5"
)

// The pulse of a drawer's solenoid.
const (
	MinPulse = 20 * time.Millisecond
	MaxPulse = 500 * time.Millisecond
)

// Dialect is which commands set density and speed: three are in use, and one printer's command is another's
// garbage, so it must be known.
type Dialect string

// The dialects. Values of Density and Speed are the printer's own; 0 always leaves that setting alone.
const (
	// DialectNone cannot set anything.
	DialectNone Dialect = ""

	// DialectHeat is ESC 7 n1 n2 n3. Density is n2, the heating time in units of 10 µs, 3–255; Speed is n3, the
	// pause between heatings in units of 10 µs, 1–255: a longer pause prints slower and sharper. What is left
	// alone is the usual default, 80 and 2; n1 stays at 7, 64 dots at a time.
	DialectHeat Dialect = "heat"

	// DialectDC2 is DC2 # n. Density 1–31 is D4–0: 50 % + 5 %·n; Speed 1–7 is D7–5: a pause of 250 µs·n.
	DialectDC2 Dialect = "dc2"

	// DialectEpson is GS ( K, functions 49 and 50. Density is 1–8 (darker) or 250–255 (−6 … −1, lighter); Speed
	// is 1 (slowest) – 14.
	DialectEpson Dialect = "epson"
)

// A Model is what must be known of a printer to write for it. The zero Model is the usual 58 mm one: 32
// columns, 384 dots, native QR, GB 18030, partial cut, a buffer of 4096 bytes.
type Model struct {
	Columns  int      // 32 or 48; 0 is 32
	Dots     int      // dots a line, 12 a column: 384 or 576; 0 goes with Columns
	QR       QRMode   // native or raster
	Encoding Encoding // of the Chinese font
	Cut      CutMode
	Dialect  Dialect // of Density and Speed
	Density  int     // see Dialect; 0 leaves it
	Speed    int     // see Dialect; 0 leaves it
	NearEnd  bool    // it has a sensor for the near end of the roll
	Buffer   int     // bytes its receive buffer holds, 64–1 MiB; 0 is 4096
	Drawer   Drawer
	Pulse    time.Duration // for Drawer, MinPulse–MaxPulse in steps of 2 ms; 0 is 100 ms
}

// ErrModel is returned when a Model's fields cannot be those of a printer; the error says which and why.
var ErrModel = errors.New("not a printer's description")

// Check returns m with its defaults filled in, or an error that wraps [ErrModel] for each thing wrong.
func (m Model) Check() (Model, error) {
	m = m.defaults()
	var errs []error
	wrong := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("printer: %w: "+format, append([]any{ErrModel}, args...)...))
		}
	}
	wrong(m.Columns == 32 || m.Columns == 48, "columns %d: 32 or 48", m.Columns)
	wrong(m.Dots == 12*m.Columns, "dots %d: %d with %d columns", m.Dots, 12*m.Columns, m.Columns)
	wrong(m.QR == QRNative || m.QR == QRRaster, "qr %q: native or raster", m.QR)
	wrong(m.Encoding == GB18030 || m.Encoding == GB2312, "encoding %q: gb18030 or gb2312", m.Encoding)
	wrong(m.Cut == CutNone || m.Cut == CutPartial || m.Cut == CutFull, "cut %q: none, partial or full", m.Cut)
	wrong(m.Buffer >= 64 && m.Buffer <= 1<<20, "buffer %d: 64 to 1048576 bytes", m.Buffer)
	wrong(m.Drawer == DrawerNone || m.Drawer == DrawerPin2 || m.Drawer == DrawerPin5, "drawer %q: none, pin2 or pin5", m.Drawer)
	wrong(m.Pulse >= MinPulse && m.Pulse <= MaxPulse, "pulse %v: %v to %v", m.Pulse, MinPulse, MaxPulse)
	density, speed, known := m.Dialect.holds(m.Density, m.Speed)
	wrong(known, "dialect %q: heat, dc2, epson or empty", m.Dialect)
	wrong(!known || density, "density %d is out of the range of dialect %q", m.Density, m.Dialect)
	wrong(!known || speed, "speed %d is out of the range of dialect %q", m.Speed, m.Dialect)
	return m, errors.Join(errs...)
}

// defaults fills in what is zero.
func (m Model) defaults() Model {
	or := func(s *string, d string) {
		if *s == "" {
			*s = d
		}
	}
	or((*string)(&m.QR), string(QRNative))
	or((*string)(&m.Encoding), string(GB18030))
	or((*string)(&m.Cut), string(CutPartial))
	or((*string)(&m.Drawer), string(DrawerNone))
	if m.Pulse == 0 {
		m.Pulse = 100 * time.Millisecond
	}
	if m.Columns == 0 {
		m.Columns = 32
	}
	if m.Dots == 0 {
		m.Dots = 12 * m.Columns
	}
	if m.Buffer == 0 {
		m.Buffer = 4096
	}
	return m
}

// holds reports whether the dialect is one, and whether the settings are in its ranges.
func (d Dialect) holds(density, speed int) (densityOK, speedOK, known bool) {
	in := func(v, from, to int) bool { return v == 0 || v >= from && v <= to }
	switch d {
	case DialectNone:
		return density == 0, speed == 0, true
	case DialectHeat:
		return in(density, 3, 255), in(speed, 1, 255), true
	case DialectDC2:
		return in(density, 1, 31), in(speed, 1, 7), true
	case DialectEpson:
		return in(density, 1, 8) || in(density, 250, 255), in(speed, 1, 14), true
	}
	return false, false, false
}

// settings are the commands that set density and speed.
func (m Model) settings() []byte {
	if m.Density == 0 && m.Speed == 0 {
		return nil
	}
	d, s := byte(m.Density), byte(m.Speed)
	switch m.Dialect {
	case DialectHeat:
		if d == 0 {
			d = 80
		}
		if s == 0 {
			s = 2
		}
		return []byte{esc, '7', 7, d, s}
	case DialectDC2:
		return []byte{dc2, '#', d | s<<5}
	case DialectEpson:
		var out []byte
		if d != 0 {
			out = append(out, gs, '(', 'K', 2, 0, 0x31, d)
		}
		if s != 0 {
			out = append(out, gs, '(', 'K', 2, 0, 0x32, s)
		}
		return out
	}
	return nil
}
