package nbd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"syscall"
	"time"
)

// transferLimit is how long a request or a reply that was begun may take to pass. Between requests a client may
// be silent as long as it likes.
const transferLimit = time.Minute

// session is one client's connection. It handles one request after the other.
type session struct {
	conn net.Conn
	r    *bufio.Reader
	disk *Disk
	run  *Server
	buf  []byte // a reply, and before that the data of a WRITE where that of a READ goes
}

func newSession(run *Server, conn net.Conn) *session {
	return &session{conn: conn, r: bufio.NewReader(conn), disk: run.disk, run: run}
}

// serve talks with the client until one of both ends it. A client that simply went away is no error.
func (s *session) serve() error {
	proceed, err := s.handshake()
	for err == nil && proceed {
		proceed, err = s.transmit()
	}
	if gone(err) {
		return nil
	}
	return err
}

// transmit handles one request. It reports whether another may follow.
func (s *session) transmit() (proceed bool, err error) {
	r, err := s.next()
	if err != nil || r.command == cmdDisc {
		return false, err
	}
	s.buf = slices.Grow(s.buf[:0], replySize)[:replySize]
	code := r.check(s.disk.size)
	if r.command == cmdWrite || r.command == cmdRead && code == 0 {
		if r.length > maxPayload {
			return false, fmt.Errorf("%w: a WRITE of %d bytes, at most %d", ErrProtocol, r.length, maxPayload)
		}
		s.buf = slices.Grow(s.buf, int(r.length))[:replySize+int(r.length)]
	}
	data := s.buf[replySize:]
	if r.command == cmdWrite {
		if _, err := io.ReadFull(s.r, data); err != nil {
			return false, unfinished(err)
		}
	}
	if code == 0 {
		err := s.execute(r, data)
		if errors.Is(err, errOff) {
			// The client must not learn of the cut before whoever makes it has ended the client.
			<-s.run.dropped
			return false, errOff
		}
		s.run.fail(err)
		code = errnoOf(err)
	}
	reply := s.buf[:replySize]
	if r.command == cmdRead && code == 0 {
		reply = s.buf
	}
	putReply(reply, code, r.cookie)
	if err := s.conn.SetWriteDeadline(time.Now().Add(transferLimit)); err != nil {
		return false, err
	}
	_, err = s.conn.Write(reply)
	return true, err
}

// next waits for a request and reads its header.
func (s *session) next() (request, error) {
	if err := s.conn.SetReadDeadline(time.Time{}); err != nil {
		return request{}, err
	}
	if _, err := s.r.Peek(1); err != nil {
		return request{}, err
	}
	if err := s.conn.SetReadDeadline(time.Now().Add(transferLimit)); err != nil {
		return request{}, err
	}
	var header [requestSize]byte
	if _, err := io.ReadFull(s.r, header[:]); err != nil {
		return request{}, unfinished(err)
	}
	return parseRequest(&header)
}

// execute does what a request that passed its check asks for.
func (s *session) execute(r request, data []byte) error {
	at := int64(r.offset)
	switch r.command {
	case cmdRead:
		return s.disk.read(s.run, data, at)
	case cmdWrite:
		return s.disk.write(s.run, data, at, r.flags&cmdFlagFUA != 0)
	}
	return s.disk.flush(s.run)
}

// unfinished words a wait for the rest of a request that was too long.
func unfinished(err error) error { return fmt.Errorf("the rest of a request: %w", err) }

// gone reports that an error is the end of a client, or of the connection from this side.
func gone(err error) bool {
	for _, end := range []error{
		io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE, errOff,
	} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}
