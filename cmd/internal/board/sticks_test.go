package board_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smartpos/cmd/internal/board"
)

// Somebody puts a file onto the stick, plugs it in where the terminal looks for one, and takes it out again.
func TestStick(t *testing.T) {
	b := powered(t)
	s := serve(t, b)
	link := filepath.Join(b.Dir(), board.StickDir)
	for _, c := range []struct {
		method, path, body string
		code               int
		says               string
	}{
		{"GET", "/stick", "", 200, `"in": false`},
		{"PUT", "/stick/bills.csv", "账单", 200, `"bills.csv"`},
		{"GET", "/stick/bills.csv", "", 200, "账单"},
		{"GET", "/stick/other.csv", "", 404, "no such file"},
		{"GET", "/stick/a%20b", "", 400, "no name"},
		{"PUT", "/stick/a/b/c", "", 400, "one folder"},
		{"POST", "/stick", `{"do":"pull"}`, 409, "not in the terminal"},
		{"POST", "/stick", `{"do":"plug"}`, 200, `"in": true`},
		{"POST", "/stick", `{"do":"plug"}`, 409, "already"},
		{"PUT", "/stick/late.csv", "", 409, "pull it out first"},
		{"POST", "/stick", `{"do":"new","kind":"fat"}`, 409, "pull it out first"},
		{"POST", "/stick", `{"do":"pull","at":3}`, 409, "a folder"},
		{"POST", "/stick", `{"do":"pull"}`, 200, `"in": false`},
		{"POST", "/stick", `{"do":"new","kind":"noise"}`, 400, "no such kind"},
		{"POST", "/stick", `{"do":"bill","network":"bank"}`, 409, "bank"},
		{"POST", "/stick", `{"do":"bill","network":"alipay"}`, 200, "bills.csv"},
		{"POST", "/stick", `{"do":"eject"}`, 400, "plug"},
		{"POST", "/stick", `{"do":"new","kind":"fat"}`, 200, `"files": null`},
	} {
		code, body := call(t, s, c.method, c.path, c.body)
		if code != c.code || !strings.Contains(body, c.says) {
			t.Errorf("%s %s %s: %d %s, want %d %s", c.method, c.path, c.body, code, body, c.code, c.says)
		}
		_, err := os.Stat(filepath.Join(link, "bills.csv"))
		var now board.StickState
		if strings.Contains(body, `"in"`) && json.Unmarshal([]byte(body), &now) == nil && now.In != (err == nil) {
			t.Errorf("after %s %s: in the terminal %v, and its files are there: %v", c.path, c.body, now.In, err)
		}
	}
}

// A board that was killed with its stick in starts with the stick out.
func TestStickLeftIn(t *testing.T) {
	b := powered(t)
	link := filepath.Join(b.Dir(), board.StickDir)
	if err := b.StickPlug(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(link); !os.IsNotExist(err) {
		t.Errorf("closing leaves the stick in: %v", err)
	}
	if err := os.Symlink("stick.files", link); err != nil {
		t.Fatal(err)
	}
	again, err := board.Open(board.Options{Dir: b.Dir(), Firmware: os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.Stick(t.Context()).In {
		t.Error("it is in")
	}
	if err := again.StickPlug(t.Context()); err != nil {
		t.Error(err)
	}
}
