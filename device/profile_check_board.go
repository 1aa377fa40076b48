package device

import (
	"path/filepath"
	"strconv"
)

// pins checks the matrix's pins and the scanner's trigger together: a pin that two parts drive can be a short
// circuit, so it is found here and not on the board.
func (c *checker) pins(p *Profile) {
	used := map[string]string{}
	use := func(path, pin string) {
		if !c.match(path, pin, pinName, "a pin's name") {
			return
		}
		if first, again := used[pin]; again {
			c.fail(path, "pin %s is used by %s already", printable(pin), first)
			return
		}
		used[pin] = keyName(path)
	}
	if p.Keypad.Kind == "matrix" {
		c.four(at("keypad.rows"), p.Keypad.Rows, use)
		c.four(at("keypad.columns"), p.Keypad.Columns, use)
	}
	if p.Scanner.Engine != "none" && p.Scanner.Mode == "trigger" && p.Scanner.Trigger != "" {
		use(at("scanner.trigger"), p.Scanner.Trigger)
	}
}

// four checks one side of the matrix.
func (c *checker) four(path string, pins []string, use func(path, pin string)) {
	if len(pins) != 4 {
		c.fail(path, "must be 4 pins, not %d", len(pins))
		return
	}
	for i, pin := range pins {
		use(join(path, strconv.Itoa(i)), pin)
	}
}

// sharedLines finds two devices on one line: each would eat half of the other's answers.
func (c *checker) sharedLines(p *Profile) {
	used := map[string]string{}
	use := func(key, device string) {
		if device == "" {
			return
		}
		node := filepath.Clean(p.Path(device))
		if first, again := used[node]; again {
			c.fail(at(key), "%s is the line of %s already", quote(device), first)
			return
		}
		used[node] = key
	}
	use("printer.device", p.Printer.Device)
	if p.Scanner.Engine != "none" {
		use("scanner.device", p.Scanner.Device)
	}
	if p.Keypad.Kind != "matrix" {
		use("keypad.device", p.Keypad.Device)
	}
	if p.Display.Kind == "framebuffer" {
		use("display.device", p.Display.Device)
	}
}
