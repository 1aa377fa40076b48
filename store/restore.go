package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"time"

	"smartpos/txn"
)

// restoreLatest puts back the latest record when bbolt had to fall back to the older of its two meta pages.
// Such a page is lost in one of two ways: a power cut tore it while it was written, and then nobody was told
// of the record; or it rotted afterwards, and then the terminal may have said "paid" on the strength of it.
// The pages of the record itself are on disk in both cases, and its MAC and its place in the chain prove that
// it is ours and the next one: writing it again, byte for byte, is right in both. If the invalid page was the
// older one, or that of a transaction without a record, there is no next record and nothing to do; the next commit writes the
// page anew. Unless a cut has kept one back at an earlier start: nobody was told of that one either.
func (j *Journal) restoreLatest() error {
	var st state
	err := j.view(func(v *view) (err error) {
		st, err = v.state()
		return err
	})
	if err != nil {
		return err
	}
	next, err := successor(j.file, st, j.keys)
	if err != nil || next == nil {
		return err
	}
	_, err = j.transact(next.at, func(w *writer) (txn.Order, error) { return w.replay(*next) })
	return err
}

// successor looks for the record after the head among all bytes of the file, used or not. There can be two, where the power
// went twice in a row while a record of that number was being written: then it is the later one by the device's clock.
// Only that can have been acknowledged, unless the clock went back in between.
func successor(r io.ReaderAt, st state, k keys) (*envelope, error) {
	var found []byte
	var latest time.Time
	err := search(io.NewSectionReader(r, 0, math.MaxInt64), st.head[:], func(at int64) error {
		b := readRecord(r, at-previousAt)
		e, err := decodeEnvelope(b, k.record)
		switch {
		case err != nil || e.sequence != st.records+1 || e.previous != st.head: // the state itself holds the head too
		case found == nil || e.at.After(latest):
			found, latest = b, e.at
		case e.at.Equal(latest) && !bytes.Equal(found, b):
			return damagedf("two records claim to be number %d", e.sequence)
		}
		return nil
	})
	if err != nil || found == nil {
		return nil, err
	}
	e, err := decodeEnvelope(found, k.record)
	return &e, err
}

// behind returns damage, and the latest record's number, if that lies behind a lost meta page or may do so: only opening for
// writing puts it back.
func (p *pages) behind(st state, k keys) (next uint64, err error) {
	if !p.lost {
		return 0, nil
	}
	e, err := successor(p.r, st, k)
	if err == nil && e != nil {
		err = damagedf("its latest record, %d, lies behind a lost meta page until it is opened for writing", e.sequence)
	}
	if err != nil {
		next = st.records + 1
	}
	return next, err
}

// readRecord returns the bytes that a record at offset at would have, or none.
func readRecord(r io.ReaderAt, at int64) []byte {
	header := make([]byte, headerSize)
	if _, err := r.ReadAt(header, at); at < 0 || err != nil {
		return nil
	}
	n := binary.BigEndian.Uint32(header[lengthAt:])
	if n > maxStored {
		return nil
	}
	b := make([]byte, headerSize+int(n)+macSize)
	if _, err := r.ReadAt(b, at); err != nil {
		return nil
	}
	return b
}

// search calls fn with the offset of every occurrence of what in r.
func search(r io.Reader, what []byte, fn func(at int64) error) error {
	const chunk = 1 << 20
	var base int64
	buf := make([]byte, 0, chunk+len(what))
	for {
		n, err := io.ReadFull(r, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		for i := 0; ; {
			k := bytes.Index(buf[i:], what)
			if k < 0 {
				break
			}
			if err := fn(base + int64(i+k)); err != nil {
				return err
			}
			i += k + 1
		}
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return damagedf("%v", err)
		}
		// The tail may begin an occurrence.
		keep := len(what) - 1
		base += int64(len(buf) - keep)
		buf = append(buf[:0], buf[len(buf)-keep:]...)
	}
}
