package keypad_test

import (
	"fmt"
	"strconv"
	"testing"

	"periph.io/x/conn/v3/gpio"
	"smartpos/keypad"
)

// BenchmarkScan is one scan without settle time, on emulated pins without electrical links: what scanning
// costs the processor besides the pins themselves.
func BenchmarkScan(b *testing.B) {
	for _, pressed := range []bool{false, true} {
		b.Run(fmt.Sprintf("pressed=%v", pressed), func(b *testing.B) {
			var pins []gpio.PinIO
			for i := range 8 {
				pins = append(pins, &stillPin{PinIO: gpio.INVALID, name: strconv.Itoa(i)})
			}
			if pressed {
				pins[6] = &followPin{stillPin: *pins[6].(*stillPin), row: pins[1].(*stillPin)}
			}
			scan, err := keypad.ScanOnce(keypad.MatrixConfig{Rows: pins[:4], Columns: pins[4:]})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				scan()
			}
		})
	}
}

// stillPin costs next to nothing and reads High unless it is driven.
type stillPin struct {
	gpio.PinIO
	name   string
	driven bool
}

func (p *stillPin) Name() string                  { return p.name }
func (p *stillPin) In(gpio.Pull, gpio.Edge) error { p.driven = false; return nil }
func (p *stillPin) Out(gpio.Level) error          { p.driven = true; return nil }
func (p *stillPin) Read() gpio.Level              { return gpio.High }

// followPin is a column with a pressed key in one row.
type followPin struct {
	stillPin
	row *stillPin
}

func (p *followPin) Read() gpio.Level { return gpio.Level(!p.row.driven) }
