package wechat

import (
	"os"
	"strings"
	"testing"

	"smartpos/txn"
)

// TestTableInDocs holds the code table in docs/networks.md against the one in the program, both ways: what a
// code means to money is written in two places and must be the same.
func TestTableInDocs(t *testing.T) {
	text, err := os.ReadFile("../../../docs/networks.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "<!-- codes -->")
	table, _, ok := strings.Cut(table, "<!-- /codes -->")
	if !ok {
		t.Fatal("docs/networks.md has no table of codes")
	}
	ops := []txn.Op{txn.OpShow, txn.OpScan, txn.OpQuery, txn.OpClose, txn.OpReverse}
	documented := map[string]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 8 || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| code ") {
			continue
		}
		code := strings.TrimSpace(cells[0])
		documented[code] = true
		for i, op := range ops {
			if got, want := inDocs(op, code), strings.TrimSpace(cells[3+i]); got != want {
				t.Errorf("%s answered %s: the program says %s, docs/networks.md %s", op, code, got, want)
			}
		}
	}
	for _, m := range append([]map[string]verdict{common}, byCall[txn.OpShow], byCall[txn.OpScan], byCall[txn.OpQuery], byCall[txn.OpClose], byCall[txn.OpReverse]) {
		for code := range m {
			if !documented[code] {
				t.Errorf("%s is not in docs/networks.md", code)
			}
		}
	}
}

// inDocs is a verdict as the table writes it.
func inDocs(op txn.Op, code string) string {
	v, ok := byCall[op][code]
	if !ok {
		v, ok = common[code]
	}
	switch {
	case !ok:
		return "–"
	case v.fault != txn.FaultNone:
		return "`" + string(v.fault) + "`"
	}
	return string(v.status)
}
