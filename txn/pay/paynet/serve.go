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

// request is one call as it came over the line.
type request struct {
	op     string
	no     string // out_trade_no of the path
	method string
	target string // path and query, raw: the signature covers them
	query  map[string][]string
	header http.Header
	body   []byte
}

// serve receives, breaks, executes and answers one request.
func (p *Paynet) serve(w http.ResponseWriter, r *http.Request) {
	if !p.server.enter() {
		panic(http.ErrAbortHandler)
	}
	defer p.server.active.Done()
	req := request{method: r.Method, target: r.RequestURI, query: r.URL.Query(), header: r.Header}
	req.op, req.no = route(r.Method, r.URL.Path)
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	req.body = body
	f, mended := p.takeFault(req.op)
	n := p.count()
	if f.Kind == FaultDrop {
		panic(http.ErrAbortHandler)
	}
	if f.Kind == FaultSlow {
		p.sleep(f.Delay, mended)
	}
	a := f.distort(p.execute(req, f.Kind))
	p.reached(n, req.op, BeforeReply)
	if f.Kind == FaultSlowReply {
		p.sleep(f.Delay, mended)
	}
	if f.Kind == FaultLostReply {
		panic(http.ErrAbortHandler)
	}
	p.reply(w, r, a, f.Kind)
	p.reached(n, req.op, AfterReply)
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
func (p *Paynet) execute(r request, f FaultKind) answer {
	switch f {
	case FaultSystemError:
		return fail(systemError)
	case FaultBusy:
		return fail(busy)
	}
	if e, ok := p.authorize(r); !ok {
		return fail(e)
	}
	call, ok := calls[r.op]
	if !ok {
		return fail(noSuchPath)
	}
	a := fail(systemError)
	run := p.update
	if r.op == OpQuery {
		run = p.view // it changes nothing, so there is nothing to keep or to announce
	}
	run(func(now time.Time) { a = call(p, r, now) })
	return a
}

// authorize checks who asks, before anything of the body is looked at.
func (p *Paynet) authorize(r request) (apiError, bool) {
	if len(r.body) > maxBody {
		return paramError("", "请求报文过大"), false
	}
	a, err := parseAuthorization(r.header.Get("Authorization"))
	switch {
	case err != nil:
		return signError(err.Error()), false
	case a.mchid != p.merchant.MerchantID:
		return noSuchMchid, false
	case a.serial != p.merchant.Serial:
		return signError("商户证书序列号有误"), false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.opt.Clock()
	if d := now.Sub(time.Unix(a.timestamp, 0)); d >= maxSkew || d <= -maxSkew {
		return signError(fmt.Sprintf("timestamp 与微信支付时间相差 %d 秒，请校准时钟", int64(d/time.Second))), false
	}
	if err := a.verify(p.keys.merchant, r.method, r.target, r.body); err != nil {
		return signError("错误的签名，验签失败"), false
	}
	if !p.nonces.take(a.nonce, now) {
		return signError("nonce_str 已使用过"), false
	}
	return apiError{}, true
}

// reply signs and sends the answer, or what the fault makes of it.
func (p *Paynet) reply(w http.ResponseWriter, r *http.Request, a answer, f FaultKind) {
	h := w.Header()
	h.Set("Request-Id", randomHex(16))
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
	p.sign(h, a.body, r.Header.Get("Wechatpay-Serial"), f)
	if f == FaultMisSigned {
		a = tamper(a)
	}
	if len(a.body) > 0 {
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

// tamper changes what was signed.
func tamper(a answer) answer {
	if len(a.body) == 0 {
		return answer{http.StatusOK, []byte(`{"tampered":true}`)}
	}
	body := bytes.Clone(a.body)
	body[len(body)/2] ^= 1
	return answer{a.status, body}
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
