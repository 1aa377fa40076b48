package device

import (
	"strconv"
	"strings"
	"time"
)

var (
	terminalID   = lazy(`^[A-Z0-9]{1,8}$`)
	operatorID   = lazy(`^[A-Za-z0-9]{1,8}$`)
	enrolCode    = lazy(`^[0-9]{8,16}$`)
	merchantNo   = lazy(`^[A-Za-z0-9_-]{0,32}$`)
	barcodeText  = lazy(`^[!-~]{1,48}$`)
	pinName      = lazy(`^[!-~]{1,32}$`)
	evdevKeyName = lazy(`^KEY_[A-Z0-9_]{1,40}$`)
)

// maxAmount is the largest amount of a sale or price, in fen: one million yuan.
const maxAmount = 100_000_000

func (c *checker) header(p *Profile) {
	if _, there := c.lines["version"]; !there {
		c.fail("version", "is required: write version = %d", ProfileVersion)
	} else if p.Version != ProfileVersion {
		c.fail("version", "must be %d, which is all that this firmware knows, not %d", ProfileVersion, p.Version)
	}
	c.text("board", p.Board, 1, 32)
	c.oneOf("environment", p.Environment, Sandbox, Production)
	c.file("data", p.Data, true)
	c.file("stick", p.Stick, true)
	c.file("bills", p.Bills, false)
}

// match checks a text against a pattern that what describes.
func (c *checker) match(path, v string, pattern pattern, what string) bool {
	switch {
	case pattern().MatchString(v):
		return true
	case v == "":
		return c.fail(path, "is required: %s", what)
	}
	return c.fail(path, "must be %s, not %s", what, quote(v))
}

func (c *checker) terminal(t *Terminal) {
	c.match(at("terminal.id"), t.ID, terminalID, "1 to 8 of A–Z and 0–9")
	c.oneOf(at("terminal.language"), t.Language, "zh", "en")
	c.match(at("terminal.operator"), t.Operator, operatorID, "1 to 8 letters or digits")
	// A code that is nearly right is not repeated: the screen and the serial console would tell it to everybody.
	if t.EnrolCode != "" && !enrolCode().MatchString(t.EnrolCode) {
		c.fail(at("terminal.enrol_code"), "must be 8 to 16 digits")
	}
}

func (c *checker) merchant(m *Merchant) {
	c.text(at("merchant.name"), m.Name, 1, 40)
	c.text(at("merchant.name_en"), m.NameEn, 0, 40)
	c.match(at("merchant.number"), m.Number, merchantNo, "at most 32 letters, digits, _ or -")
	c.text(at("merchant.footer"), m.Footer, 0, 96)
}

func (c *checker) sale(s *Sale) {
	c.number(at("sale.max_amount"), s.MaxAmount, 1, maxAmount, " fen")
	c.wait(at("sale.show_expiry"), s.ShowExpiry, 30*time.Second, 300*time.Second)
	c.wait(at("sale.show_margin"), s.ShowMargin, 30*time.Second, 600*time.Second)
	c.wait(at("sale.scan_window"), s.ScanWindow, 5*time.Second, 120*time.Second)
	c.wait(at("sale.poll_show"), s.PollShow, time.Second, 30*time.Second)
	c.wait(at("sale.poll_scan"), s.PollScan, time.Second, 30*time.Second)
	c.wait(at("sale.scan_limit"), s.ScanLimit, 30*time.Second, 120*time.Second)
	c.wait(at("sale.reverse_after"), s.ReverseAfter, 15*time.Second, 60*time.Second)
	c.wait(at("sale.request_timeout"), s.RequestTimeout, time.Second, 60*time.Second)
	c.wait(at("sale.refund_settle"), s.RefundSettle, 10*time.Second, 120*time.Second)
	c.wait(at("sale.ask_limit"), s.AskLimit, time.Hour, longestAsk)
	c.span(at("sale.reaction"), s.Reaction, 0, time.Second)
	if s.Copies != 1 && s.Copies != 2 {
		c.fail(at("sale.copies"), "must be 1 or 2, not %d", s.Copies)
	}
	c.less("sale.poll_show", s.PollShow, "show_expiry", s.ShowExpiry)
	c.less("sale.poll_scan", s.PollScan, "scan_limit", s.ScanLimit)
	c.less("sale.reverse_after", s.ReverseAfter, "scan_limit", s.ScanLimit)
}

