package devicetest_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/device"
	"smartpos/device/devicetest"
)

func TestLineConforms(t *testing.T) {
	devicetest.Conform(t, func(t *testing.T) (device.Line, devicetest.Far) {
		line, end := devicetest.NewLine()
		t.Cleanup(func() { end.Close() })
		return line, end
	})
}

// A driver that drains a held line must be told, at its deadline, that its bytes have not left.
func TestDrainWaitsForAHeldLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line, end := devicetest.NewLine()
		end.Hold(true)
		if _, err := line.Write([]byte("receipt")); err != nil {
			t.Fatal(err)
		}
		line.SetWriteDeadline(time.Now().Add(time.Second))
		if err := line.Drain(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Drain of a held line: %v", err)
		}
		end.Hold(false)
		if err := line.Drain(); err != nil {
			t.Errorf("Drain: %v", err)
		}
		if end.Drains() != 2 {
			t.Errorf("%d drains recorded, want 2", end.Drains())
		}
	})
}

// A deadline must also end a call that waits already, with no time gone by.
func TestDeadlineWakesTheWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line, _ := devicetest.NewLine()
		done := make(chan error)
		go func() {
			_, err := line.Read(make([]byte, 1))
			done <- err
		}()
		synctest.Wait()
		line.SetReadDeadline(time.Now())
		if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Read: %v", err)
		}
	})
}

// What a driver did not drain is lost when it closes, and the far end is told that nothing more comes.
func TestCloseLosesWhatIsHeld(t *testing.T) {
	line, end := devicetest.NewLine()
	if _, err := line.Write([]byte("sent")); err != nil {
		t.Fatal(err)
	}
	end.Hold(true)
	if _, err := line.Write([]byte("held")); err != nil {
		t.Fatal(err)
	}
	line.Close()
	end.Hold(false)
	if got, err := io.ReadAll(end); err != nil || string(got) != "sent" {
		t.Errorf("the far end read %q, %v", got, err)
	}
}

func ExampleNewLine() {
	line, end := devicetest.NewLine()
	defer line.Close()

	fmt.Fprint(line, "status?")
	b := make([]byte, 16)
	n, _ := end.Read(b)
	fmt.Printf("the device hears %q\n", b[:n])

	end.Unplug()
	_, err := line.Read(b)
	fmt.Println(errors.Is(err, device.ErrGone))
	// Output:
	// the device hears "status?"
	// true
}
