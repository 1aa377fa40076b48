package paynet

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxBody is more than any documented request has.
const maxBody = 64 << 10

// serve receives, breaks, executes and answers one request.
func (p *Paynet) serve(w http.ResponseWriter, r *http.Request) {
	if !p.server.enter() {
		panic(http.ErrAbortHandler)
	}
	defer p.server.active.Done()
	req := &request{host: r.Host, method: r.Method, target: r.RequestURI, path: r.URL.Path, query: r.URL.Query(), header: r.Header}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	req.body = body
	to := p.wireOf(req)
	if to == nil {
		http.NotFound(w, r)
		return
	}
	f, mended := p.takeFault(to.network(), req.op)
	n := p.count()
	if f.Kind == FaultDrop {
		panic(http.ErrAbortHandler)
	}
	if f.Kind == FaultSlow {
		p.sleep(f.Delay, mended)
	}
	a := to.bend(req, p.execute(to, req, f.Kind), f.Kind)
	heard := Heard{n, req.op, req.no}
	p.reached(heard, BeforeReply)
	if f.Kind == FaultSlowReply {
		p.sleep(f.Delay, mended)
	}
	if f.Kind == FaultLostReply {
		panic(http.ErrAbortHandler)
	}
	p.reply(w, to, req, a, f.Kind)
	p.reached(heard, AfterReply)
}

// sleep waits, but not longer than the fault lives. When the sandbox closes meanwhile the request ends without
// an answer: it could otherwise slip out before the connection is cut.
func (p *Paynet) sleep(d time.Duration, mended <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-mended:
	case <-p.done:
		panic(http.ErrAbortHandler)
	}
}

// execute does what the request asks for, unless it is refused before.
func (p *Paynet) execute(to wire, r *request, f FaultKind) answer {
	if a := to.stop(r, f); a != nil {
		return *a
	}
	p.mu.Lock()
	refusal := to.authorize(r, p.opt.Stamp())
	p.mu.Unlock()
	if refusal != nil {
		return *refusal
	}
	a := answer{status: http.StatusServiceUnavailable} // unless the sandbox is open
	run := p.update
	call := to.call
	if to.looks(r.op) {
		run = p.view
		if f == FaultForged {
			call = func(r *request, now time.Time) answer { return p.forge(to, r, now) }
		}
	}
	run(func(now time.Time) { a = call(r, now) })
	return a
}

// reply signs and sends the answer, or what the fault makes of it.
func (p *Paynet) reply(w http.ResponseWriter, to wire, r *request, a answer, f FaultKind) {
	h := w.Header()
	h.Set("Date", p.opt.Clock().UTC().Format(http.TimeFormat))
	switch f {
	case FaultBadGateway:
		h.Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><h1>502 Bad Gateway</h1></html>")
		return
	case FaultRedirect:
		h.Set("Location", "https://redirect.invalid/")
		a = answer{status: http.StatusFound, body: []byte("{}")}
	}
	a = to.seal(h, r, a, f)
	if len(a.body) > 0 && h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json; charset=utf-8")
	}
	switch f {
	case FaultTruncated, FaultTwice:
		p.raw(w, a, f)
		return
	}
	h.Set("Content-Length", fmt.Sprint(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
	_ = http.NewResponseController(w).Flush()
}

// raw writes an answer that net/http would not: cut short, or twice over.
func (p *Paynet) raw(w http.ResponseWriter, a answer, f FaultKind) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	_ = conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	length := len(a.body)
	if f == FaultTruncated {
		length += 2
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	_ = w.Header().Write(&b)
	if a.status != http.StatusNoContent {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", length)
	}
	b.WriteString("\r\n")
	b.Write(a.body)
	out := b.Bytes()
	if f == FaultTruncated {
		_, _ = conn.Write(out[:len(out)-len(a.body)/2])
		return
	}
	_, _ = conn.Write(append(out, out...))
}
