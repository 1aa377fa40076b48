package paytest

import (
	"os"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// CheckCodeTable holds a network's table of codes in docs/networks.md, between <!-- codes: NAME --> and
// <!-- /codes -->, against the one in the program, both ways: what a code means to money is written in two places
// and must be the same. The last columns are ops; without any, show, scan, query, close and reverse.
func CheckCodeTable(t *testing.T, file, name string, codes client.Codes, ops ...txn.Op) {
	t.Helper()
	if len(ops) == 0 {
		ops = allOps
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "<!-- codes: "+name+" -->")
	table, _, ok := strings.Cut(table, "<!-- /codes -->")
	if !ok {
		t.Fatalf("%s has no table of %s's codes", file, name)
	}
	documented := map[string]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) <= len(ops) || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| code ") {
			continue
		}
		code := strings.TrimSpace(cells[0])
		documented[code] = true
		for i, op := range ops {
			want := strings.TrimSpace(cells[len(cells)-len(ops)+i])
			if got := inDocs(codes, op, code); got != want {
				t.Errorf("%s answered %s: the program says %s, %s %s", op, code, got, file, want)
			}
		}
	}
	for _, code := range codes.Known() {
		if !documented[code] {
			t.Errorf("%s is not in %s", code, file)
		}
	}
}

// inDocs is a verdict as the table writes it.
func inDocs(codes client.Codes, op txn.Op, code string) string {
	if v, ok := codes.Of(op, code); ok {
		return v.String()
	}
	return "–"
}
