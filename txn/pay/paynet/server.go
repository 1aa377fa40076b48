package paynet

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Phase is a point in the life of a request.
type Phase string

// Phases of a request.
const (
	// BeforeReply: the request was received and executed; nothing of the answer has been sent.
	BeforeReply Phase = "before-reply"
	// AfterReply: the answer was written and flushed.
	AfterReply Phase = "after-reply"
)

// Heard is a request as whoever listens hears of it.
type Heard struct {
	N  int    // all requests count, from 1
	Op string // OpNative, OpQuery …; empty for a path that does not exist
	No string // the order's number, where the path says it
}

// OnRequest calls f at both phases of every request, in the request's own goroutine, so that whoever wants
// to cut power exactly there can: nothing goes on with that request until f returns. f may call any method of p but
// Close. A request that a fault drops has no phases, one whose reply is lost has no AfterReply.
func (p *Paynet) OnRequest(f func(r Heard, phase Phase)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hook = f
}

// Requests returns how many requests have come in.
func (p *Paynet) Requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests
}

func (p *Paynet) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests++
	return p.requests
}

func (p *Paynet) reached(r Heard, phase Phase) {
	p.mu.Lock()
	f := p.hook
	p.mu.Unlock()
	if f != nil {
		f(r, phase)
	}
}

// Start listens for HTTPS on addr ("127.0.0.1:9443"; an empty addr or port 0 is any free port) and returns
// the base URL. An address that is not loopback is refused unless Options.Expose is set.
func (p *Paynet) Start(addr string) (url string, err error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("paynet: address %.40q: %w", addr, err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) && !p.opt.Expose {
		return "", fmt.Errorf("paynet: %s is not loopback: the sandbox must be told to expose itself", host)
	}
	cert, err := p.ca.serverCertificate(p.opt.Hosts)
	if err != nil {
		return "", fmt.Errorf("paynet: %w", err)
	}
	if err := p.server.start(p, net.JoinHostPort(host, port), cert); err != nil {
		return "", fmt.Errorf("paynet: %w", err)
	}
	_, port, _ = net.SplitHostPort(p.server.addr)
	url = "https://" + net.JoinHostPort(host, port)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.wires {
		if err := w.listening(p.dir, url); err != nil {
			return "", fmt.Errorf("paynet: %w", err)
		}
	}
	return url, nil
}

// server is the listener and what hangs on it; it goes down and comes up again on the same address.
type server struct {
	mu     sync.Mutex
	h      http.Handler
	tls    *tls.Config
	addr   string // as bound
	run    *http.Server
	ended  chan struct{} // closed when run's accept loop has ended
	closed bool
	active sync.WaitGroup // handlers
}

var errStarted = errors.New("already listening")

func (s *server) start(p *Paynet, addr string, cert tls.Certificate) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.addr != "" || s.closed {
		return errStarted
	}
	s.h = http.HandlerFunc(p.serve)
	s.tls = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	return s.listen(addr)
}

func (s *server) listen(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	s.addr = l.Addr().String()
	run := &http.Server{
		Handler: s.h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0),
	}
	ended := make(chan struct{})
	s.run, s.ended = run, ended
	go func() {
		defer close(ended)
		_ = run.Serve(tls.NewListener(l, s.tls))
	}()
	return nil
}

// down cuts every connection and stops listening.
func (s *server) down() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.halt()
}

func (s *server) halt() {
	if s.run != nil {
		_ = s.run.Close()
		<-s.ended
		s.run = nil
	}
}

// up listens again after down. Another program may have taken the port meanwhile, or the kernel may still
// be clearing it up: worth a few tries.
func (s *server) up() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.addr == "" || s.run != nil || s.closed {
		return nil
	}
	for try := 0; try < 20; try++ {
		if err = s.listen(s.addr); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("paynet: coming up again: %w", err)
}

// stop ends the server and waits for its handlers.
func (s *server) stop() {
	s.mu.Lock()
	s.halt()
	s.closed = true
	s.mu.Unlock()
	s.active.Wait()
}

// enter registers a handler; false when the server has stopped.
func (s *server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.active.Add(1)
	}
	return !s.closed
}
