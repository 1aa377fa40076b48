package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"

	"smartpos/txn"
)

// This file reads bbolt's pages with ordinary reads, where a bad sector is an error and a wild pointer is out
// of range. bbolt itself trusts them: a branch that points back to its parent would recurse until the stack is
// spent, and a free list that names a page in use would let the next commit overwrite it. Neither can be
// recovered from, so both are looked for before bbolt gets the file.
//
// Layout (bbolt internal/common/page.go, meta.go; numbers are in the machine's order, little-endian on every
// board we know):
//
//	page      id 8 | flags 2 | count 2 | overflow 4 | …    overflow: further pages that belong to it
//	branch    element: pos 4 | key size 4 | page 8          pos counts from the element
//	leaf      element: flags 4 | pos 4 | key size 4 | value size 4
//	bucket    value of a leaf element with flag 1: root page 8 | sequence 8 | an inline page if root is 0
//	freelist  page 8 … ; with count FFFF the first is the count
//	meta      magic 4 | version 4 | page size 4 | flags 4 | root 8 | sequence 8 | freelist 8 | high water 8 |
//	          transaction 8 | FNV-64a of all before 8
const (
	pageHeader    = 16
	pageElement   = 16
	bucketHeader  = 16
	metaChecked   = 56 // bytes under the checksum
	metaSize      = metaChecked + 8
	metaMagic     = 0xED0CDAED
	metaVersion   = 2
	maxPageSize   = 64 << 10
	maxRun        = 16 << 20 // bytes of one page with what overflows from it: some values, or a free list of 2,000,000 pages
	maxDepth      = 32
	flagBranch    = 0x01
	flagLeaf      = 0x02
	flagFreelist  = 0x10
	elementBucket = 0x01
)

var order = binary.LittleEndian

// pages is a bbolt file.
type pages struct {
	r    io.ReaderAt
	size int64 // of a page
	meta pageMeta
	lost bool // one of the two meta pages is invalid

	count uint64 // pages that are there
	short error  // the file ends before its last page; what is left of it can be read all the same
}

type pageMeta struct {
	size, root, freelist, high, transaction uint64
}

// openPages reads the meta pages of a file of length bytes. It returns [txn.ErrJournalNewer] for a bbolt
// format that came after ours.
func openPages(r io.ReaderAt, length int64) (*pages, error) {
	first, err0 := readMeta(r, 0)
	size := int64(first.size)
	if err0 != nil {
		// The second meta page begins where the first ends, and only it can say where.
		for size = 1024; size < maxPageSize; size *= 2 {
			if m, err := readMeta(r, size); err == nil && m.size == uint64(size) {
				break
			}
		}
	}
	second, err1 := readMeta(r, size)
	p := &pages{r: r, size: size, meta: first, lost: err0 != nil || err1 != nil}
	switch {
	case err0 != nil && err1 != nil:
		return nil, err0
	case err0 != nil || err1 == nil && second.transaction > first.transaction:
		p.meta = second
	}
	p.count = min(p.meta.high, uint64(length/size))
	if p.count < p.meta.high {
		p.short = damagedf("file of %d bytes, should have %d pages of %d", length, p.meta.high, size)
	}
	if p.count < 4 {
		return nil, damagedf("file of %d pages", p.count)
	}
	return p, nil
}

func readMeta(r io.ReaderAt, offset int64) (pageMeta, error) {
	b := make([]byte, pageHeader+metaSize)
	if _, err := r.ReadAt(b, offset); err != nil {
		return pageMeta{}, damagedf("meta page at %d: %v", offset, err)
	}
	b = b[pageHeader:]
	h := fnv.New64a()
	h.Write(b[:metaChecked])
	switch version := order.Uint32(b[4:]); {
	case order.Uint32(b) != metaMagic:
		return pageMeta{}, damagedf("meta page at %d: not one of bbolt's", offset)
	case version > metaVersion:
		return pageMeta{}, fmt.Errorf("%w: bbolt format %d", txn.ErrJournalNewer, version)
	case version < metaVersion || h.Sum64() != order.Uint64(b[metaChecked:]):
		return pageMeta{}, damagedf("meta page at %d: its checksum doesn't hold", offset)
	}
	m := pageMeta{
		size: uint64(order.Uint32(b[8:])), root: order.Uint64(b[16:]), freelist: order.Uint64(b[32:]),
		high: order.Uint64(b[40:]), transaction: order.Uint64(b[48:]),
	}
	if m.size < 1024 || m.size > maxPageSize || m.size&(m.size-1) != 0 {
		return pageMeta{}, damagedf("meta page at %d: pages of %d bytes", offset, m.size)
	}
	return m, nil
}

// page is one page and what overflows from it.
type page struct {
	id    uint64
	flags uint16
	count int
	extra uint64 // overflow pages
	bytes []byte
}

