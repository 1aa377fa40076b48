package store

import (
	"bytes"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// look makes sure that the file at path can be given to bbolt: that no other process has it, that it is of
// our format, and that its tree is one. It writes nothing and doesn't map the file.
func look(path string, limit time.Duration) (lost bool, err error) {
	err = withPages(path, limit, func(p *pages) error {
		lost = p.lost
		if err := p.format(); err != nil {
			return err
		}
		return p.check(false)
	})
	return lost, err
}

// withPages runs fn on the file at path under a shared lock. A panic in it is damage, too: a terminal that met it at each
// start would never come to repair what it can't read.
func withPages(path string, limit time.Duration, fn func(*pages) error) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := lock(f, unix.LOCK_SH, limit); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			err = damagedf("reading its pages: %s", describe(r))
		}
	}()
	p, err := openPages(f, info.Size())
	if err != nil {
		return err
	}
	return fn(p)
}

func strict(err error) error { return err }

// format returns [txn.ErrJournalNewer] if newer firmware wrote the journal.
func (p *pages) format() error {
	var format []byte
	err := p.each(bucketMeta, strict, func(key, value []byte) error {
		if string(key) != keyFormat {
			return nil
		}
		format = bytes.Clone(value)
		return errStop
	})
	if err != nil {
		return err
	}
	_, err = decodeFormat(format)
	return err
}

// What a page is used for.
const (
	pageUnknown = iota
	pageUsed
	pageFree
)

// checker walks all trees once.
type checker struct {
	*pages
	use  []byte // by page
	full bool
}

// check holds that the file is a forest: every page has one parent or is free, never both. In full, it reads
// every page, and no page may be left over; otherwise it reads branches only, one page for about 400
// records, and takes their lowest children for the leaves that they are.
func (p *pages) check(full bool) error {
	if p.short != nil {
		return p.short
	}
	c := &checker{pages: p, use: make([]byte, p.meta.high), full: full}
	c.use[0], c.use[1] = pageUsed, pageUsed
	if err := c.freelist(); err != nil {
		return err
	}
	// The root's leaves name the buckets: they are read in any case.
	if err := c.tree(p.meta.root, 0, true, nil, nil); err != nil {
		return err
	}
	if !full {
		return nil
	}
	for id, use := range c.use {
		if use == pageUnknown {
			return damagedf("page %d is neither used nor free", id)
		}
	}
	return nil
}

// mark notes what n pages from id are used for; nothing has two uses.
func (c *checker) mark(id, n uint64, use byte) error {
	for i := id; i < id+n; i++ {
		if i < 2 || i >= uint64(len(c.use)) {
			return damagedf("page %d of %d", i, len(c.use))
		}
		if c.use[i] != pageUnknown {
			return damagedf("page %d has two uses", i)
		}
		c.use[i] = use
	}
	return nil
}

func (c *checker) freelist() error {
	g, err := c.read(c.meta.freelist)
	if err != nil {
		return err
	}
	if g.flags != flagFreelist {
		return damagedf("page %d is not the free list", g.id)
	}
	if err := c.mark(g.id, g.extra+1, pageUsed); err != nil {
		return err
	}
	ids, n := g.bytes[pageHeader:], uint64(g.count)
	if n == 0xFFFF {
		n, ids = order.Uint64(ids), ids[8:]
	}
	if n > uint64(len(ids)/8) {
		return damagedf("free list of %d pages", n)
	}
	for i := range n {
		if err := c.mark(order.Uint64(ids[8*i:]), 1, pageFree); err != nil {
			return err
		}
	}
	return nil
}

// tree checks everything below page id, whose keys lie from low to below high where those are given.
func (c *checker) tree(id uint64, depth int, leaves bool, low, high []byte) error {
	if depth > maxDepth {
		return damagedf("page %d lies %d deep", id, depth)
	}
	g, err := c.read(id)
	if err != nil {
		return err
	}
	if err := c.mark(id, g.extra+1, pageUsed); err != nil {
		return err
	}
	elements, err := g.elements()
	if err != nil {
		return err
	}
	if n := len(elements); n > 0 {
		if low != nil && bytes.Compare(elements[0].key, low) < 0 ||
			high != nil && bytes.Compare(elements[n-1].key, high) >= 0 {
			return damagedf("page %d: keys of another page", id)
		}
	}
	if g.flags == flagLeaf {
		return c.buckets(elements)
	}
	first, err := c.header(elements[0].child)
	if err != nil {
		return err
	}
	for i, e := range elements {
		if first.flags == flagLeaf && !c.full && !leaves {
			if err := c.mark(e.child, 1, pageUsed); err != nil {
				return err
			}
			continue
		}
		next := high
		if i+1 < len(elements) {
			next = elements[i+1].key
		}
		if err := c.tree(e.child, depth+1, leaves, e.key, next); err != nil {
			return err
		}
	}
	return nil
}

// buckets checks the trees of the buckets among a leaf's elements.
func (c *checker) buckets(elements []element) error {
	for _, e := range elements {
		if !e.bucket {
			continue
		}
		id, inline, err := e.root()
		if err == nil && id == 0 {
			_, err = inline.elements()
		} else if err == nil {
			err = c.tree(id, 0, false, nil, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
