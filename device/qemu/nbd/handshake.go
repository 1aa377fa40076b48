package nbd

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

const (
	// handshakeLimit is how long a client may take until it sends requests.
	handshakeLimit = 10 * time.Second
	// maxOptions is how many options it may send before: QEMU sends three.
	maxOptions = 64
	// maxOption bounds an option's data in bytes: a name is at most 4,096 ("Conventions").
	maxOption = 64 << 10
)

// handshake is the fixed newstyle negotiation with a client. It reports whether requests follow.
func (s *session) handshake() (proceed bool, err error) {
	if err := s.conn.SetDeadline(time.Now().Add(handshakeLimit)); err != nil {
		return false, err
	}
	hello := binary.BigEndian.AppendUint64(nil, magicServer)
	hello = binary.BigEndian.AppendUint64(hello, magicOption)
	hello = binary.BigEndian.AppendUint16(hello, flagFixedNewstyle|flagNoZeroes)
	if _, err := s.conn.Write(hello); err != nil {
		return false, err
	}
	var word [4]byte
	if _, err := io.ReadFull(s.r, word[:]); err != nil {
		return false, err
	}
	flags := binary.BigEndian.Uint32(word[:])
	if flags&^(flagFixedNewstyle|flagNoZeroes) != 0 {
		return false, fmt.Errorf("%w: client flags %#x", ErrProtocol, flags)
	}
	for range maxOptions {
		option, data, err := s.readOption()
		if err != nil {
			return false, err
		}
		done, proceed, err := s.answer(option, data, flags)
		if done || err != nil {
			return proceed, err
		}
	}
	return false, fmt.Errorf("%w: more than %d options", ErrProtocol, maxOptions)
}

// readOption reads one option ("Newstyle negotiation"):
//
//	0 magic   8 option   12 length   16 data
func (s *session) readOption() (option uint32, data []byte, err error) {
	var header [16]byte
	if _, err := io.ReadFull(s.r, header[:]); err != nil {
		return 0, nil, err
	}
	if magic := binary.BigEndian.Uint64(header[:]); magic != magicOption {
		return 0, nil, fmt.Errorf("%w: an option begins with %#016x", ErrProtocol, magic)
	}
	option = binary.BigEndian.Uint32(header[8:])
	length := binary.BigEndian.Uint32(header[12:])
	if length > maxOption {
		return 0, nil, fmt.Errorf("%w: option %d with %d bytes of data", ErrProtocol, option, length)
	}
	data = make([]byte, length)
	_, err = io.ReadFull(s.r, data)
	return option, data, err
}

// answer replies to an option. done ends the negotiation, and proceed says that requests follow.
func (s *session) answer(option uint32, data []byte, clientFlags uint32) (done, proceed bool, err error) {
	switch option {
	case optExportName:
		if len(data) != 0 { // this option has no error reply
			return true, false, fmt.Errorf("%w: export %.40q; the only one has an empty name", ErrProtocol, data)
		}
		reply := s.appendExport(nil)
		if clientFlags&flagNoZeroes == 0 {
			reply = append(reply, make([]byte, 124)...)
		}
		_, err := s.conn.Write(reply)
		return true, err == nil, err
	case optAbort:
		return true, false, s.reply(option, repAck, nil)
	case optList:
		if len(data) != 0 {
			return false, false, s.reply(option, repErrInvalid, []byte("a list takes no data"))
		}
		if err := s.reply(option, repServer, make([]byte, 4)); err != nil { // a name of length 0
			return true, false, err
		}
		return false, false, s.reply(option, repAck, nil)
	case optInfo, optGo:
		return s.answerInfo(option, data)
	}
	return false, false, s.reply(option, repErrUnsup, nil)
}

// answerInfo replies to NBD_OPT_INFO and NBD_OPT_GO. Whatever was asked for, it gives the size constraints too:
// they are not the standard ones.
func (s *session) answerInfo(option uint32, data []byte) (done, proceed bool, err error) {
	name, err := parseInfo(data)
	if err != nil {
		return false, false, s.reply(option, repErrInvalid, []byte(err.Error()))
	}
	if len(name) != 0 {
		return false, false, s.reply(option, repErrUnknown, []byte("the only export has an empty name"))
	}
	if err := s.reply(option, repInfo, s.appendExport(binary.BigEndian.AppendUint16(nil, infoExport))); err != nil {
		return true, false, err
	}
	sizes := binary.BigEndian.AppendUint16(nil, infoBlockSize)
	for _, n := range []uint32{SectorSize, preferredBlock, maxPayload} {
		sizes = binary.BigEndian.AppendUint32(sizes, n)
	}
	if err := s.reply(option, repInfo, sizes); err != nil {
		return true, false, err
	}
	err = s.reply(option, repAck, nil)
	return option == optGo, option == optGo && err == nil, err
}

// parseInfo returns the export's name in the data of NBD_OPT_INFO and NBD_OPT_GO:
//
//	0 length n of the name   4 name   4+n number m of information requests   6+n m requests of 16 bits
func parseInfo(data []byte) (name []byte, err error) {
	bad := fmt.Errorf("%w: %d bytes of data do not hold a name and requests", ErrProtocol, len(data))
	if len(data) < 6 {
		return nil, bad
	}
	n := uint64(binary.BigEndian.Uint32(data))
	if n > uint64(len(data)-6) {
		return nil, bad
	}
	name, rest := data[4:4+n], data[4+n:]
	if len(rest) != 2+2*int(binary.BigEndian.Uint16(rest)) {
		return nil, bad
	}
	return name, nil
}

// appendExport appends the export's size and its transmission flags.
func (s *session) appendExport(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(s.disk.size))
	return binary.BigEndian.AppendUint16(b, transmission)
}

// reply sends an option reply ("Fixed newstyle negotiation"):
//
//	0 magic   8 option   12 type   16 length   20 data
func (s *session) reply(option, kind uint32, data []byte) error {
	b := binary.BigEndian.AppendUint64(nil, magicOptionReply)
	b = binary.BigEndian.AppendUint32(b, option)
	b = binary.BigEndian.AppendUint32(b, kind)
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	_, err := s.conn.Write(append(b, data...))
	return err
}
