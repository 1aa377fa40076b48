package paynet

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Networks. All but the aggregator are also the names of the wallets whose phones and codes the sandbox knows.
const (
	WeChat     = "wechat"
	Alipay     = "alipay"
	UnionPay   = "unionpay"
	Aggregator = "aggregator"
)

// wallets are the customers' apps, in the order in which they are listed.
var wallets = []string{WeChat, Alipay, UnionPay}

// ErrClosed is returned when a Paynet is used after Close.
var ErrClosed = errors.New("paynet: closed")

// Options are what a caller may set. The zero value is a sandbox in real time.
type Options struct {
	// Clock is the network's clock; nil is time.Now.
	Clock func() time.Time
	// Stamp is the clock under signatures, which the timestamps of requests are held to; nil is Clock. With a Clock that is
	// made up it is time.Now: clients judge signatures by the real one.
	Stamp func() time.Time
	// Scale divides the network's own waits (life of a payment code, time to type a password, life of a
	// code_url, time to give back), for tests that don't want to wait a minute; 0 and 1 leave them as documented. A request's
	// own time_expire is not scaled.
	Scale float64
	// MerchantName is the payee on the customers' phones; empty is 惠民便利店.
	MerchantName string
	// Hosts are further names and addresses in the server's certificate.
	Hosts []string
	// Expose allows an address that is not loopback.
	Expose bool
}

// Paynet is the sandbox: networks, customers' phones and a ledger, over one folder.
type Paynet struct {
	dir        string
	opt        Options
	ca         *authority
	wechat     *wechat
	alipay     *alipay
	unionpay   *unionpay
	aggregator *aggregator
	wires      []wire // all of them
	close      sync.Once
	done       chan struct{}

	mu       sync.Mutex
	state    state
	fault    Fault
	fate     RefundFate
	bills    bills
	wake     chan struct{} // closed when the fault is replaced
	requests int
	hook     func(r Heard, phase Phase)
	nextSub  int
	subs     map[int]func()
	failed   error       // why the state could not be written
	timer    *time.Timer // announces what time alone changes; nil until needed
	closed   bool

	server server
}

// Open opens the sandbox in dir. The first time it makes keys there and lays out what a merchant would get;
// afterwards it remembers phones, orders and ledger.
func Open(dir string, opt Options) (*Paynet, error) {
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Stamp == nil {
		opt.Stamp = opt.Clock
	}
	if opt.Scale <= 0 {
		opt.Scale = 1
	}
	if opt.MerchantName == "" {
		opt.MerchantName = "惠民便利店"
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("paynet: %w", err)
	}
	p := &Paynet{dir: dir, opt: opt, fate: RefundNormal, bills: newBills(), done: make(chan struct{}), wake: make(chan struct{}), subs: map[int]func(){}}
	p.wechat = &wechat{p: p, nonces: nonces{}}
	p.alipay = &alipay{p: p}
	p.unionpay = &unionpay{p: p}
	p.aggregator = &aggregator{p: p, nonces: nonces{}}
	p.wires = []wire{p.wechat, p.alipay, p.unionpay, p.aggregator}
	err := p.openKeys()
	if err == nil {
		p.state, err = loadState(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("paynet: %w", err)
	}
	return p, nil
}

// openKeys opens the networks side by side, since making keys takes a while.
func (p *Paynet) openKeys() (err error) {
	for _, sub := range []string{"private", WeChat, Alipay, UnionPay, Aggregator} {
		if err := os.MkdirAll(filepath.Join(p.dir, sub), 0o700); err != nil {
			return err
		}
	}
	if p.ca, err = openAuthority(p.dir); err != nil {
		return err
	}
	var g errgroup.Group
	for _, w := range p.wires {
		g.Go(func() error { return w.open(p.dir, p.ca) })
	}
	return g.Wait()
}

// Close stops the server and returns an error if anything that happened could not be kept on disk.
func (p *Paynet) Close() error {
	p.close.Do(func() {
		close(p.done)
		p.server.stop()
		p.mu.Lock()
		defer p.mu.Unlock()
		p.closed = true
		if p.timer != nil {
			p.timer.Stop()
		}
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed
}

// Subscribe calls f after every change of a phone, an order or the ledger, also when a page expires, from
// whichever goroutine made the change and without any lock held. The returned function ends it.
func (p *Paynet) Subscribe(f func()) (cancel func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.nextSub
	p.nextSub++
	p.subs[n] = f
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.subs, n)
	}
}

// update runs f on the state, keeps the result on disk, and tells the subscribers. After Close it does
// nothing.
func (p *Paynet) update(f func(now time.Time)) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	now := p.opt.Clock()
	p.expire(now)
	f(now)
	p.wakeAt(p.nextExpiry(), now)
	if err := p.state.save(p.dir); err != nil && p.failed == nil {
		p.failed = fmt.Errorf("paynet: %w", err)
	}
	subs := slices.Collect(maps.Values(p.subs))
	p.mu.Unlock()
	for _, s := range subs {
		s()
	}
}

// wakeAt sees to it that subscribers hear when a page expires.
func (p *Paynet) wakeAt(at, now time.Time) {
	if p.timer != nil {
		p.timer.Stop()
	}
	if !at.IsZero() {
		p.timer = time.AfterFunc(max(at.Sub(now), 10*time.Millisecond), func() { p.update(func(time.Time) {}) })
	}
}

// view runs f on the state as it is now.
func (p *Paynet) view(f func(now time.Time)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.opt.Clock()
	p.expire(now)
	f(now)
}

// The network's own waits, before scaling.
const (
	codeLife     = time.Minute      // of a payment code (付款码每分钟更新)
	passwordTime = 60 * time.Second // to type a password
	codeURLLife  = 2 * time.Hour    // of a shown code
)

func (p *Paynet) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / p.opt.Scale)
}