// longestAsk is how long any network answers for an order at most.
const longestAsk = 365 * 24 * time.Hour

// askLimit checks a network's own limit, which may be left out.
func (c *checker) askLimit(table string, d Duration) {
	if d != 0 {
		c.wait(at(table+"ask_limit"), d, time.Hour, longestAsk)
	}
}

// less checks that one duration is shorter than another of its table.
func (c *checker) less(key string, v Duration, than string, limit Duration) {
	if v >= limit {
		c.fail(at(key), "must be shorter than %s, which is %s, not %s", than, short(limit.D()), short(v.D()))
	}
}

func (c *checker) items(p *Profile) {
	const most = 2000
	if len(p.Item) > most {
		c.fail("item", "at most %d items, not %d: a larger catalogue does not belong in a profile", most, len(p.Item))
		return
	}
	seen := map[string]int{}
	for i, item := range p.Item {
		table := join("item", strconv.Itoa(i))
		path := join(table, "barcode")
		if c.match(path, item.Barcode, barcodeText, "1 to 48 printable ASCII characters without blanks") {
			if first, again := seen[item.Barcode]; again {
				c.fail(path, "%s is on line %d already", quote(item.Barcode), first)
			} else {
				seen[item.Barcode] = c.lines.of(path)
			}
		}
		c.text(join(table, "name"), item.Name, 1, 40)
		price := join(table, "price")
		if _, there := c.lines[price]; !there {
			c.fail(price, "is required: in fen")
		} else if c.number(price, item.Price, 1, maxAmount, " fen") && item.Price > p.Sale.MaxAmount &&
			c.fine(at("sale.max_amount")) {
			c.fail(price, "must be at most sale.max_amount, which is %d fen, not %d", p.Sale.MaxAmount, item.Price)
		}
	}
}

func (c *checker) display(d *Display) {
	c.oneOf(at("display.kind"), d.Kind, "framebuffer", "ansi", "none")
	c.file(at("display.device"), d.Device, d.Kind == "framebuffer")
	wide := c.number(at("display.width"), int64(d.Width), 320, 1920, " pixels")
	c.number(at("display.height"), int64(d.Height), 240, 1080, " pixels")
	known := c.oneOf(at("display.format"), d.Format, "xrgb8888", "rgb565")
	if c.number(at("display.stride"), int64(d.Stride), 0, 65536, " bytes") && wide && known && d.Stride != 0 {
		c.stride(d)
	}
	// sun_path of a unix socket's address holds 108 bytes with its closing NUL, the folder included.
	if c.file(at("display.flush"), d.Flush, false) && len(d.Flush) > 107 {
		c.fail(at("display.flush"), "must be at most 107 bytes long, as the path of a socket")
	}
}

func (c *checker) stride(d *Display) {
	pixel := 4
	if d.Format == "rgb565" {
		pixel = 2
	}
	if row := d.Width * pixel; d.Stride < row {
		c.fail(at("display.stride"), "must be 0 or at least %d bytes, a row of %d pixels in %s, not %d",
			row, d.Width, d.Format, d.Stride)
	}
}

// keyNames are the keys of the terminal as the profile calls them.
var keyNames = strings.Fields("0 1 2 3 4 5 6 7 8 9 . CANCEL CLEAR MENU SCAN OK")

func (c *checker) keypad(k *Keypad) {
	c.oneOf(at("keypad.kind"), k.Kind, "console", "matrix", "input")
	c.file(at("keypad.device"), k.Device, k.Kind == "input")
	c.oneOf(at("keypad.active"), k.Active, "low", "high")
	c.oneOf(at("keypad.pulls"), k.Pulls, "internal", "external")
	c.span(at("keypad.settle"), k.Settle, time.Microsecond, 10*time.Millisecond)
	c.span(at("keypad.scan_every"), k.ScanEvery, time.Millisecond, 50*time.Millisecond)
	c.number(at("keypad.debounce"), int64(k.Debounce), 1, 20, " scans")
	c.span(at("keypad.long_press"), k.LongPress, 200*time.Millisecond, 5*time.Second)
	// Four rows are settled one after the other within one scan.
	if k.Kind == "matrix" && 4*k.Settle >= k.ScanEvery {
		c.fail(at("keypad.settle"), "four rows of it take %s and must fit in scan_every, which is %s",
			short(4*k.Settle.D()), short(k.ScanEvery.D()))
	}
	if k.Kind == "matrix" && k.LongPress.D() <= time.Duration(k.Debounce)*k.ScanEvery.D() {
		c.fail(at("keypad.long_press"), "must be longer than debounce × scan_every, which is %s, not %s",
			short(time.Duration(k.Debounce)*k.ScanEvery.D()), short(k.LongPress.D()))
	}
	if len(k.Input) > 64 {
		c.fail(at("keypad.input"), "at most 64 keys, not %d", len(k.Input))
		return
	}
	for _, name := range sortedKeys(k.Input) {
		path := join(at("keypad.input"), name)
		if c.match(path, name, evdevKeyName, "named like KEY_KP1") {
			c.oneOf(path, k.Input[name], keyNames...)
		}
	}
}

