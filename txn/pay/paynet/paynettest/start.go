package paynettest

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paytest"
)

// folder is a sandbox's with its keys, which take a while to make: once for all tests of a program.
var folder = sync.OnceValues(func() (files map[string][]byte, err error) {
	dir, err := os.MkdirTemp("", "paynettest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	net, err := paynet.Open(dir, paynet.Options{})
	if err == nil {
		err = net.Close()
	}
	if err != nil {
		return nil, err
	}
	files = map[string][]byte{}
	return files, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		files[name], err = os.ReadFile(path)
		return err
	})
})

// Start starts a sandbox that ends with the test. All of a program have the same keys.
func Start(t testing.TB, opt paynet.Options) *paynet.Paynet {
	t.Helper()
	files, err := folder()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	net, err := paynet.Open(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := net.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := net.Start(""); err != nil {
		t.Fatal(err)
	}
	return net
}

// Phone returns a customer's phone.
func Phone(t testing.TB, net *paynet.Paynet, wallet string) *paynet.Phone {
	t.Helper()
	ph, err := net.Phone(wallet)
	if err != nil {
		t.Fatal(err)
	}
	return ph
}

// BenchShow is one request for a code with all its cryptography, against the sandbox on this machine: the part of "OK
// to QR" that is the client's and the network's.
func BenchShow(b *testing.B, c pay.Network) {
	for i := 0; b.Loop(); i++ {
		a, err := c.Show(context.Background(), paytest.NewOrder(c.ID(), fmt.Sprintf("BENCH%010d", i), txn.Show, 1))
		if err != nil || a.Status != txn.StatusReady {
			b.Fatal(a, err)
		}
	}
}

// BenchQuery is one poll of an order whose code the customer has scanned with that wallet.
func BenchQuery(b *testing.B, net *paynet.Paynet, c pay.Network, wallet string) {
	o := paytest.NewOrder(c.ID(), "BENCHQUERY01", txn.Show, 1)
	a, err := c.Show(context.Background(), o)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := Phone(b, net, wallet).Scan(a.CodeURL); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if a, err := c.Query(context.Background(), o); err != nil || a.Status != txn.StatusWaiting {
			b.Fatal(a, err)
		}
	}
}
