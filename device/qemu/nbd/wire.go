package nbd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"
)

// ErrProtocol is returned by [Server.Close] when a client sent what no NBD client may send.
var ErrProtocol = errors.New("not the NBD protocol")

// SectorSize is the unit of the disk in bytes: requests are whole sectors, and a power cut keeps or loses one.
const SectorSize = 512

// Size constraints that are advertised ("Size constraints"), in bytes.
const (
	preferredBlock = 4096
	maxPayload     = 32 << 20 // what every server should take
)

// Magic numbers. All numbers are sent in network byte order ("Conventions").
const (
	magicServer      = 0x4e42444d41474943 // "NBDMAGIC"
	magicOption      = 0x49484156454f5054 // "IHAVEOPT"
	magicOptionReply = 0x0003e889045565a9
	magicRequest     = 0x25609513
	magicReply       = 0x67446698
)

// Flags of the handshake, the server's and the client's alike ("Handshake flags", "Client flags").
const (
	flagFixedNewstyle = 1 << 0
	flagNoZeroes      = 1 << 1
)

// Transmission flags: what the export can do.
const (
	flagHasFlags  = 1 << 0
	flagSendFlush = 1 << 2
	flagSendFUA   = 1 << 3
	transmission  = flagHasFlags | flagSendFlush | flagSendFUA
)

// Option types.
const (
	optExportName = 1
	optAbort      = 2
	optList       = 3
	optInfo       = 6
	optGo         = 7
)

// Option reply types.
const (
	repAck        = 1
	repServer     = 2
	repInfo       = 3
	repErrUnsup   = 1<<31 + 1
	repErrInvalid = 1<<31 + 3
	repErrUnknown = 1<<31 + 6
)

// Information types of repInfo.
const (
	infoExport    = 0
	infoBlockSize = 3
)

// Request types and the one command flag.
const (
	cmdRead  = 0
	cmdWrite = 1
	cmdDisc  = 2
	cmdFlush = 3

	cmdFlagFUA = 1 << 0
)

// errno is an error value of a reply ("Error values"); 0 is success.
type errno uint32

const (
	errnoIO      errno = 5
	errnoInvalid errno = 22
	errnoNoSpace errno = 28
)

// errnoOf words an error of the storage for the client.
func errnoOf(err error) errno {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return errnoNoSpace
	}
	return errnoIO
}

// request is the header of a request ("Request message"), 28 bytes:
//
//	0 magic   4 flags   6 command   8 cookie   16 offset   24 length   28 (data of a WRITE)
type request struct {
	flags   uint16
	command uint16
	cookie  uint64 // the client's; its reply carries it
	offset  uint64 // bytes
	length  uint32 // bytes
}

const requestSize = 28

func parseRequest(b *[requestSize]byte) (request, error) {
	if magic := binary.BigEndian.Uint32(b[:]); magic != magicRequest {
		return request{}, fmt.Errorf("%w: a request begins with %#08x", ErrProtocol, magic)
	}
	return request{
		flags:   binary.BigEndian.Uint16(b[4:]),
		command: binary.BigEndian.Uint16(b[6:]),
		cookie:  binary.BigEndian.Uint64(b[8:]),
		offset:  binary.BigEndian.Uint64(b[16:]),
		length:  binary.BigEndian.Uint32(b[24:]),
	}, nil
}

// check returns why a disk of size bytes refuses the request, or 0 ("Error values"). FUA may stand on any of them
// ("Command flags").
func (r request) check(size int64) errno {
	switch {
	case r.flags&^cmdFlagFUA != 0:
		return errnoInvalid
	case r.command == cmdFlush:
		if r.offset != 0 || r.length != 0 {
			return errnoInvalid
		}
		return 0
	case r.command != cmdRead && r.command != cmdWrite:
		return errnoInvalid
	case r.offset%SectorSize != 0 || r.length%SectorSize != 0 || r.length > maxPayload:
		return errnoInvalid
	case r.offset > uint64(size) || uint64(r.length) > uint64(size)-r.offset:
		if r.command == cmdWrite {
			return errnoNoSpace
		}
		return errnoInvalid
	}
	return 0
}

// replySize is the length of a simple reply without its data ("Simple reply message"), in bytes:
//
//	0 magic   4 error   8 cookie   16 (data of a READ)
const replySize = 16

func putReply(b []byte, code errno, cookie uint64) {
	binary.BigEndian.PutUint32(b, magicReply)
	binary.BigEndian.PutUint32(b[4:], uint32(code))
	binary.BigEndian.PutUint64(b[8:], cookie)
}
