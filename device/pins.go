package device

import (
	"errors"
	"fmt"
	"strings"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	_ "periph.io/x/host/v3/gpioioctl" // the kernel's GPIO character devices; no board's registers are touched
)

// ErrNoPins is returned when the board has no GPIO chip, or none that can be opened: /dev/gpiochip* is absent or
// its driver failed.
var ErrNoPins = errors.New("the board has no GPIO pins")

// ErrNoPin is returned when the board has pins, and none of the name that the profile gives.
var ErrNoPin = errors.New("the board has no such GPIO pin")

// InitPins finds the board's GPIO chips. Call it once /dev is mounted and the drivers are loaded: what the first
// call finds stays for the life of the process. Further calls only repeat its answer.
//
// A trap for who waits for edges: periph's gpioioctl turns the documented time-outs of WaitForEdge round.
// −1 returns false at once and 0 waits for ever (periph/host issue 78). Use positive time-outs only.
func InitPins() error {
	state, err := driverreg.Init()
	if err != nil {
		return fmt.Errorf("pins: %w: %w", ErrNoPins, err)
	}
	// gpioioctl is the only driver linked in.
	for _, f := range append(state.Failed, state.Skipped...) {
		if f.Err != nil {
			return fmt.Errorf("pins: %w: %w", ErrNoPins, f.Err)
		}
	}
	return nil
}

// Pins looks up pins by the names that the kernel or the device tree gives them (gpio-line-names), in order. The
// error names every one that is missing. Call [InitPins] first.
func Pins(names ...string) ([]gpio.PinIO, error) {
	if len(names) > 0 && len(gpioreg.All()) == 0 {
		return nil, fmt.Errorf("pins %s: %w", quoteAll(names), ErrNoPins)
	}
	pins := make([]gpio.PinIO, 0, len(names))
	var missing []string
	for _, name := range names {
		// ByName returns nil for an unknown name, and a nil pin would only crash later.
		if pin := gpioreg.ByName(name); pin != nil {
			pins = append(pins, pin)
		} else {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("pins %s: %w", quoteAll(missing), ErrNoPin)
	}
	return pins, nil
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quote(name)
	}
	return strings.Join(quoted, ", ")
}