func (c *checker) printer(p *Printer) {
	c.file(at("printer.device"), p.Device, false)
	c.baud(at("printer.baud"), p.Baud)
	c.oneOf(at("printer.flow"), string(p.Flow), string(FlowNone), string(FlowXonXoff), string(FlowRTSCTS))
	if p.Columns != 32 && p.Columns != 48 {
		c.fail(at("printer.columns"), "must be 32 or 48, not %d", p.Columns)
	} else if p.Dots != 384 && p.Dots != 576 {
		c.fail(at("printer.dots"), "must be 384 or 576, not %d", p.Dots)
	} else if want := p.Columns * 12; p.Dots != want {
		c.fail(at("printer.dots"), "must be %d with %d columns of 12 dots, not %d", want, p.Columns, p.Dots)
	}
	c.oneOf(at("printer.qr"), p.QR, "native", "raster")
	c.oneOf(at("printer.encoding"), p.Encoding, "gb18030", "gb2312")
	c.dialect(p)
	c.oneOf(at("printer.cut"), p.Cut, "none", "partial", "full")
	c.number(at("printer.buffer"), int64(p.Buffer), 64, 1<<20, " bytes")
	if c.oneOf(at("printer.drawer"), p.Drawer, "none", "pin2", "pin5") && p.Drawer != "none" && p.Device == "" {
		c.fail(at("printer.drawer"), "must be \"none\" without a printer, which opens it: its device is empty")
	}
	c.span(at("printer.drawer_pulse"), p.DrawerPulse, 20*time.Millisecond, 500*time.Millisecond)
	c.span(at("printer.status_timeout"), p.StatusTimeout, 50*time.Millisecond, 10*time.Second)
}

// scales are the ranges of density and speed that a dialect's commands can say, 0 apart.
var scales = map[string]struct{ density, speed [2]int }{
	"heat":  {[2]int{3, 255}, [2]int{1, 255}}, // ESC 7 n1 n2 n3
	"dc2":   {[2]int{1, 31}, [2]int{1, 7}},    // DC2 # n
	"epson": {[2]int{1, 8}, [2]int{1, 14}},    // GS ( K, functions 49 and 50
}

// dialect checks density and speed against the commands that set them.
func (c *checker) dialect(p *Printer) {
	if p.Dialect == "" {
		const want = `must be 0 without a dialect: add dialect = "heat", "dc2" or "epson"`
		if p.Density != 0 {
			c.fail(at("printer.density"), want)
		}
		if p.Speed != 0 {
			c.fail(at("printer.speed"), want)
		}
		return
	}
	if !c.oneOf(at("printer.dialect"), p.Dialect, "heat", "dc2", "epson") {
		return
	}
	scale := scales[p.Dialect]
	if d := p.Density; p.Dialect == "epson" && d > scale.density[1] && (d < 250 || d > 255) {
		// A signed byte: −6 … −1 are lighter than the default.
		c.fail(at("printer.density"), "must be 0, 1 to 8 (darker) or 250 to 255 (lighter), not %d", d)
	} else if p.Dialect != "epson" || d < scale.density[0] {
		c.scale("density", d, scale.density)
	}
	c.scale("speed", p.Speed, scale.speed)
}

func (c *checker) scale(key string, v int, scale [2]int) {
	if v != 0 && (v < scale[0] || v > scale[1]) {
		c.fail(at("printer."+key), "must be 0 or %d to %d, not %d", scale[0], scale[1], v)
	}
}
