package store

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// fillUp sells until no new order is taken, holds that the commit that failed left nothing behind, and finishes everything
// that was begun: its reserve is there for that. Every second order is refunded, and the batch is settled.
func fillUp(t *testing.T, j *Journal) (sold uint64) {
	t.Helper()
	big := storetest.Intent(350, "")
	for range 40 {
		big.Items = append(big.Items, big.Items[0])
	}
	var begun []txn.Order
	for err := error(nil); err == nil; sold++ {
		before := must(j.Info())
		var o txn.Order
		if o, err = j.Commit(big); err == nil {
			begun = append(begun, o)
			continue
		}
		if !errors.Is(err, txn.ErrJournalReserve) || !errors.Is(err, txn.ErrJournalFull) {
			t.Fatalf("commit: %v, want ErrJournalReserve", err)
		}
		if after := must(j.Info()); after.Records != before.Records || after.Orders != before.Orders || after.Head != before.Head {
			t.Fatalf("after a failed commit %+v\nbefore it %+v", after, before)
		}
		if room := must(j.Room()); room.Sales != 0 || room.Free < 0 {
			t.Errorf("room: %+v", room)
		}
		break
	}
	for i, o := range begun {
		o = commit(t, j, storetest.Outcome(o, txn.Paid))
		o = commit(t, j, storetest.Printed(o))
		if i%2 == 0 {
			continue
		}
		o = commit(t, j, storetest.RefundIntent(o, 100))
		commit(t, j, storetest.RefundOutcome(o, txn.RefundDone))
		commit(t, j, &txn.Printed{Order: o.No, Refund: o.Refunds[0].No, At: storetest.Day})
	}
	commit(t, j, storetest.BatchClosed(must(j.Batch()).No, ""))
	if sold < 10 {
		t.Errorf("full after %d sales", sold)
	}
	return sold
}

func TestFullBySize(t *testing.T) {
	dir := t.TempDir()
	j := openWith(t, dir, Config{Terminal: "T0000001", MaxBytes: 2 << 20, Reserve: 256 << 10})
	if room := must(j.Room()); room.Sales < 400 || room.Sales > 600 {
		t.Errorf("an empty journal has room for %d sales: %+v", room.Sales, room)
	}
	sold := fillUp(t, j)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	// With room again it goes on where it was, without a gap.
	j = open(t, dir)
	o := commit(t, j, storetest.Intent(1, ""))
	if !strings.HasSuffix(string(o.No), digits8(sold+1)) {
		t.Errorf("number %s after %d orders", o.No, sold)
	}
}

// A full journal sells again by itself as soon as pruning has made room.
func TestFullThenPruned(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of records, one after the other")
	}
	a := grow(t, t.TempDir())
	a.cfg.MaxBytes, a.cfg.Reserve = 1<<20, 128<<10
	a.db.MaxSize = 1 << 20
	full := func() (sold int) {
		for ; ; sold++ {
			o, err := a.Commit(storetest.Intent(350, ""))
			if errors.Is(err, txn.ErrJournalReserve) {
				return sold
			}
			if err != nil {
				t.Fatal(err)
			}
			commit(t, a, storetest.Outcome(o, txn.Paid))
			commit(t, a, storetest.Printed(o))
		}
	}
	first := full()
	for range 4 {
		a.close(t)
		for more := true; more; {
			var err error
			if more, err = a.Prune(old); err != nil {
				t.Fatal(err)
			}
		}
		if again := full(); again < first*8/10 {
			t.Errorf("%d sales after pruning, %d in an empty file", again, first)
		}
	}
}

func digits8(n uint64) string {
	s := "00000000"
	for i := 7; n > 0; i, n = i-1, n/10 {
		s = s[:i] + string(rune('0'+n%10)) + s[i+1:]
	}
	return s
}

const fullDir = "STORE_TEST_FULL_DIR"

