package store

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// sellerDir names, in the environment of a child process, the journal that it sells on.
const sellerDir = "STORE_TEST_SELLER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(sellerDir); dir != "" {
		sellForEver(dir)
	}
	os.Exit(m.Run())
}

// sellForEver says on standard output what has been acknowledged, order by order, until it is killed.
func sellForEver(dir string) {
	j, err := Open(dir, Config{Terminal: "T0000001"})
	for err == nil {
		var o txn.Order
		if o, err = j.Commit(storetest.Intent(350, "")); err != nil {
			break
		}
		fmt.Println(o.No, o.State)
		if o, err = j.Commit(storetest.Outcome(o, txn.Paid)); err != nil {
			break
		}
		fmt.Println(o.No, o.State)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// A process killed at any moment leaves a journal with everything that it had been told is durable, at most one
// record more, and no gap in its numbers. (That the disk has it too is for the power cuts on a board to show.)
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	acknowledged := map[txn.OrderNo]txn.State{}
	for round := range 12 {
		before := len(acknowledged)
		kill(t, dir, round%3 == 0, time.Duration(rng.IntN(60))*time.Millisecond, acknowledged)
		if _, err := os.Stat(dir + "/" + FileName); err != nil {
			continue // killed before there was one
		}
		j := open(t, dir)
		for no, state := range acknowledged {
			if o, err := j.Order(no); err != nil || o.State != state && o.State != txn.Paid {
				t.Errorf("%s: %s, %v, had been acknowledged as %s", no, o.State, err, state)
			}
		}
		s, err := j.Start()
		if err != nil {
			t.Fatal(err)
		}
		info, err := j.Info()
		if err != nil {
			t.Fatal(err)
		}
		if extra := int(info.Orders) - len(acknowledged); extra < 0 || extra > 1 {
			t.Errorf("%d orders, of which %d had been acknowledged", info.Orders, len(acknowledged))
		}
		// The machine takes up what is open: nothing is left to make the next round's count ambiguous.
		for _, o := range s.Pending {
			if o.State == txn.Open {
				commit(t, j, storetest.Outcome(o, txn.Failed))
				acknowledged[o.No] = txn.Failed
			} else {
				acknowledged[o.No] = o.State
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		recheck(t, dir)
		t.Logf("%d orders acknowledged", len(acknowledged)-before)
	}
	if len(acknowledged) == 0 {
		t.Error("nothing was ever sold")
	}
}

// kill lets a child sell in dir, kills it some time after its birth or its first order, and notes what it
// acknowledged.
func kill(t *testing.T, dir string, young bool, after time.Duration, acknowledged map[txn.OrderNo]txn.State) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), sellerDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var timer *time.Timer
	lines := bufio.NewScanner(out)
	for more := true; more; {
		if timer == nil && (young || len(lines.Bytes()) > 0) {
			timer = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
			defer timer.Stop()
		}
		if more = lines.Scan(); !more {
			continue
		}
		if no, state, ok := strings.Cut(lines.Text(), " "); ok {
			acknowledged[txn.OrderNo(no)] = txn.State(state)
		}
	}
	_ = cmd.Wait() // killed
}
