package main

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"smartpos/cmd/internal/board"
)

const (
	browserLimit = 3 * time.Minute  // for everything that a test does with the browser
	waitLimit    = 30 * time.Second // for one thing to show on the page
)

// shotsVariable names the folder for the screenshots; without it they go to bin/shots.
const shotsVariable = "SMARTPOS_SHOTS"

// browser is the name of a Chromium on this machine. Without one the test is skipped, except in CI, where a page
// that nobody has looked at must not pass.
func browser(t *testing.T) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing := "no Chromium on this machine (" + strings.Join(names, ", ") + "): apt-get install --no-install-recommends chromium"
	if os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// window is a browser's window on a board's front panel. It fails the test for whatever the page should not do:
// errors on its console, and requests to any other host.
type window struct {
	t      *testing.T
	ctx    context.Context
	host   string // of the panel
	board  *board.Board
	server *httptest.Server
	size   size
	limit  time.Duration // for one thing to show on the page

	mu       sync.Mutex
	refusals bool // the test provokes answers of status 4xx, which the browser's console reports
}

// size is a window's size in CSS pixels.
type size struct {
	name          string
	width, height int64
	touch         bool // clicks are taps
}

var (
	desk   = size{"1280x800", 1280, 800, false}
	mobile = size{"390x844", 390, 844, true}
)

// openWindow starts a board, and a browser that looks at its panel. The page's address gets query.
func openWindow(t *testing.T, s size, query string) *window {
	t.Helper()
	return openWindowOn(t, s, query, waitLimit, board.Options{
		Firmware: binaries.pos, Shim: []string{binaries.posboard, traceVerb},
		Overrides: []string{"sale.poll_show=200ms", "sale.poll_scan=200ms"},
	})
}

// openWindowOn is openWindow for another board, whose firmware may take up to limit for each thing.
func openWindowOn(t *testing.T, s size, query string, limit time.Duration, o board.Options) *window {
	t.Helper()
	path := browser(t)
	o.Dir = t.TempDir()
	b, err := board.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	if err := b.PowerOn(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b.Handler(pageFiles()))
	t.Cleanup(func() { b.Close(); server.Close() }) // the board first: it ends what the page listens to

	// The browser leaves folders in its TMPDIR, so it gets one that goes.
	tmp := t.TempDir()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(tmp, "profile")), chromedp.Env("TMPDIR="+tmp))
	ctx, cancel := context.WithTimeout(context.Background(), browserLimit+4*limit)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)

	w := &window{t: t, ctx: ctx, host: strings.TrimPrefix(server.URL, "http://"), board: b, server: server, size: s, limit: limit}
	emulate := []chromedp.EmulateViewportOption{chromedp.EmulateScale(1)}
	if s.touch {
		emulate = append(emulate, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	w.do("an empty window", chromedp.EmulateViewport(s.width, s.height, emulate...))
	w.watch()
	w.do("the page", chromedp.Navigate(server.URL+"/"+query))
	w.wait("the page is connected", `document.getElementById("link").dataset.state === "open"`)
	w.lcd("¥0.00")
	return w
}

// watch judges what the page says on its console and whom it asks.
func (w *window) watch() {
	console := chromedp.Console(w.ctx)
	requests := chromedp.Events(w.ctx, network.RequestWillBeSent)
	var watching sync.WaitGroup
	watching.Go(func() {
		for m, err := range console {
			if err != nil {
				return
			}
			w.judge(m)
		}
	})
	watching.Go(func() {
		for r, err := range requests {
			if err != nil {
				return
			}
			u, err := url.Parse(r.Request.URL)
			if err != nil || u.Scheme != "blob" && u.Host != w.host {
				w.t.Errorf("the page asks another host: %.200s", r.Request.URL)
			}
		}
	})
	w.t.Cleanup(func() {
		_ = chromedp.Cancel(w.ctx) // ends the subscriptions
		watching.Wait()
	})
}

func (w *window) judge(m chromedp.ConsoleMessage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refusals && m.Source == "network" {
		return
	}
	if m.IsException() || m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning {
		w.t.Errorf("the page's console: %v (%s:%d)", m, m.URL, m.Line+1)
	}
}

// expectRefusals says that the test from here on provokes errors of the board.
func (w *window) expectRefusals() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refusals = true
}

// do takes steps, all within the limit of one wait; what says what they are about.
func (w *window) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	// The first step starts the browser, which must not end with the step's own limit.
	done := make(chan error, 1)
	go func() { done <- chromedp.Do(w.ctx, steps...) }()
	select {
	case err := <-done:
		if err != nil {
			w.t.Fatalf("%s: %v", what, err)
		}
	case <-time.After(w.limit):
		w.t.Fatalf("%s: not done after %v", what, w.limit)
	}
}

// click clicks or taps on what a CSS selector names.
func (w *window) click(selector string) {
	w.t.Helper()
	// A button that is disabled while the board works takes no click, and nothing would say so.
	w.wait(selector+" can be clicked", fmt.Sprintf(`(() => { const e = document.querySelector(%q); return e && !e.disabled && e.checkVisibility(); })()`, selector))
	if w.size.touch {
		w.do("tap "+selector, chromedp.Tap(chromedp.CSS(selector)))
		return
	}
	w.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// keys clicks the terminal's keys.
func (w *window) keys(names ...string) {
	w.t.Helper()
	for _, name := range names {
		w.click(fmt.Sprintf(`[data-key=%q]`, name))
	}
}

// wait waits until a JavaScript expression holds.
func (w *window) wait(what, expression string) {
	w.t.Helper()
	_, err := chromedp.Run(w.ctx, chromedp.Poll[bool]("Boolean("+expression+")",
		chromedp.WithPollingTimeout(w.limit), chromedp.WithPollingInterval(20*time.Millisecond)))
	if err == nil {
		return
	}
	w.shot("failed")
	w.t.Fatalf("waiting until %s: %v\n%s\nThe display:\n%s", what, err, expression, w.board.DisplayText())
}

// text waits until an element's text contains want.
func (w *window) text(selector, want string) {
	w.t.Helper()
	w.wait(fmt.Sprintf("%s says %q", selector, want),
		fmt.Sprintf(`document.querySelector(%q)?.textContent.includes(%q)`, selector, want))
}

// lcd waits until the page reads out want from the display.
func (w *window) lcd(want string) {
	w.t.Helper()
	w.text("#lcd-text", want)
}

// holds fails the test where a JavaScript expression does not hold now.
func (w *window) holds(what, expression string) {
	w.t.Helper()
	ok, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
	if err != nil || !ok {
		w.shot("failed")
		w.t.Errorf("%s: does not hold: %s (%v)", what, expression, err)
	}
}

// pointer sends one mouse event to the middle of an element.
func (w *window) pointer(event input.DispatchMouseEventType, selector string, dx, dy float64) {
	w.t.Helper()
	at, err := chromedp.Run(w.ctx, chromedp.Evaluate[[]float64](fmt.Sprintf(
		`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`, selector)))
	if err != nil {
		w.t.Fatalf("where is %s: %v", selector, err)
	}
	w.do(fmt.Sprintf("%s at %s", event, selector),
		chromedp.MouseEvent(event, at[0]+dx, at[1]+dy, chromedp.ButtonLeft, chromedp.ClickCount(1)))
}

// shot keeps a picture of the window.
func (w *window) shot(name string) {
	w.t.Helper()
	dir := os.Getenv(shotsVariable)
	if dir == "" {
		dir = filepath.Join("..", "..", "bin", "shots")
	}
	picture, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644))
	}
	if err != nil {
		w.t.Errorf("screenshot %s: %v", name, err)
	}
}