// A medium without room: a file system of its own, 512 KiB large, in a child's own mount namespace. The limit
// strikes in the middle of bbolt's writing there, where the limit by size strikes before it.
func TestFullMedium(t *testing.T) {
	if dir := os.Getenv(fullDir); dir != "" {
		if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
			t.Skipf("no file system to fill: %v", err)
		}
		j := openWith(t, dir, Config{Terminal: "T0000001", Reserve: 256 << 10})
		fillUp(t, j)
		t.Log("full")
		if _, err := j.Verify(); err != nil {
			t.Error(err)
		}
		if _, err := j.Start(); err != nil {
			t.Error(err)
		}
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullMedium$", "-test.v")
	cmd.Env = append(os.Environ(), fullDir+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EINVAL) {
		t.Skipf("no namespace of one's own here: %v", err)
	}
	if strings.Contains(string(out), "--- SKIP") {
		t.Skipf("%s", out)
	}
	if err != nil || !strings.Contains(string(out), "full") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Without room even to begin, there is no journal and nothing is left in the way.
func TestNoRoomToCreate(t *testing.T) {
	if err := noRoom(&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}); !errors.Is(err, txn.ErrJournalFull) {
		t.Errorf("%v, want ErrJournalFull", err)
	}
	if err := noRoom(errors.New("file resize error: no space left on device")); !errors.Is(err, txn.ErrJournalFull) {
		t.Errorf("what bbolt flattens to text: %v, want ErrJournalFull", err)
	}
	if err := noRoom(syscall.EIO); errors.Is(err, txn.ErrJournalFull) {
		t.Errorf("%v is not a lack of room", err)
	}
}

// Should "no room" come so late that what was written can already be seen, it is not as harmless as it sounds. That is so of
// a sale, and of what adds no record: the pages that it has freed may be needed still.
func TestFullTooLate(t *testing.T) {
	for name, write := range map[string]func(*Journal){
		"a sale": func(j *Journal) { sell(t, j, 1) },
		"the note of a backup": func(j *Journal) {
			info := must(j.Info())
			if err := j.noteBackup(mark{info.Records, info.Head}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		j := open(t, t.TempDir())
		sell(t, j, 1)
		next := transaction(t, j) + 1
		if err := j.failed(syscall.ENOSPC, next); !errors.Is(err, txn.ErrJournalFull) {
			t.Errorf("%s that can't be seen: %v, want ErrJournalFull", name, err)
		}
		write(j)
		if err := j.failed(syscall.ENOSPC, next); !errors.Is(err, txn.ErrJournalDamaged) {
			t.Errorf("%s that can be seen: %v, want ErrJournalDamaged", name, err)
		}
		if _, err := j.Commit(storetest.Intent(1, "")); !errors.Is(err, txn.ErrJournalDamaged) {
			t.Errorf("commit after it: %v, want ErrJournalDamaged", err)
		}
	}
}

// transaction returns the number of the latest transaction that can be seen.
func transaction(t *testing.T, j *Journal) (id int) {
	t.Helper()
	if err := j.read("test", func(v *view) error { id = v.tx.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return id
}

// A write that fails for another reason than room: nobody knows what is on disk, and nothing more is written
// until the journal has been opened, and looked at, again.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	sell(t, j, 2)
	fd := int(j.file.Fd())
	keep, err := unix.Dup(fd)
	if err != nil {
		t.Fatal(err)
	}
	readOnly, err := os.Open(j.path)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Dup3(int(readOnly.Fd()), fd, unix.O_CLOEXEC); err != nil { // writing is EBADF from here on
		t.Fatal(err)
	}
	if err := errors.Join(readOnly.Close(), unix.Close(keep)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := j.Commit(storetest.Intent(1, "")); !errors.Is(err, txn.ErrJournalDamaged) {
			t.Errorf("commit: %v, want ErrJournalDamaged", err)
		}
	}
	if _, err := j.Start(); !errors.Is(err, txn.ErrJournalDamaged) {
		t.Errorf("start: %v, want ErrJournalDamaged", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir)
	if info, err := j.Info(); err != nil || info.Orders != 2 {
		t.Errorf("%+v, %v, want the two orders", info, err)
	}
	sell(t, j, 1)
}

// An order never becomes longer than what is read again, whatever networks call their refunds.
func TestOrderThatGrows(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of records, one after the other")
	}
	j := open(t, t.TempDir())
	sell(t, j, 1)
	o := must(j.Recent(1))[0]
	for n := 1; ; n++ {
		o = commit(t, j, storetest.RefundIntent(o, 1))
		r := storetest.RefundOutcome(o, txn.RefundDone)
		r.RefundID = strings.Repeat("5", 60_000)
		_, err := j.Commit(r)
		if errors.Is(err, ErrRecord) && n > 10 {
			break
		}
		if err != nil {
			t.Fatalf("refund %d: %v", n, err)
		}
		o = must(j.Order(o.No))
	}
	commit(t, j, storetest.RefundOutcome(o, txn.RefundDone))
}
