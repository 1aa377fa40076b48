package diskfault

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"smartpos/cmd/internal/board/disktrace"
	"smartpos/store"
	"smartpos/store/storetest"
	"smartpos/txn"
)

// notInShort skips a test in short mode, as under the race detector: hundreds of programs run to their end, each of one
// goroutine, and the detector has every one wait a second for it.
func notInShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs hundreds of programs")
	}
}

// The test binary is also the shim and the program whose disk fails.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 {
		switch os.Args[1] {
		case "shim":
			fmt.Fprintln(os.Stderr, disktrace.Shim(os.Args[2:]))
			os.Exit(1)
		case "sell":
			sell(os.Args[2])
			os.Exit(0)
		case "backup":
			backUp(os.Args[2], os.Args[3], os.Args[4])
			os.Exit(0)
		case "seal":
			seal(os.Args[2], os.Args[3], os.Args[4])
			os.Exit(0)
		case "reconcile":
			reconcileDay(os.Args[2], os.Args[3])
			os.Exit(0)
		case "restore":
			restore(os.Args[2], os.Args[3], os.Args[4])
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// What the child says, line by line.
const (
	saysTaken   = "taken"   // order, state, printed
	saysFull    = "full"    // a record was refused, and provably is not on disk
	saysRefused = "refused" // a record was refused, and nobody knows
	saysClosed  = "closed"  // the journal could not be opened: why
)

// sales is how many the child makes, of three records each.
const sales = 2

var config = store.Config{Terminal: "T0000001"}

// sell opens a journal and sells, whatever the journal says.
func sell(dir string) {
	j, err := store.Open(dir, config)
	if err != nil {
		fmt.Println(saysClosed, err)
		return
	}
	commit := func(r txn.Record) (txn.Order, bool) {
		o, err := j.Commit(r)
		switch {
		case err == nil:
			fmt.Println(saysTaken, o.No, o.State, o.Printed)
		case errors.Is(err, txn.ErrJournalFull):
			fmt.Println(saysFull, err)
		default:
			fmt.Println(saysRefused, err)
		}
		return o, err == nil
	}
	for range sales {
		if o, ok := commit(storetest.Intent(500, "")); ok {
			if paid, ok := commit(storetest.Outcome(o, txn.Paid)); ok {
				commit(storetest.Printed(paid))
			}
		}
	}
	_ = j.Close() // what was acknowledged is on disk without it
}

// fault is a way in which a disk fails.
type fault struct {
	name  string
	errno unix.Errno
	stays bool
}

var faults = []fault{
	{"I/O error once", unix.EIO, false}, {"I/O error for good", unix.EIO, true},
	{"no room once", unix.ENOSPC, false}, {"no room for good", unix.ENOSPC, true},
}

// run lets a child do something on a disk, that of dir, whose nth step fails. It returns what the child said, and the
// step, which is nil when there were fewer.
func run(t *testing.T, dir string, n int, f fault, do ...string) (said []string, reached *disktrace.Step) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"shim", os.Args[0]}, do...)...)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tracer, err := disktrace.Prepare(cmd, dir)
	if err != nil {
		t.Fatal(err)
	}
	err = tracer.Fail(n, f.errno, f.stays, func(s disktrace.Step) {
		if reached == nil {
			reached = &s
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tracer.Abandon()
		t.Fatal(err)
	}
	attachErr := tracer.Attach()
	waitErr := cmd.Wait()
	tracer.Close()
	if errors.Is(attachErr, disktrace.ErrUnsupported) {
		t.Skip(attachErr)
	}
	if err := errors.Join(attachErr, waitErr); err != nil {
		t.Fatalf("step %d, %s: the program ended with %v\n%s", n, f.name, err, stderr.String())
	}
	for lines := bufio.NewScanner(&out); lines.Scan(); {
		said = append(said, lines.Text())
	}
	return said, reached
}

// Every write, sync and rename fails, in every way: what was acknowledged is there, what was not is there whole or not
// at all, and with a disk that works again the journal opens and takes more.
func TestEveryStepFails(t *testing.T) {
	notInShort(t)
	var mu sync.Mutex
	seen := map[string]bool{}
	t.Run("faults", func(t *testing.T) {
		for _, f := range faults {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				for _, s := range sweep(t, f) {
					mu.Lock()
					seen[s] = true
					mu.Unlock()
				}
			})
		}
	})
	if t.Failed() || t.Skipped() || len(seen) == 0 {
		return
	}
	for _, want := range []string{
		"fsync device.key.new", "rename device.key", "fsync the folder", // the key's first day
		"pwrite64 journal.db.new", "fdatasync journal.db.new", "fsync journal.db.new", "rename journal.db", // the journal's
		"pwrite64 journal.db", "fdatasync journal.db", // records
	} {
		if !seen[want] {
			t.Errorf("%s never failed", want)
		}
	}
}

// sweep lets step after step fail in one way, and returns what they were.
func sweep(t *testing.T, f fault) (seen []string) {
	for n := 1; ; n++ {
		dir := t.TempDir()
		said, step := run(t, dir, n, f, "sell", dir)
		if step == nil {
			t.Logf("%d steps", n-1)
			return seen
		}
		name := filepath.Base(step.File)
		if step.File == dir {
			name = "the folder"
		}
		seen = append(seen, step.Call+" "+name)
		if err := check(dir, said, f); err != nil {
			t.Errorf("step %d, %s of %s: %v\n%s", n, step.Call, name, err, strings.Join(said, "\n"))
		}
	}
}

// check holds what is on the disk against what the child said, and sells on.
func check(dir string, said []string, f fault) error {
	taken, doubts := map[string]string{}, 0
	records := 0
	for i, line := range said {
		words := strings.Fields(line)
		switch words[0] {
		case saysTaken:
			taken[words[1]] = line
			records++
			if slices.ContainsFunc(said[:i], func(s string) bool { return strings.HasPrefix(s, saysRefused) }) {
				return errors.New("a record was taken after one of which nobody knows whether it is on disk")
			}
		case saysRefused:
			doubts = 1 // whatever comes after it is refused too, and is not on disk
		case saysFull:
			if f.errno == unix.EIO {
				return errors.New("an I/O error passes for a lack of room")
			}
		case saysClosed:
			if i > 0 {
				return errors.New("closed after it was open")
			}
		}
	}
	j, err := store.Open(dir, config)
	if err != nil {
		return fmt.Errorf("with a disk that works: %w", err)
	}
	defer j.Close()
	report, err := j.Verify()
	if err != nil {
		return err
	}
	if got := int(report.Records); got < records || got > records+doubts {
		return fmt.Errorf("%d records, acknowledged were %d, in doubt was %d", got, records, doubts)
	}
	for no, line := range taken {
		o, err := j.Order(txn.OrderNo(no))
		if err != nil {
			return fmt.Errorf("order %s: %w", no, err)
		}
		if now := fmt.Sprint(saysTaken, " ", o.No, " ", o.State, " ", o.Printed); doubts == 0 && now != line {
			return fmt.Errorf("acknowledged was %q, the journal says %q", line, now)
		}
	}
	_, err = j.Commit(storetest.Intent(100, ""))
	return err
}
