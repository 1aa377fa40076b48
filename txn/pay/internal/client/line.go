package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// DefaultTimeout is how long a request may take, from dialling to the last byte of its answer.
const DefaultTimeout = 10 * time.Second

// maxBody bounds an answer; documented ones have a few kilobytes.
const maxBody = 1 << 20

// Why an answer is as good as none.
var (
	ErrShort    = errors.New("the answer ends early")
	ErrLong     = errors.New("the answer is longer than any that is documented")
	ErrRedirect = errors.New("the answer sends us somewhere else")
	ErrUnsigned = errors.New("the answer is not signed")
	ErrForged   = errors.New("the answer's signature does not hold")
	ErrShape    = errors.New("the answer lacks what it must carry, or is not of the documented form")
)

// Exchange is what really happened on the line for one request.
type Exchange struct {
	Sent   bool // a connection was there to write to: from then on the request may have arrived
	Status int  // of the answer; 0 for none
	Header http.Header
	Body   []byte
	Cut    error // why the body is not whole: ErrShort, ErrLong
	Err    error // why there is no answer
}

// NotYet returns from when on the server's certificates are valid, if they are not yet by the terminal's clock and
// that is all that is wrong.
func (x *Exchange) NotYet() (from time.Time, ok bool) {
	var invalid x509.CertificateInvalidError
	if !errors.As(x.Err, &invalid) || invalid.Reason != x509.Expired || !time.Now().Before(invalid.Cert.NotBefore) {
		return time.Time{}, false
	}
	return invalid.Cert.NotBefore, true
}

// Silence says what is known of a request that brought no answer; FaultNone when one came.
func (x *Exchange) Silence() (txn.Fault, error) {
	switch {
	case x.Status != 0:
		return txn.FaultNone, nil
	case x.Sent:
		return txn.FaultNoAnswer, plain(x.Err)
	}
	return txn.FaultNotSent, plain(x.Err)
}

// Troubled reports whether the status alone says that the network, or something before it, is in trouble.
func (x *Exchange) Troubled() bool { return x.Status >= 500 || x.Status == http.StatusTooManyRequests }

// Line makes requests to one network.
type Line struct{ http *http.Transport }

// NewLine returns a line. roots are nil for the system's; timeout bounds each part of a request, and the caller's
// context the whole.
func NewLine(roots *x509.CertPool, timeout time.Duration) *Line {
	dial := &net.Dialer{Timeout: timeout}
	return &Line{&http.Transport{
		DialContext:            dial.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(4)},
		TLSHandshakeTimeout:    timeout,
		ResponseHeaderTimeout:  timeout,
		MaxConnsPerHost:        8,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // a small body can't become a large one
		// One connection a request. A second answer left over on a shared one would pass for the answer
		// to the next request, and not every answer says whose it is; and a refused dial proves that
		// nothing was sent, where a connection that died while idle proves nothing. Resumed sessions
		// keep it cheap.
		DisableKeepAlives: true,
	}}
}

// DoAt is [Line.Do] for a request that carries no secret: the server's certificates are judged as if it were that
// time. Whoever calls it believes nothing but a signature.
func (l *Line) DoAt(r *http.Request, now time.Time) Exchange {
	later := l.http.Clone()
	later.TLSClientConfig.Time = func() time.Time { return now }
	later.TLSClientConfig.ClientSessionCache = nil
	defer later.CloseIdleConnections()
	return (&Line{later}).Do(r)
}

// Do makes one request. It follows no redirect and takes no proxy from the environment.
func (l *Line) Do(r *http.Request) Exchange { return l.Fetch(r, maxBody) }

// Fetch is [Line.Do] for an answer of at most so many bytes: a file.
func (l *Line) Fetch(r *http.Request, most int64) (x Exchange) {
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { x.Sent = true }}
	r = r.Clone(httptrace.WithClientTrace(r.Context(), trace))
	resp, err := l.http.RoundTrip(r)
	if err != nil {
		x.Err = err
		return x
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil && r.Context().Err() != nil {
		x.Err = err
		return x
	}
	x.Status, x.Header, x.Body = resp.StatusCode, resp.Header, body
	switch {
	case err != nil:
		x.Cut = ErrShort
	case int64(len(body)) > most:
		x.Cut = ErrLong
	}
	return x
}

// ParseBase takes a base URL of scheme and host alone: a network's paths belong to what is signed, so nothing may be
// put before them. Empty is nil.
func ParseBase(s string) (*url.URL, error) {
	if s == "" {
		return nil, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("base_url %.80q: https://host:port and nothing after it", s)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// Why no answer came. Errors of net/http can quote bytes of the network, so only those whose text is known
// to be ours or the system's go further.
var (
	errTimeout = errors.New("no answer in time")
	errName    = errors.New("the network's name is not found; check the cable and the name server")
	errBroken  = errors.New("the connection broke")
	errTLS     = errors.New("the server's certificate is not trusted; check the clock and the network")
	errNotYet  = fmt.Errorf("the server's certificate is not valid yet: %w", pay.ErrClock)
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
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && time.Now().Before(invalid.Cert.NotBefore):
		return errNotYet
	case errors.As(err, &authority), errors.As(err, &invalid), errors.As(err, &host):
		return errTLS
	}
	return errBroken
}
