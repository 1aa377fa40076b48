package device

import (
	"bytes"
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lineIndex tells on which line a key stands. Paths are the key's parts, and for tables of an array their number
// from 0, joined by pathSep: parts themselves may hold any character of a quoted key.
type lineIndex map[string]int

const pathSep = "\x00" // no text of a profile holds it, and a key with an escaped one is unknown anyway

// join extends a path.
func join(path, part string) string {
	if path == "" {
		return part
	}
	return path + pathSep + part
}

// of returns the line of path, or of the nearest table around it that has one, or 1.
func (l lineIndex) of(path string) int {
	for path != "" {
		if n, ok := l[path]; ok {
			return n
		}
		i := strings.LastIndex(path, pathSep)
		if i < 0 {
			break
		}
		path = path[:i]
	}
	return 1
}

// indexer walks go-toml's syntax tree, because its decoded values carry no positions.
type indexer struct {
	lines   lineIndex
	starts  []int          // offset of each line
	arrays  map[string]int // array of tables → tables so far
	table   string         // path of the current [table]
	parsing *unstable.Parser
	count   int // keys, tables and elements so far
	last    int // line of the last one
}

// maxEntries bounds the keys, tables and elements of a file: a full catalogue needs 8,000. go-toml compares each
// key with all others of its table, which takes minutes for the 120,000 that would fit into a file.
const maxEntries = 10_000

// indexLines maps every key of text. It stops at what is no TOML, which go-toml itself words better, and after
// maxEntries, when it returns the line that goes beyond.
func indexLines(text []byte) (lines lineIndex, beyond int) {
	x := &indexer{lines: lineIndex{}, arrays: map[string]int{}, starts: []int{0}, parsing: &unstable.Parser{}}
	for i, c := range text {
		if c == '\n' {
			x.starts = append(x.starts, i+1)
		}
	}
	x.parsing.Reset(bytes.Clone(text))
	for x.parsing.NextExpression() {
		x.expression(x.parsing.Expression())
		if x.count > maxEntries {
			return x.lines, x.last
		}
	}
	return x.lines, 0
}

func (x *indexer) expression(n *unstable.Node) {
	switch n.Kind {
	case unstable.Table:
		x.table = x.key("", n.Key())
	case unstable.ArrayTable:
		path := x.key("", n.Key())
		number := x.arrays[path]
		x.arrays[path] = number + 1
		line := x.lines[path]
		x.table = join(path, strconv.Itoa(number))
		x.set(x.table, line)
	case unstable.KeyValue:
		x.keyValue(x.table, n)
	}
}

// keyValue records a key and what stands inside its value.
func (x *indexer) keyValue(table string, n *unstable.Node) {
	path := x.key(table, n.Key())
	x.value(path, n.Value())
}

func (x *indexer) value(path string, n *unstable.Node) {
	switch n.Kind {
	case unstable.InlineTable:
		for it := n.Children(); it.Next(); {
			x.keyValue(path, it.Node())
		}
	case unstable.Array:
		i := 0
		for it := n.Children(); it.Next(); i++ {
			element := join(path, strconv.Itoa(i))
			if it.Node().Raw.Length > 0 {
				x.set(element, x.line(it.Node()))
			}
			x.value(element, it.Node())
		}
	}
}

// key records the line of each part of a dotted key below path, and returns the whole path. A part that names an
// array of tables stands for its last table.
func (x *indexer) key(path string, it unstable.Iterator) string {
	for it.Next() {
		if n := x.arrays[path]; n > 0 {
			path = join(path, strconv.Itoa(n-1))
		}
		path = join(path, string(it.Node().Data))
		if _, again := x.arrays[path]; again {
			delete(x.lines, path) // each [[table]] has a line of its own
		}
		x.set(path, x.line(it.Node()))
	}
	return path
}

func (x *indexer) set(path string, line int) {
	if _, ok := x.lines[path]; !ok {
		x.lines[path] = line
	}
}

// line returns the line that a key or element stands on, and counts it.
func (x *indexer) line(n *unstable.Node) int {
	offset := int(n.Raw.Offset)
	x.count++
	x.last = sort.Search(len(x.starts), func(i int) bool { return x.starts[i] > offset })
	return x.last
}