// header reads the first bytes of a page and judges them.
func (p *pages) header(id uint64) (page, error) {
	if id < 2 || id >= p.count {
		return page{}, damagedf("page %d of %d", id, p.count)
	}
	b := make([]byte, pageHeader)
	if _, err := p.r.ReadAt(b, int64(id)*p.size); err != nil {
		return page{}, damagedf("page %d: %v", id, err)
	}
	g := page{id: id, flags: order.Uint16(b[8:]), count: int(order.Uint16(b[10:])), extra: uint64(order.Uint32(b[12:]))}
	if got := order.Uint64(b); got != id {
		return page{}, damagedf("page %d says it is %d", id, got)
	}
	if g.flags != flagBranch && g.flags != flagLeaf && g.flags != flagFreelist {
		return page{}, damagedf("page %d of kind %#x", id, g.flags)
	}
	if g.extra >= p.count-id || int64(g.extra+1)*p.size > maxRun { // a damaged length must not decide what memory is taken
		return page{}, damagedf("page %d runs on for %d pages", id, g.extra)
	}
	return g, nil
}

func (p *pages) read(id uint64) (page, error) {
	g, err := p.header(id)
	if err != nil {
		return page{}, err
	}
	g.bytes = make([]byte, int64(g.extra+1)*p.size)
	if _, err := p.r.ReadAt(g.bytes, int64(id)*p.size); err != nil {
		return page{}, damagedf("page %d: %v", id, err)
	}
	return g, nil
}

// element is one entry of a branch (with child) or a leaf (with value).
type element struct {
	key, value []byte
	child      uint64
	bucket     bool
}

// elements returns the entries of a branch or leaf page: in range, and their keys in order.
func (g page) elements() ([]element, error) {
	if g.flags != flagBranch && g.flags != flagLeaf {
		return nil, damagedf("page %d of kind %#x in a tree", g.id, g.flags)
	}
	if pageHeader+g.count*pageElement > len(g.bytes) || g.flags == flagBranch && g.count == 0 {
		return nil, damagedf("page %d with %d elements", g.id, g.count)
	}
	out := make([]element, g.count)
	for i := range out {
		at := pageHeader + i*pageElement
		b := g.bytes[at:]
		var e element
		var pos, keySize, valueSize uint64
		if g.flags == flagBranch {
			pos, keySize = uint64(order.Uint32(b)), uint64(order.Uint32(b[4:]))
			e.child = order.Uint64(b[8:])
		} else {
			e.bucket = order.Uint32(b)&elementBucket != 0
			pos, keySize = uint64(order.Uint32(b[4:])), uint64(order.Uint32(b[8:]))
			valueSize = uint64(order.Uint32(b[12:]))
		}
		if pos+keySize+valueSize > uint64(len(b)) {
			return nil, damagedf("page %d: element %d is outside", g.id, i)
		}
		e.key = b[pos : pos+keySize]
		e.value = b[pos+keySize : pos+keySize+valueSize]
		if i > 0 && bytes.Compare(out[i-1].key, e.key) >= 0 {
			return nil, damagedf("page %d: element %d is out of order", g.id, i)
		}
		out[i] = e
	}
	return out, nil
}

// errStop ends a walk early, without fault.
var errStop = errors.New("stop")

// each calls fn for every entry of a bucket, in order, until it returns an error. A page that doesn't hold is
// handed to bad, which may return nil to go on behind it.
func (p *pages) each(bucket string, bad func(error) error, fn func(key, value []byte) error) error {
	var root element
	found := false
	err := p.leaves(p.meta.root, 0, bad, func(e element) error {
		if e.bucket && string(e.key) == bucket {
			root, found = e, true
			return errStop
		}
		return nil
	})
	if err != nil && !errors.Is(err, errStop) {
		return err
	}
	if !found {
		return bad(damagedf("no bucket %s", bucket))
	}
	visit := func(e element) error { return fn(e.key, e.value) }
	id, inline, err := root.root()
	switch {
	case err != nil:
		return bad(err)
	case id != 0:
		err = p.leaves(id, 0, bad, visit)
	default:
		err = each(inline, bad, visit)
	}
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// root returns where a bucket's tree begins: its root page, or a page inside the element itself.
func (e element) root() (id uint64, inline page, err error) {
	if len(e.value) < bucketHeader {
		return 0, page{}, damagedf("bucket %q of %d bytes", e.key, len(e.value))
	}
	if id := order.Uint64(e.value); id != 0 {
		return id, page{}, nil
	}
	b := e.value[bucketHeader:]
	if len(b) < pageHeader || order.Uint16(b[8:]) != flagLeaf {
		return 0, page{}, damagedf("bucket %q of %d bytes, inline", e.key, len(e.value))
	}
	return 0, page{flags: flagLeaf, count: int(order.Uint16(b[10:])), bytes: b}, nil
}

func each(g page, bad func(error) error, fn func(element) error) error {
	elements, err := g.elements()
	if err != nil {
		return bad(err)
	}
	for _, e := range elements {
		if err := fn(e); err != nil {
			return err
		}
	}
	return nil
}

// leaves calls fn for every leaf element below a page. It reads no page twice: branches that share their children would
// keep it busy for ever.
func (p *pages) leaves(id uint64, depth int, bad func(error) error, fn func(element) error) error {
	seen := map[uint64]bool{}
	var below func(id uint64, depth int) error
	below = func(id uint64, depth int) error {
		if depth > maxDepth || seen[id] {
			return bad(damagedf("page %d lies %d deep, or has two parents", id, depth))
		}
		seen[id] = true
		g, err := p.read(id)
		if err != nil {
			return bad(err)
		}
		if g.flags == flagLeaf {
			return each(g, bad, fn)
		}
		return each(g, bad, func(e element) error { return below(e.child, depth+1) })
	}
	return below(id, depth)
}
