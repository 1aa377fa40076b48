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

// raw connects without negotiating.
func (b *bench) raw() *client {
	b.Helper()
	conn, err := net.Dial("unix", b.socket)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	b.must(conn.SetDeadline(time.Now().Add(hang)))
	return &client{Conn: conn}
}

func TestGo(t *testing.T) {
	b := newBench(t, 8, NoCache)
	_, c := b.start()
	if c.size != 8*SectorSize || c.flags != 0b1101 {
		t.Errorf("size %d, transmission flags %#b", c.size, c.flags)
	}
	if data, err := c.read(0, SectorSize); err != nil || picture(data) != "." {
		t.Errorf("then a READ: %q, %v", picture(data), err)
	}
}

// The reply to NBD_OPT_EXPORT_NAME has no header, and 124 zeroes unless the client does without.
func TestExportName(t *testing.T) {
	for flags, length := range map[uint32]int{flagFixedNewstyle: 134, flagFixedNewstyle | flagNoZeroes: 10, 0: 134} {
		b := newBench(t, 8, NoCache)
		b.serve()
		c := b.raw()
		b.must(c.greet(flags))
		b.must(c.option(optExportName, nil))
		want := append([]byte{0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0b1101}, make([]byte, 124)...)[:length]
		got := make([]byte, length)
		if _, err := c.Read(got); err != nil || !bytes.Equal(got, want) {
			t.Errorf("client flags %b: % x, %v", flags, got, err)
		}
		if _, err := c.read(0, SectorSize); err != nil {
			t.Errorf("client flags %b: then a READ: %v", flags, err)
		}
	}
}

func TestOptions(t *testing.T) {
	b := newBench(t, 8, NoCache)
	b.serve()
	c := b.raw()
	b.must(c.greet(flagFixedNewstyle))
	export := string(binary.BigEndian.AppendUint16(nil, infoExport)) + "\x00\x00\x00\x00\x00\x00\x10\x00\x00\x0d"
	sizes := "\x00\x03\x00\x00\x02\x00\x00\x00\x10\x00\x02\x00\x00\x00"
	type reply struct {
		kind uint32
		data string // a part of it
	}
	for _, tt := range []struct {
		name    string
		option  uint32
		data    string
		replies []reply
	}{
		{"list", optList, "", []reply{{repServer, "\x00\x00\x00\x00"}, {repAck, ""}}},
		{"list with data", optList, "x", []reply{{repErrInvalid, "no data"}}},
		{"info", optInfo, string(goData("")), []reply{{repInfo, export}, {repInfo, sizes}, {repAck, ""}}},
		{"info with requests", optInfo, string(goData("", 1, 2, 3, 99)),
			[]reply{{repInfo, export}, {repInfo, sizes}, {repAck, ""}}},
		{"another export", optGo, string(goData("vda")), []reply{{repErrUnknown, "empty name"}}},
		{"no data", optGo, "", []reply{{repErrInvalid, "0 bytes"}}},
		{"a name beyond the data", optGo, "\x00\x00\x00\x09abc\x00\x00", []reply{{repErrInvalid, ""}}},
		{"a name beyond 32 bits", optGo, "\xff\xff\xff\xff\x00\x00", []reply{{repErrInvalid, ""}}},
		{"a name and no more", optGo, "\x00\x00\x00\x04abcd", []reply{{repErrInvalid, ""}}},
		{"requests missing", optGo, "\x00\x00\x00\x00\x00\x02\x00\x03", []reply{{repErrInvalid, ""}}},
		{"data left over", optGo, "\x00\x00\x00\x00\x00\x00\x00", []reply{{repErrInvalid, ""}}},
		{"TLS", 5, "", []reply{{repErrUnsup, ""}}},
		{"structured replies", 8, "", []reply{{repErrUnsup, ""}}},
		{"unknown, with data", 200, "whatever", []reply{{repErrUnsup, ""}}},
		{"abort", optAbort, "ignored", []reply{{repAck, ""}}},
	} {
		b.must(c.option(tt.option, []byte(tt.data)))
		for _, want := range tt.replies {
			kind, data, err := c.optionReply(tt.option)
			if err != nil || kind != want.kind || !strings.Contains(string(data), want.data) {
				t.Fatalf("%s: %#x %q, %v; want %#x %q", tt.name, kind, data, err, want.kind, want.data)
			}
		}
	}
	b.closed(c)
}

// What no client may send ends its connection, is told by Close, and leaves the disk to others.
func TestBadClients(t *testing.T) {
	hello := "\x00\x00\x00\x03"
	option := func(number, length byte) string {
		return "IHAVEOPT\x00\x00\x00" + string(number) + "\x00\x00\x00" + string(length)
	}
	request := hello + option(optExportName, 0)
	header := func(command, length string) string {
		return "\x25\x60\x95\x13\x00\x00\x00" + command + strings.Repeat("\x00", 16) + length
	}
	for name, sends := range map[string]string{
		"unknown client flags":       "\x00\x00\x00\x04",
		"no option":                  hello + "GET / HTTP/1.1\r\n",
		"endless option":             hello + "IHAVEOPT\x00\x00\x00\x09\xff\xff\xff\xff",
		"another export":             hello + option(optExportName, 3) + "vda",
		"options for ever":           hello + strings.Repeat(option(optList, 0), maxOptions+1),
		"no request":                 request + strings.Repeat("x", requestSize),
		"the magic of another time":  request + "\x12\x56\x09\x53" + strings.Repeat("\x00", requestSize-4),
		"a WRITE beyond all reason":  request + header("\x01", "\xff\xff\xff\xff"),
		"a WRITE one sector too big": request + header("\x01", "\x02\x00\x02\x00"),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, 8, NoCache)
			s, err := Serve(b.Disk, b.socket)
			b.must(err)
			c := b.raw()
			if _, err := c.Write([]byte(sends)); err != nil {
				t.Logf("sending: %v", err) // the server may have seen enough
			}
			for {
				if _, err := c.Read(make([]byte, 4096)); err != nil {
					break
				}
			}
			if _, err := b.dial().read(0, SectorSize); err != nil {
				t.Errorf("the next client: %v", err)
			}
			if err := s.Close(); !errors.Is(err, ErrProtocol) {
				t.Errorf("Close: %v", err)
			}
		})
	}
}
