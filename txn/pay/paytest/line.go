package paytest

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// Server is where a client under test is sent.
type Server struct {
	URL     string        // https://host:port
	Roots   []byte        // PEM; nil: the system's
	Timeout time.Duration // of a request
}

// RunLine proves what every client owes to its line, whatever it speaks: only what provably never left was not sent,
// every wait ends, nothing is followed or read without end, and no error tells a payment code.
func RunLine(t *testing.T, id txn.NetworkID, connect func(testing.TB, Server) pay.Network) {
	l := line{id, connect}
	t.Run("not sent", l.notSent)
	t.Run("the caller leaves", l.callerLeaves)
	t.Run("own time-out", l.ownTimeout)
	t.Run("endless answer", l.endless)
	t.Run("redirect", l.redirect)
	t.Run("the payment code thrown back", l.codeThrownBack)
	t.Run("odd orders", l.oddOrders)
}

type line struct {
	id      txn.NetworkID
	connect func(testing.TB, Server) pay.Network
}

// serve starts a server and a client of it.
func (l line) serve(t *testing.T, timeout time.Duration, h http.HandlerFunc) pay.Network {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	roots := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	return l.connect(t, Server{URL: srv.URL, Roots: roots, Timeout: timeout})
}

func (l line) order(method txn.Method) txn.Order { return NewOrder(l.id, "T0000001A0001", method, 1) }

func (l line) scan(n pay.Network, code string) error {
	_, err := n.Scan(context.Background(), l.order(txn.Scan), txn.NewPaymentCode(code))
	return err
}

// thrownCode is a payment code that must be found in no error.
const thrownCode = "134567890123456789"

func (l line) notSent(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := closed.Addr().String()
	closed.Close()
	mail := talk(t, "220 mail\r\n")
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	for name, url := range map[string]string{
		"refused": "https://" + addr, "no such host": "https://nowhere.invalid", "not TLS": "https://" + mail, "untrusted": untrusted.URL,
	} {
		n := l.connect(t, Server{URL: url, Timeout: patient})
		if err := l.scan(n, thrownCode); pay.FaultOf(err) != txn.FaultNotSent {
			t.Errorf("%s: %v", name, err)
		}
		if err := l.scan(n, ""); pay.FaultOf(err) != txn.FaultNotSent {
			t.Error("a scan without a code:", err)
		}
	}
}

// talk says a line to whoever dials, and hangs up.
func talk(t *testing.T, text string) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, text)
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String()
}

func (l line) callerLeaves(t *testing.T) {
	arrived, leave := make(chan struct{}, 1), make(chan struct{})
	n := l.serve(t, patient, func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-leave
	})
	defer close(leave)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-arrived; cancel() }()
	if _, err := n.Query(ctx, l.order(txn.Show)); pay.FaultOf(err) != txn.FaultNoAnswer {
		t.Error(err)
	}
	if _, err := n.Query(ctx, l.order(txn.Show)); pay.FaultOf(err) != txn.FaultNotSent {
		t.Error("a request whose caller had left already:", err)
	}
}

func (l line) ownTimeout(t *testing.T) {
	leave := make(chan struct{})
	n := l.serve(t, 50*time.Millisecond, func(http.ResponseWriter, *http.Request) { <-leave })
	defer close(leave)
	_, err := n.Query(context.Background(), l.order(txn.Show))
	if f := pay.FaultOf(err); f != txn.FaultNoAnswer && f != txn.FaultNotSent { // a slow machine may not have dialled yet
		t.Error(err)
	}
}

func (l line) endless(t *testing.T) {
	n := l.serve(t, patient, func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return // the client has hung up
			}
		}
	})
	if _, err := n.Query(context.Background(), l.order(txn.Show)); pay.FaultOf(err) != txn.FaultUnverified {
		t.Error(err)
	}
}

func (l line) redirect(t *testing.T) {
	var hits atomic.Int32
	n := l.serve(t, patient, func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	if err := l.scan(n, thrownCode); pay.FaultOf(err) != txn.FaultUnverified || hits.Load() != 1 {
		t.Errorf("%v, after %d requests", err, hits.Load())
	}
}

func (l line) codeThrownBack(t *testing.T) {
	for i, answer := range []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, thrownCode) },
		func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"`+thrownCode+`":`) },
		func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"code":"`+thrownCode+`","message":"`+thrownCode+`"}`)
		},
		func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"error_response":{"code":"`+thrownCode+`"}}`)
		},
		func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_, _ = io.WriteString(conn, "HTTP/1.1 "+thrownCode+" x\r\n\r\n")
			conn.Close()
		},
	} {
		err := l.scan(l.serve(t, patient, answer), thrownCode)
		if err == nil {
			t.Errorf("answer %d was believed", i)
		}
		CheckSecret(t, err, thrownCode)
	}
}

// CheckSecret looks for a secret in an error and all that it wraps, however they are printed.
func CheckSecret(t testing.TB, err error, secret string) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, secret) {
			t.Errorf("tells a secret: %s", text)
		}
	}
}

func (l line) oddOrders(t *testing.T) {
	var hits atomic.Int32
	n := l.serve(t, patient, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	for name, change := range map[string]func(*txn.Order){
		"no number":   func(o *txn.Order) { o.No = "" },
		"a path":      func(o *txn.Order) { o.No = "../../../refund" },
		"a quote":     func(o *txn.Order) { o.No = `A","total":"1` },
		"nothing":     func(o *txn.Order) { o.Amount.Fen = 0 },
		"less":        func(o *txn.Order) { o.Amount.Fen = -1 },
		"other money": func(o *txn.Order) { o.Amount.Currency = "USD" },
	} {
		o := l.order(txn.Show)
		change(&o)
		ops := allOps
		if o.No.Valid() {
			ops = []txn.Op{txn.OpShow, txn.OpScan}
		}
		for _, op := range ops {
			if _, err := Ask(context.Background(), n, op, o, txn.NewPaymentCode(thrownCode)); pay.FaultOf(err) != txn.FaultConfig {
				t.Errorf("%s of %s: %v", op, name, err)
			}
		}
	}
	if hits.Load() != 0 {
		t.Errorf("%d requests were sent", hits.Load())
	}
}
