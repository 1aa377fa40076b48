package qemu

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeGuest scans a matrix as the firmware's driver does. Unless it has to settle, it waits for nothing: it reads the
// columns at the very instant at which it has driven a row.
type fakeGuest struct {
	chip   *fakeChip
	settle time.Duration

	down  [4][4]bool // debounced
	last  [4][4]bool // as read in the last scan that counts
	equal [4][4]int  // how many in succession were like it
	typed []string
}

// scan scans once, and takes what it read twice in succession from a column that came to rest.
func (g *fakeGuest) scan() {
	var rows [4]uint8
	bad := g.quiet()
	for row := range rows {
		rows[row] = g.scanRow(row, func() {})
		if rows[row] != 0 {
			bad |= g.quiet()
		}
	}
	for row, active := range rows {
		for column := range 4 {
			g.take(row, column, active>>column&1 != 0, bad>>column&1 == 0)
		}
	}
}

func (g *fakeGuest) take(row, column int, pressed, sure bool) {
	equal, last, down := &g.equal[row][column], &g.last[row][column], &g.down[row][column]
	switch {
	case !sure:
		*equal = 0
		return
	case *equal == 0 || pressed != *last:
		*equal, *last = 1, pressed
		return
	case pressed && !*down:
		g.typed = append(g.typed, layout[row][column])
	}
	*down = pressed
}

// scanRow drives a row as Linux does, and reads the columns one after the other: meanwhile happens before the last.
func (g *fakeGuest) scanRow(row int, meanwhile func()) (active uint8) {
	for _, level := range []bool{true, false, true} {
		g.chip.drive(row, level)
	}
	time.Sleep(g.settle)
	for column := range 4 {
		if column == 3 {
			meanwhile()
		}
		active |= g.chip.read(1<<(4+column)) >> 4
	}
	g.chip.drive(row, false)
	return active
}

// quiet looks a few times whether the columns are at rest, and returns those that are not.
func (g *fakeGuest) quiet() (bad uint8) {
	for range 8 {
		if bad = g.chip.read(0xf0) >> 4; bad == 0 {
			break
		}
		time.Sleep(g.settle)
	}
	return bad
}

// runs scans until the test ends; the function that it returns stops it before.
func (g *fakeGuest) runs(t testing.TB) (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-quit:
				return
			default:
				g.scan()
			}
		}
	}()
	stop = sync.OnceFunc(func() { close(quit); <-ended })
	t.Cleanup(stop)
	return stop
}

// newFakePad is a keypad on a fake chip.
func newFakePad(t testing.TB) (*fakeGuest, *Keypad) {
	t.Helper()
	chip, conn := newFakeChip(t)
	pad, err := newKeypad(MatrixPins(), chip.pins(t, conn), func() string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	return &fakeGuest{chip: chip}, pad
}

// On a busy host this side is late, and the guest does not wait. Keys were lost by it while columns were set from
// here; a wire inside QEMU is never late.
func TestTapIsNeverTooLate(t *testing.T) {
	guest, pad := newFakePad(t)
	stop := guest.runs(t)
	var pressed []string
	random := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		row, column := random.IntN(4), random.IntN(4)
		if err := pad.Tap(t.Context(), row, column, 0); err != nil {
			t.Fatal(err)
		}
		pressed = append(pressed, layout[row][column])
	}
	stop()
	if !slices.Equal(guest.typed, pressed) {
		t.Errorf("the guest took\n%v\nof\n%v", guest.typed, pressed)
	}
}

// One key was lost like this: the guest had read columns 0 to 2 when column 0 was set, read column 3 and let the row
// go. The column was there before the row's end, and yet the guest had not seen it: such a scan does not count.
func TestScanThatReadsTooSoonDoesNotCount(t *testing.T) {
	guest, pad := newFakePad(t)
	if err := pad.Press(0, 0); err != nil {
		t.Fatal(err)
	}
	set := func(active bool) {
		guest.chip.mu.Lock()
		defer guest.chip.mu.Unlock()
		clear(guest.chip.wires) // the column is not on its wire: it is set by hand
		guest.chip.inputs = setBit(guest.chip.inputs, 4, active)
	}
	awaited := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { awaited <- pad.AwaitScans(ctx, 0, DefaultScans) }()
	for watched := false; !watched; {
		pad.mu.Lock()
		watched = len(pad.scans.watchers) > 0
		pad.mu.Unlock()
	}
	set(false)
	for range DefaultScans + 2 {
		guest.scanRow(0, func() { set(true) })
		set(false)
		for row := 1; row < 4; row++ {
			guest.scanRow(row, func() {})
		}
	}
	synced(t, guest, pad)
	cancel()
	if err := <-awaited; !errors.Is(err, context.Canceled) {
		t.Errorf("AwaitScans = %v", err)
	}
	if err := pad.AwaitScans(soon(t), 0, DefaultScans); !errors.Is(err, ErrGuest) {
		t.Errorf("a guest that stands still: %v", err)
	}
}

