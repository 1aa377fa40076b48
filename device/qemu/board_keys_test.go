package qemu

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func testKeypad(t *testing.T, m *Machine, pad *Keypad, presses int) {
	t.Run("keys", func(t *testing.T) { testKeys(t, m, pad, presses) })
	t.Run("long press", func(t *testing.T) { testLongPress(t, m, pad) })
	t.Run("two keys", func(t *testing.T) { testTwoKeys(t, m, pad) })
	t.Run("ghost", func(t *testing.T) { testGhost(t, m, pad) })
	if text := m.Console().Tail(consoleKept); strings.Contains(text, "guest: keypad: ") {
		t.Errorf("the guest's keypad reports errors:\n%s", text)
	}
}

// testKeys presses random keys. Whatever key the guest tells next must be the one: none is lost, doubled or wrong.
func testKeys(t *testing.T, m *Machine, pad *Keypad, presses int) {
	random := rand.New(rand.NewPCG(1, 2))
	took := make([]time.Duration, presses)
	for i := range took {
		row, column := random.IntN(4), random.IntN(4)
		began := time.Now()
		if err := pad.Tap(t.Context(), row, column, 0); err != nil {
			t.Fatalf("press %d, %s: %v", i, layout[row][column], err)
		}
		took[i] = time.Since(began)
		if got, want := await(t, m, "guest: key "), "guest: key "+layout[row][column]; got != want {
			t.Fatalf("press %d: the guest says %q, want %q", i, got, want)
		}
	}
	nothingMore(t, m)
	slices.Sort(took)
	t.Logf("%d of %d presses are right; a press takes %v, at most %v",
		presses, presses, took[presses/2].Round(time.Millisecond), took[presses-1].Round(time.Millisecond))
}

// nothingMore checks that the guest took no other key.
func nothingMore(t *testing.T, m *Machine) {
	t.Helper()
	tell(t, m, "ping keys")
	if line := await(t, m, "guest: "); !strings.HasPrefix(line, "guest: pong keys") {
		t.Errorf("after the last key the guest says %q", line)
	}
}

func testLongPress(t *testing.T, m *Machine, pad *Keypad) {
	for _, c := range []struct {
		hold time.Duration
		want string
	}{
		{1200 * time.Millisecond, "guest: key SCAN (long)"},
		{0, "guest: key SCAN"},
	} {
		if err := pad.Tap(t.Context(), 3, 2, c.hold); err != nil {
			t.Fatal(err)
		}
		if got := await(t, m, "guest: key "); got != c.want {
			t.Errorf("SCAN held for %v: the guest says %q", c.hold, got)
		}
	}
	nothingMore(t, m)
}

// hold presses a key and leaves it down.
func hold(t *testing.T, pad *Keypad, key [2]int) {
	t.Helper()
	if err := errors.Join(pad.Press(key[0], key[1]), pad.AwaitScans(t.Context(), key[0], DefaultScans)); err != nil {
		t.Fatal(err)
	}
}

// release lets keys go, one after the other.
func release(t *testing.T, pad *Keypad, keys ...[2]int) {
	t.Helper()
	for _, key := range keys {
		if err := errors.Join(pad.Release(key[0], key[1]), pad.AwaitScans(t.Context(), key[0], DefaultScans)); err != nil {
			t.Fatal(err)
		}
	}
}

// testTwoKeys holds two keys at once that can be told apart: in a row, in a column, and apart from each other.
func testTwoKeys(t *testing.T, m *Machine, pad *Keypad) {
	for _, keys := range [][2][2]int{{{0, 0}, {0, 3}}, {{1, 2}, {3, 2}}, {{2, 1}, {0, 0}}} {
		for _, key := range keys {
			hold(t, pad, key)
			want := "guest: key " + layout[key[0]][key[1]]
			if key == [2]int{3, 2} { // SCAN counts when it goes up, because of its long meaning
				continue
			}
			if got := await(t, m, "guest: key "); got != want {
				t.Errorf("%v: the guest says %q, want %q", keys, got, want)
			}
		}
		release(t, pad, keys[0], keys[1])
		if keys[1] == [2]int{3, 2} {
			await(t, m, "guest: key SCAN")
		}
	}
	nothingMore(t, m)
}

// testGhost holds three corners of a rectangle, so that the fourth reads as pressed too, and lets them go. The guest
// takes the two that were down before, and the third as soon as it can be told, if it can; the fourth it never takes.
func testGhost(t *testing.T, m *Machine, pad *Keypad) {
	keys := [][2]int{{0, 0}, {0, 1}, {1, 0}}
	for _, key := range keys {
		hold(t, pad, key)
	}
	release(t, pad, keys...)
	tell(t, m, "ping ghost")
	var taken []string
	for {
		line := await(t, m, "guest: ")
		if strings.HasPrefix(line, "guest: pong ghost") {
			break
		}
		taken = append(taken, strings.TrimPrefix(line, "guest: key "))
	}
	if got := strings.Join(taken, " "); got != "1 2 4" {
		t.Errorf("keys 1, 2 and 4 were held at once, in this order: the guest took %s", got)
	}
}
