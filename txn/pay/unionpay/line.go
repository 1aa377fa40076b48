package unionpay

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"syscall"
)

// maxBody bounds an answer; documented ones have a few kilobytes.
const maxBody = 1 << 20

var (
	errShort  = errors.New("the answer ends early")
	errLong   = errors.New("the answer is longer than 1 MiB")
	errStatus = errors.New("the answer's HTTP status is not 200")
)

// exchange is what really happened on the line for one request.
type exchange struct {
	sent   bool // a connection was there to write to: from then on the request may have arrived
	status int  // of the answer; 0 for none
	body   []byte
	reason error // why the body is as good as none
	err    error // why there is no answer
}

// line sends requests to the network or the sandbox, each once.
type line struct {
	base string
	http *http.Transport
}

// post sends a form and takes what comes. It follows no redirect and repeats nothing.
func (l *line) post(ctx context.Context, path, body string) (x exchange) {
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { x.sent = true }}
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodPost, l.base+path, strings.NewReader(body))
	if err != nil {
		x.err = err
		return x
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
	resp, err := l.http.RoundTrip(r)
	if err != nil {
		x.err = err
		return x
	}
	defer resp.Body.Close()
	x.body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil && ctx.Err() != nil:
		x.err = err
		return x
	case err != nil:
		x.reason = errShort
	case len(x.body) > maxBody:
		x.reason = errLong
	}
	x.status = resp.StatusCode
	return x
}

func newLine(c *Config) (*line, error) {
	roots, err := loadRoots(c.RootCAs)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, bad("base_url %.80q: https://host:port and nothing after it", c.BaseURL)
	}
	dial := &net.Dialer{Timeout: c.Timeout}
	return &line{base: u.Scheme + "://" + u.Host, http: &http.Transport{
		DialContext:            dial.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(4)},
		TLSHandshakeTimeout:    c.Timeout,
		ResponseHeaderTimeout:  c.Timeout,
		MaxConnsPerHost:        8,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // a small body can't become a large one
		DisableKeepAlives:      true, // a refused dial proves that nothing was sent
	}}, nil
}

func loadRoots(s Source) (*x509.CertPool, error) {
	if s.empty() {
		return nil, nil // the system's
	}
	text, err := s.read("ca")
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, bad("ca %s: holds no PEM certificate; use ca.pem of the sandbox", s)
	}
	return pool, nil
}

// Why no answer came. Errors of net/http can quote bytes of the network, so only those whose text is known
// to be ours or the system's go further.
var (
	errTimeout = errors.New("no answer in time")
	errName    = errors.New("the network's name is not found; check the cable and the name server")
	errBroken  = errors.New("the connection broke")
	errTLS     = errors.New("the server's certificate is not trusted; check the clock and the network")
)

func plain(err error) error {
	var (
		errno     syscall.Errno
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		host      x509.HostnameError
		timeout   interface{ Timeout() bool }
	)
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return errTimeout
	case errors.As(err, &errno):
		return errno
	case errors.As(err, &dns):
		return errName
	case errors.As(err, &authority), errors.As(err, &invalid), errors.As(err, &host):
		return errTLS
	}
	return errBroken
}
