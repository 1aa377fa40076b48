package board

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"smartpos/device/pty"
)

// The key that leads to a cut was pressed, however soon the power and the keyboard's line are gone; one that the
// running firmware does not take was not.
func TestKeyThatMeetsTheCut(t *testing.T) {
	console, err := pty.Open(filepath.Join(t.TempDir(), "console"))
	if err != nil {
		t.Fatal(err)
	}
	defer console.Close()
	if err := os.Remove(console.Link()); err != nil {
		t.Fatal(err)
	}
	p := &process{done: make(chan struct{})}
	h := &hostBackend{console: console, drawn: newPulse(), proc: p}
	if err := h.Type(t.Context(), "1"); !errors.Is(err, ErrNotTaken) {
		t.Errorf("while it runs: %v", err)
	}
	close(p.done)
	if err := h.Type(t.Context(), "1"); err != nil {
		t.Errorf("when it has just ended: %v", err)
	}
}
