package keypadtest_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"smartpos/keypad"
	"smartpos/keypad/keypadtest"
)

// scan is the simplest scanner there is: no ghost rejection, no debounce.
func scan(rows, columns []gpio.PinIO) (pressed []string) {
	for _, c := range columns {
		c.In(gpio.PullUp, gpio.NoEdge)
	}
	for r, row := range rows {
		row.Out(gpio.Low)
		for c, column := range columns {
			if column.Read() == gpio.Low {
				pressed = append(pressed, keypad.Layout[r][c].String())
			}
		}
		row.In(gpio.Float, gpio.NoEdge)
	}
	return pressed
}

func TestMatrixMakesGhosts(t *testing.T) {
	for _, c := range []struct{ press, read string }{
		{"", ""},
		{"5", "5"},
		{"1 5", "1 5"},
		{"1 2 3", "1 2 3"},
		{"1 2 4", "1 2 4 5"},       // the fourth corner
		{"1 2 5 6", "1 2 3 4 5 6"}, // a longer path
		{"1 5 9 OK", "1 5 9 OK"},   // a diagonal connects nothing
		{"1 2 4 SCAN OK MENU", "1 2 4 5 9 MENU SCAN OK"}, // two nets apart
	} {
		m := keypadtest.NewMatrix(4, 4, 1)
		for _, name := range strings.Fields(c.press) {
			k, err := keypad.ParseKey(name)
			if err != nil {
				t.Fatal(err)
			}
			m.Press(keypadtest.Place(k))
		}
		if got := scan(m.Rows(), m.Columns()); strings.Join(got, " ") != c.read {
			t.Errorf("pressed %s: read %v, want %s", c.press, got, c.read)
		}
		if p := m.Problems(); p != nil {
			t.Errorf("pressed %s: %v", c.press, p)
		}
	}
}

func TestMatrixFights(t *testing.T) {
	m := keypadtest.NewMatrix(4, 4, 1)
	rows := m.Rows()
	rows[0].Out(gpio.Low)
	rows[1].Out(gpio.High)
	m.Press(0, 2)
	if p := m.Problems(); p != nil {
		t.Fatalf("one key: %v", p)
	}
	m.Press(1, 2) // connects the two rows
	if p := m.Problems(); len(p) == 0 || !strings.Contains(p[0], "ROW0 drives Low against ROW1") {
		t.Errorf("two rows drive against each other: %v", p)
	}
}

func TestMatrixFloats(t *testing.T) {
	m := keypadtest.NewMatrix(4, 4, 1)
	column := m.Columns()[0]
	column.In(gpio.Float, gpio.NoEdge)
	levels := map[gpio.Level]bool{}
	for range 50 {
		levels[column.Read()] = true
	}
	if len(levels) != 2 || len(m.Problems()) == 0 {
		t.Errorf("a floating column reads %v, problems %v", levels, m.Problems())
	}
}

// TestMatrixTraps: the pins misbehave as periph's ioctl driver does.
func TestMatrixTraps(t *testing.T) {
	m := keypadtest.NewMatrix(4, 4, 1)
	row, column := m.Rows()[0], m.Columns()[0]
	row.Out(gpio.High)
	row.Read()
	if f := row.(interface{ Function() string }).Function(); f != "In" || row.Pull() != gpio.PullUp {
		t.Errorf("an output that was read is %s, %v", f, row.Pull())
	}
	broken := errors.New("broken")
	column.In(gpio.PullUp, gpio.NoEdge)
	m.Fail("COL0", broken)
	if column.Read() != gpio.Low || column.In(gpio.PullUp, gpio.NoEdge) != broken || column.Out(gpio.Low) != broken {
		t.Error("a broken pin works")
	}
}

func TestMatrixBounces(t *testing.T) {
	m := keypadtest.NewMatrix(4, 4, 7)
	m.SetBounce(20)
	m.Press(0, 0)
	var closed int
	for range 20 {
		closed += len(scan(m.Rows(), m.Columns()))
	}
	if closed == 0 || closed == 20 {
		t.Errorf("closed in %d of 20 scans while bouncing", closed)
	}
	for range 5 {
		if got := scan(m.Rows(), m.Columns()); !reflect.DeepEqual(got, []string{"1"}) {
			t.Errorf("after bouncing: %v", got)
		}
	}
}

func TestMatrixCountsScans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := keypadtest.NewMatrix(4, 4, 1)
		done := make(chan error)
		go func() { done <- m.AwaitScans(t.Context(), 2, 3) }()
		synctest.Wait()
		for range 2 {
			scan(m.Rows(), m.Columns())
		}
		m.Rows()[2].Out(gpio.Low) // driven but not read: no scan
		m.Rows()[2].In(gpio.Float, gpio.NoEdge)
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatalf("after 2 scans: %v", err)
		default:
		}
		scan(m.Rows(), m.Columns())
		if err := <-done; err != nil || m.Scans(2) != 3 {
			t.Errorf("after 3 scans: %v, counted %d", err, m.Scans(2))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := m.AwaitScans(ctx, 2, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("nobody scans: %v", err)
		}
	})
}

func ExampleMatrix() {
	m := keypadtest.NewMatrix(4, 4, 1)
	m.Press(keypadtest.Place(keypad.Digit1))
	m.Press(keypadtest.Place(keypad.Digit2))
	m.Press(keypadtest.Place(keypad.Digit4))
	fmt.Println(scan(m.Rows(), m.Columns()))
	// Output: [1 2 4 5]
}
