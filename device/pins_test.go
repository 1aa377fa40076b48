package device

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
)

// namedPin is a pin that does nothing but bear a name.
type namedPin struct {
	gpio.PinIO
	name string
}

func (p namedPin) Name() string   { return p.name }
func (p namedPin) String() string { return p.name }

// A board without a GPIO chip must say so, not hand out nil pins that crash the first scan of the keypad.
func TestPinsMissing(t *testing.T) {
	if chips, _ := filepath.Glob("/dev/gpiochip*"); len(chips) > 0 {
		t.Skip("this machine has GPIO chips")
	}
	if err := InitPins(); !errors.Is(err, ErrNoPins) {
		t.Errorf("InitPins: %v, want %v", err, ErrNoPins)
	}
	if pins, err := Pins("GPIO0"); !errors.Is(err, ErrNoPins) || pins != nil {
		t.Errorf("Pins without a chip: %v, %v", pins, err)
	}
	if pins, err := Pins(); err != nil || len(pins) != 0 {
		t.Errorf("no pins at all: %v, %v", pins, err)
	}

	for _, name := range []string{"ROW0", "ROW1"} {
		if err := gpioreg.Register(namedPin{gpio.INVALID, name}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = gpioreg.Unregister(name) })
	}
	pins, err := Pins("ROW1", "ROW0")
	if err != nil || pins[0].Name() != "ROW1" || pins[1].Name() != "ROW0" {
		t.Errorf("Pins: %v, %v", pins, err)
	}
	pins, err = Pins("ROW0", "ROW7", "row1")
	const want = `pins "ROW7", "row1": the board has no such GPIO pin`
	if pins != nil || !errors.Is(err, ErrNoPin) || err.Error() != want {
		t.Errorf("Pins with two missing: %v, %v", pins, err)
	}
}

// TestRealPins is a smoke test for a board: DEVICE_TEST_PINS names one pin that may be read.
func TestRealPins(t *testing.T) {
	name := os.Getenv("DEVICE_TEST_PINS")
	if name == "" {
		t.Skip("DEVICE_TEST_PINS names no pin")
	}
	if err := InitPins(); err != nil {
		t.Fatal(err)
	}
	pins, err := Pins(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s reads %s", pins[0], pins[0].Read())
}