// synced returns when the keypad has heard of all that the guest did.
func synced(t testing.TB, guest *fakeGuest, pad *Keypad) {
	t.Helper()
	guest.chip.drive(0, true)
	for deadline := time.Now().Add(5 * time.Second); !pad.pins.Driven(0); {
		if time.Now().After(deadline) {
			t.Fatal("the trace stands still")
		}
	}
	guest.chip.drive(0, false)
}

// Three keys at the corners of a rectangle close the fourth. Two keys in a row are more than its wire can carry: the
// second column is set from here, and the guest reads both as soon as this side is in time.
func TestGhostIsThere(t *testing.T) {
	guest, pad := newFakePad(t)
	guest.settle = 2 * time.Millisecond
	guest.runs(t)
	for _, key := range [][2]int{{0, 0}, {0, 1}, {1, 0}} {
		if err := pad.Press(key[0], key[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(pad.AwaitScans(t.Context(), 0, DefaultScans), pad.AwaitScans(t.Context(), 1, DefaultScans)); err != nil {
		t.Fatal(err)
	}
	pad.mu.Lock()
	reached := [4]uint8{pad.net.reach(1), pad.net.reach(2), pad.net.reach(4), pad.net.reach(8)}
	pad.mu.Unlock()
	if reached != [4]uint8{3, 3, 0, 0} {
		t.Errorf("the rows reach %b", reached)
	}
	if err := errors.Join(pad.Release(0, 0), pad.Release(0, 1), pad.AwaitScans(t.Context(), 0, DefaultScans)); err != nil {
		t.Error(err)
	}
	if err := errors.Join(pad.AwaitScans(t.Context(), 1, DefaultScans), pad.Release(1, 0), pad.AwaitScans(t.Context(), 1, DefaultScans)); err != nil {
		t.Error(err)
	}
}

// A wire that is cut while its row is driven must not leave the column high for ever.
func TestReleaseWhileTheRowIsDriven(t *testing.T) {
	guest, pad := newFakePad(t)
	if err := pad.Press(2, 1); err != nil {
		t.Fatal(err)
	}
	guest.chip.drive(2, true)
	if guest.chip.read(0xf0) != 1<<5 {
		t.Fatal("the key is not there")
	}
	if err := pad.Release(2, 1); err != nil {
		t.Fatal(err)
	}
	guest.chip.drive(2, false)
	guest.runs(t)
	for row := range 4 {
		if err := pad.AwaitScans(t.Context(), row, DefaultScans); err != nil {
			t.Error(err)
		}
	}
}

// Which scans count, for a watcher of row 1 whose key in column 0 is down, that wants two.
func TestScans(t *testing.T) {
	const (
		scan   = "0:0 1:1 -:0 2:0 3:0 " // row:columns that are read active; row - is none
		missed = "0:0 1:0 2:0 3:0 "     // read too soon
		other  = "0:0 1:3 -:0 2:0 3:0 " // a column too many
		loud   = "0:0 1:1 -:1 2:0 3:0 " // column 0 does not come to rest
		late   = "0:0 1:1 -:0 2:0 3:0 -:1 -:0 "
		tail   = "0:0 1:1 -:0 2:0 3:0 -:1 " // not at rest before the next scan: the guest blames that one
		skip   = "0:0 2:0 3:0 "
		end    = "0:0"
	)
	for _, c := range []struct {
		name, does string
		want       bool
	}{
		{"two", scan + scan + end, true},
		{"one", scan + end, false},
		{"the second is not over", scan + scan, false},
		{"begins in the middle", "1:1 2:0 3:0 " + scan + end, true},
		{"missed in between", scan + missed + scan + end, false},
		{"missed before", missed + scan + scan + end, true},
		{"a column too many", scan + other + scan + end, false},
		{"restless in between", scan + loud + scan + end, false},
		{"restless for a while", scan + late + end, true},
		{"restless between the first and the second", tail + scan + scan + end, false},
		{"and three more", tail + scan + scan + scan + end, true},
		{"not scanned", scan + skip + scan + end, false},
	} {
		for _, pulses := range []int{1, 2} {
			if got := judged(c.does, pulses); got != c.want {
				t.Errorf("%s, %d pulses a row: counts %v", c.name, pulses, got)
			}
		}
	}
}

// judged reports whether two good scans of row 1 were found in what a guest does.
func judged(does string, pulses int) bool {
	var s scans
	w := s.watch(1, 2)
	for _, step := range strings.Fields(does) {
		row, active := strings.IndexByte("0123", step[0]), step[2]-'0'
		if row < 0 {
			s.rested(0xf, active)
			continue
		}
		for range pulses {
			s.driven(row, 0xf, func(int) uint8 { return 1 })
		}
		s.took(row, 0xf, active)
	}
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

func TestKeypadConfig(t *testing.T) {
	chip, conn := newFakeChip(t)
	pins := chip.pins(t, conn)
	for want, cfg := range map[string]KeypadConfig{
		"0 rows":        {Columns: []int{1}},
		"5 columns":     {Rows: []int{0}, Columns: []int{1, 2, 3, 4, 5}},
		"out of range":  {Rows: []int{8}, Columns: []int{1}},
		"used twice":    {Rows: []int{1}, Columns: []int{1}},
		"want 1 to 100": {Rows: []int{0}, Columns: []int{1}, Scans: -1},
	} {
		if _, err := newKeypad(cfg, pins, nil); !errors.Is(err, ErrHarness) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
	pad, err := newKeypad(MatrixPins(), pins, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newKeypad(MatrixPins(), pins, nil); !errors.Is(err, ErrHarness) {
		t.Errorf("a second keypad: %v", err)
	}
	if err := errors.Join(pad.Press(4, 0)); !errors.Is(err, ErrHarness) {
		t.Errorf("row 4: %v", err)
	}
}

func TestParsePinEvent(t *testing.T) {
	for line, want := range map[string]string{
		"pl061_set_output /machine/unattached/device[6] setting output 3 to 1":  "{false 3 true 0 0}",
		"pl061_read /machine/unattached/device[6] offset 0x3c0 value 0x10":      "{true 0 false 240 16}",
		"pl061_read /machine/unattached/device[6] offset 0x400 value 0x1":       "-", // GPIODIR
		"pl061_read /machine/unattached/device[6] offset 0x3c0 value 0x100":     "-",
		"pl061_set_output /machine/unattached/device[6] setting output 8 to 1":  "-",
		"pl061_set_output /machine/unattached/device[6] setting output 1 to 2":  "-",
		"pl061_input_change /machine/unattached/device[6] input 4 changed to 1": "-",
		"": "-",
	} {
		got := "-"
		if e, ok := parsePinEvent(line); ok {
			got = fmt.Sprint(e)
		}
		if got != want {
			t.Errorf("%q is %s, want %s", line, got, want)
		}
	}
}

func FuzzParsePinEvent(f *testing.F) {
	f.Add("pl061_set_output /machine/unattached/device[6] setting output 3 to 1")
	f.Add("pl061_read /machine/unattached/device[6] offset 0x3c0 value 0x10")
	f.Fuzz(func(t *testing.T, s string) {
		if e, ok := parsePinEvent(s); e.line < 0 || e.line >= pinCount || !ok && e != (pinEvent{}) {
			t.Errorf("%q is %+v, %v", s, e, ok)
		}
	})
}

// A QEMU that traces nothing is told at its start, not by keys that nobody takes.
func TestNoTrace(t *testing.T) {
	ours, theirs, err := newTrace()
	if err != nil {
		t.Fatal(err)
	}
	p := newPins(nil, nil, ours)
	defer p.close()
	if err := p.attach(soon(t), "/chip"); !errors.Is(err, ErrHarness) || !strings.Contains(err.Error(), "trace back end") {
		t.Errorf("a silent trace: %v", err)
	}
	theirs.Close()
	<-p.ended
	if err := p.attach(t.Context(), "/chip"); !errors.Is(err, ErrHarness) {
		t.Errorf("an ended trace: %v", err)
	}
}

// The guest must not run ahead of a harness that is kept from the CPU: QEMU's writes wait after some lines.
func TestTraceIsShort(t *testing.T) {
	ours, theirs, err := newTrace()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	defer theirs.Close()
	const line = "pl061_set_output /machine/unattached/device[6] setting output 3 to 1\n"
	if err := theirs.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	written := 0
	for err == nil && written < 1<<16 {
		var n int
		n, err = theirs.WriteString(line)
		written += n
	}
	if written > traceAhead {
		t.Errorf("QEMU can be %d bytes ahead", written)
	}
}
