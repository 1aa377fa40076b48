package terminal

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEventLogIsBounded(t *testing.T) {
	dir := t.TempDir()
	log, closeLog := OpenEventLog(dir, nil, io.Discard)
	long := strings.Repeat("x", 10_000)
	for i := range 3 * eventLogSize / len(long) {
		log.Info(long)
		if i%(eventLogQueue/2) == 0 { // the disk keeps up: what is logged is there when it is closed
			if err := closeLog(); err != nil {
				t.Fatal(err)
			}
			log, closeLog = OpenEventLog(dir, nil, io.Discard)
		}
	}
	if err := closeLog(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"events.log", "events.log.1"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Size() > eventLogSize || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

// A disk that hangs must not hang the till: lines are lost, counted, and said.
func TestEventLogNeverWaits(t *testing.T) {
	l := &eventLog{lines: make(chan []byte, 2)} // and nobody who writes
	for range 5 {
		if _, err := l.Write([]byte("x\n")); err != nil {
			t.Fatal(err)
		}
	}
	<-l.lines
	if _, err := l.Write([]byte("y\n")); err != nil {
		t.Fatal(err)
	}
	<-l.lines
	if line := string(<-l.lines); !strings.Contains(line, "3 lines lost") || !strings.HasSuffix(line, "y\n") {
		t.Fatalf("%q", line)
	}
}

// A full log that can't be set aside does not grow for ever, and the lines that come after it are kept.
func TestEventLogCannotBeSetAside(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "events.log.1", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "events.log"), bytes.Repeat([]byte("x"), eventLogSize), 0o600); err != nil {
		t.Fatal(err)
	}
	log, closeLog := OpenEventLog(dir, nil, io.Discard)
	log.Info("after it")
	if err := closeLog(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "events.log"))
	if err != nil || len(text) > 1000 || !bytes.Contains(text, []byte("after it")) {
		t.Errorf("the log has %d bytes, %v", len(text), err)
	}
}
