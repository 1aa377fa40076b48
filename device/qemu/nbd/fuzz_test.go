package nbd

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
)

// A header that is taken means what its bytes say, and what passes its check lies on the disk.
func FuzzRequest(f *testing.F) {
	const size = 8 * SectorSize
	f.Add([]byte("\x25\x60\x95\x13\x00\x01\x00\x01cookie!!\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x02\x00"))
	f.Add([]byte("\x25\x60\x95\x13\x00\x00\x00\x03cookie!!" + strings.Repeat("\x00", 12)))
	f.Add([]byte("\x25\x60\x95\x13\x00\x00\x00\x00cookie!!\xff\xff\xff\xff\xff\xff\xfe\x00\x00\x00\x04\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < requestSize {
			return
		}
		header := [requestSize]byte(b)
		r, err := parseRequest(&header)
		if err != nil {
			if !errors.Is(err, ErrProtocol) || bytes.HasPrefix(b, []byte("\x25\x60\x95\x13")) {
				t.Error(err)
			}
			return
		}
		again := binary.BigEndian.AppendUint32(nil, magicRequest)
		again = binary.BigEndian.AppendUint16(again, r.flags)
		again = binary.BigEndian.AppendUint16(again, r.command)
		again = binary.BigEndian.AppendUint64(again, r.cookie)
		again = binary.BigEndian.AppendUint64(again, r.offset)
		again = binary.BigEndian.AppendUint32(again, r.length)
		if !bytes.Equal(again, header[:]) {
			t.Errorf("% x became % x", header, again)
		}
		if r.check(size) != 0 {
			return
		}
		at, n := int64(r.offset), int64(r.length)
		if at < 0 || at+n > size || (at|n)%SectorSize != 0 || r.command > cmdFlush {
			t.Errorf("%+v passed", r)
		}
	})
}

// tape is a client that sends what is on it and hears nothing.
type tape struct {
	*bytes.Reader
	heard int
}

func (c *tape) Write(b []byte) (int, error)      { c.heard += len(b); return len(b), nil }
func (c *tape) Close() error                     { return nil }
func (c *tape) LocalAddr() net.Addr              { return nil }
func (c *tape) RemoteAddr() net.Addr             { return nil }
func (c *tape) SetDeadline(time.Time) error      { return nil }
func (c *tape) SetReadDeadline(time.Time) error  { return nil }
func (c *tape) SetWriteDeadline(time.Time) error { return nil }

// ram is a storage in memory.
type ram []byte

func (m ram) ReadAt(p []byte, at int64) (int, error)  { return copy(p, m[at:]), nil }
func (m ram) WriteAt(p []byte, at int64) (int, error) { return copy(m[at:at+int64(len(p))], p), nil }
func (m ram) Sync() error                             { return nil }

// Whatever a client sends, its session ends with it, with no error but the protocol's.
func FuzzSession(f *testing.F) {
	hello := "\x00\x00\x00\x03IHAVEOPT\x00\x00\x00\x07\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00"
	write := "\x25\x60\x95\x13\x00\x00\x00\x01cookie!!\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x02\x00" +
		string(sectors(1, 'x'))
	flush := "\x25\x60\x95\x13\x00\x00\x00\x03cookie!!" + strings.Repeat("\x00", 12)
	read := "\x25\x60\x95\x13\x00\x00\x00\x00cookie!!\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x04\x00"
	f.Add([]byte(hello+write+flush+read), byte(VolatileCache))
	list, exportName := "IHAVEOPT\x00\x00\x00\x03\x00\x00\x00\x00", "IHAVEOPT\x00\x00\x00\x01\x00\x00\x00\x00"
	f.Add([]byte("\x00\x00\x00\x03"+list+exportName+write), byte(NoCache))
	f.Fuzz(func(t *testing.T, sends []byte, cache byte) {
		const size = 8 * SectorSize
		disk, err := NewDisk(make(ram, size), size, Cache(cache%3))
		if err != nil {
			t.Fatal(err)
		}
		s, err := serve(disk, newPipes())
		if err != nil {
			t.Fatal(err)
		}
		client := &tape{Reader: bytes.NewReader(sends)}
		if err := newSession(s, client).serve(); err != nil && !errors.Is(err, ErrProtocol) {
			t.Errorf("the session: %v", err)
		}
		if client.heard < 18 {
			t.Errorf("the client heard %d bytes", client.heard)
		}
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}
