package nbd

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// hang bounds what should happen at once: it never decides a test that passes.
const hang = 20 * time.Second

// client is an NBD client, made from the protocol's document as the server is.
type client struct {
	net.Conn
	size  uint64
	flags uint16
	last  uint64 // cookie
}

// refused is the error value of a reply.
type refused errno

func (r refused) Error() string { return fmt.Sprintf("refused with %d", uint32(r)) }

// dial connects and negotiates as QEMU does, by NBD_OPT_GO.
func dial(socket string) (*client, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, err
	}
	c := &client{Conn: conn}
	if err := errors.Join(c.SetDeadline(time.Now().Add(hang)), c.negotiate()); err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

func (c *client) negotiate() error {
	if err := c.greet(flagFixedNewstyle | flagNoZeroes); err != nil {
		return err
	}
	if err := c.option(optGo, goData("", infoBlockSize)); err != nil {
		return err
	}
	for {
		kind, data, err := c.optionReply(optGo)
		switch {
		case err != nil:
			return err
		case kind == repAck:
			return nil
		case kind != repInfo:
			return fmt.Errorf("option reply %#x %q", kind, data)
		case binary.BigEndian.Uint16(data) == infoExport:
			c.size = binary.BigEndian.Uint64(data[2:])
			c.flags = binary.BigEndian.Uint16(data[10:])
		}
	}
}

// greet takes the server's greeting and answers with flags.
func (c *client) greet(flags uint32) error {
	var hello [18]byte
	if _, err := io.ReadFull(c, hello[:]); err != nil {
		return err
	}
	if string(hello[:]) != "NBDMAGICIHAVEOPT\x00\x03" {
		return fmt.Errorf("greeted with %q", hello)
	}
	_, err := c.Write(binary.BigEndian.AppendUint32(nil, flags))
	return err
}

func (c *client) option(option uint32, data []byte) error {
	b := append([]byte("IHAVEOPT"), 0, 0, 0, byte(option))
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	_, err := c.Write(append(b, data...))
	return err
}

func (c *client) optionReply(option uint32) (kind uint32, data []byte, err error) {
	var header [20]byte
	if _, err := io.ReadFull(c, header[:]); err != nil {
		return 0, nil, err
	}
	magic, got := header[:8], binary.BigEndian.Uint32(header[8:])
	if string(magic) != "\x00\x03\xe8\x89\x04\x55\x65\xa9" || got != option {
		return 0, nil, fmt.Errorf("option reply % x", header)
	}
	data = make([]byte, binary.BigEndian.Uint32(header[16:]))
	_, err = io.ReadFull(c, data)
	return binary.BigEndian.Uint32(header[12:]), data, err
}

// goData is the data of NBD_OPT_GO and NBD_OPT_INFO.
func goData(name string, infos ...uint16) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(name)))
	b = append(b, name...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(infos)))
	for _, info := range infos {
		b = binary.BigEndian.AppendUint16(b, info)
	}
	return b
}

// send sends a request and does not wait for its reply.
func (c *client) send(flags, command uint16, offset uint64, length uint32, data []byte) error {
	c.last++
	b := binary.BigEndian.AppendUint32(nil, 0x25609513)
	b = binary.BigEndian.AppendUint16(b, flags)
	b = binary.BigEndian.AppendUint16(b, command)
	b = binary.BigEndian.AppendUint64(b, c.last)
	b = binary.BigEndian.AppendUint64(b, offset)
	b = binary.BigEndian.AppendUint32(b, length)
	_, err := c.Write(append(b, data...))
	return err
}

// receive takes the reply to the last request, with n bytes of data.
func (c *client) receive(n int) ([]byte, error) {
	var header [16]byte
	if _, err := io.ReadFull(c, header[:]); err != nil {
		return nil, err
	}
	if binary.BigEndian.Uint32(header[:]) != 0x67446698 || binary.BigEndian.Uint64(header[8:]) != c.last {
		return nil, fmt.Errorf("reply % x to request %d", header, c.last)
	}
	if code := binary.BigEndian.Uint32(header[4:]); code != 0 {
		return nil, refused(code)
	}
	data := make([]byte, n)
	_, err := io.ReadFull(c, data)
	return data, err
}

func (c *client) read(at int64, n int) ([]byte, error) {
	if err := c.send(0, cmdRead, uint64(at), uint32(n), nil); err != nil {
		return nil, err
	}
	return c.receive(n)
}

func (c *client) write(at int64, data []byte) error { return c.put(0, at, data) }

func (c *client) writeFUA(at int64, data []byte) error { return c.put(cmdFlagFUA, at, data) }

func (c *client) put(flags uint16, at int64, data []byte) error {
	if err := c.send(flags, cmdWrite, uint64(at), uint32(len(data)), data); err != nil {
		return err
	}
	_, err := c.receive(0)
	return err
}

func (c *client) flush() error {
	if err := c.send(0, cmdFlush, 0, 0, nil); err != nil {
		return err
	}
	_, err := c.receive(0)
	return err
}

// calm is a file that only counts when it should reach the host's disk: a busy host takes seconds for that.
type calm struct {
	*os.File
	syncs   int
	largest int // bytes of one WriteAt
}

func (f *calm) Sync() error { f.syncs++; return nil }

func (f *calm) WriteAt(p []byte, at int64) (int, error) {
	f.largest = max(f.largest, len(p))
	return f.File.WriteAt(p, at)
}

// bench is a disk on a file, and the socket where it may be served.
type bench struct {
	testing.TB
	*Disk
	file   *calm
	socket string
}

func newBench(t testing.TB, sectors int64, cache Cache) *bench {
	t.Helper()
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "disk"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	if err := file.Truncate(sectors * SectorSize); err != nil {
		t.Fatal(err)
	}
	storage := &calm{File: file}
	disk, err := NewDisk(storage, sectors*SectorSize, cache)
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t, disk, storage, filepath.Join(dir, "nbd.sock")}
}

// serve switches the disk on until the test ends, or the returned server is closed.
func (b *bench) serve() *Server {
	b.Helper()
	s, err := Serve(b.Disk, b.socket)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Errorf("Close: %v", err)
		}
	})
	return s
}

func (b *bench) dial() *client {
	b.Helper()
	c, err := dial(b.socket)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	return c
}

// start serves the disk and connects to it.
func (b *bench) start() (*Server, *client) {
	b.Helper()
	s := b.serve()
	return s, b.dial()
}

// contents is what is in the file, whatever the cache says.
func (b *bench) contents() []byte {
	b.Helper()
	data, err := os.ReadFile(b.file.Name())
	if err != nil {
		b.Fatal(err)
	}
	return data
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// closed checks that the server ends the connection without one more byte.
func (b *bench) closed(c *client) {
	b.Helper()
	_ = c.SetDeadline(time.Now().Add(hang))
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		b.Errorf("the connection is not closed: %d bytes, %v", n, err)
	}
}

// sectors are n sectors full of one letter.
func sectors(n int, letter byte) []byte { return bytes.Repeat([]byte{letter}, n*SectorSize) }

// picture is one letter a sector: a dot for zeroes, '?' for a sector that is not all one letter.
func picture(data []byte) string {
	var b []byte
	for len(data) > 0 {
		letter := data[0]
		if !bytes.Equal(data[:SectorSize], sectors(1, letter)) {
			letter = '?'
		} else if letter == 0 {
			letter = '.'
		}
		b = append(b, letter)
		data = data[SectorSize:]
	}
	return string(b)
}
