package pin_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"smartpos/store/pin"
	"smartpos/txn"
)

func Example() {
	kept := pin.Hash(txn.NewPIN("739105"))
	fmt.Println(strings.HasPrefix(string(kept), "$argon2id$v=19$m=8192,t=4,p=1$"))
	fmt.Println(pin.Check(kept, txn.NewPIN("739105")))
	fmt.Println(pin.Check(kept, txn.NewPIN("739106")))
	// Output:
	// true
	// true <nil>
	// false <nil>
}

// Two hashes of one PIN have nothing in common: a journal does not show who chose the same.
func TestSalt(t *testing.T) {
	if a, b := pin.Hash(txn.NewPIN("739105")), pin.Hash(txn.NewPIN("739105")); a == b {
		t.Error("no salt")
	}
}

// A hash that nobody here has made is no hash, whatever it claims to cost.
func TestStrangeHashes(t *testing.T) {
	good := string(pin.Hash(txn.NewPIN("739105")))
	for name, h := range map[string]string{
		"nothing": "", "another kind": strings.Replace(good, "argon2id", "argon2i", 1), "a version": strings.Replace(good, "v=19", "v=16", 1),
		"too much memory": strings.Replace(good, "m=8192", "m=4194304", 1), "too many passes": strings.Replace(good, "t=4", "t=4000000000", 1),
		"no memory": strings.Replace(good, "m=8192", "m=0", 1), "no passes": strings.Replace(good, "t=4", "t=0", 1),
		"lanes": strings.Replace(good, "p=1", "p=4", 1), "cut": good[:len(good)-1], "more": good + "A", "a blank": good + " ",
		"plus": strings.Replace(good, "t=4", "t=+4", 1), "zeros": strings.Replace(good, "t=4", "t=04", 1),
	} {
		if ok, err := pin.Check(txn.PINHash(h), txn.NewPIN("739105")); ok || !errors.Is(err, pin.ErrHash) {
			t.Errorf("%s: %t, %v", name, ok, err)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g")
	f.Fuzz(func(t *testing.T, h string) {
		if len(h) > 200 {
			return
		}
		if ok, _ := pin.Check(txn.PINHash(h), txn.NewPIN("739105")); ok {
			t.Errorf("%q passes", h)
		}
	})
}

func BenchmarkHash(b *testing.B) {
	for b.Loop() {
		pin.Hash(txn.NewPIN("739105"))
	}
}
