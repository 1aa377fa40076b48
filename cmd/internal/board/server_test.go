package board_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/coder/websocket"

	"smartpos/cmd/internal/board"
)

var page = fstest.MapFS{"index.html": {Data: []byte("<title>board</title>")}, "page.js": {Data: []byte("1")}}

func serve(t *testing.T, b *board.Board) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(b.Handler(page))
	t.Cleanup(s.Close)
	return s
}

// call makes a request and returns status and body.
func call(t *testing.T, s *httptest.Server, method, path, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestAPI(t *testing.T) {
	b := powered(t)
	s := serve(t, b)
	if code, body := call(t, s, "GET", "/", ""); code != 200 || !strings.Contains(body, "board") {
		t.Errorf("page: %d %s", code, body)
	}
	if code, body := call(t, s, "POST", "/keys", "1 2 MENU"); code != 200 || !strings.Contains(body, `"pressed": 3`) {
		t.Errorf("keys: %d %s", code, body)
	}
	await(t, b, "keys and paper", func() bool {
		return shows(b, "KEYS 1 2 MENU")() && strings.Contains(b.Paper().Text(), "0123456789")
	})
	if code, body := call(t, s, "GET", "/lcd.txt", ""); code != 200 || !strings.Contains(body, "KEYS 1 2 MENU") {
		t.Errorf("lcd.txt: %d %s", code, body)
	}
	for _, path := range []string{"/lcd.png", "/paper.png"} {
		_, body := call(t, s, "GET", path, "")
		if _, err := png.Decode(strings.NewReader(body)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, body := call(t, s, "GET", "/paper.bin", ""); !bytes.Contains([]byte(body), []byte("0123456789\n")) {
		t.Errorf("paper.bin: %q", body)
	}
	if code, body := call(t, s, "POST", "/paper/tear", ""); code != 200 {
		t.Errorf("tear: %d %s", code, body)
	}
	if _, body := call(t, s, "GET", "/paper.txt", ""); strings.Contains(body, "0123456789") {
		t.Errorf("after the tear: %q", body)
	}
	if code, body := call(t, s, "POST", "/phone", `{"do":"code"}`); code != 200 || !strings.Contains(body, `"code": "13`) {
		t.Errorf("phone: %d %s", code, body)
	}
	if code, body := call(t, s, "POST", "/faults", `{"printer":"paper-out"}`); code != 200 || !strings.Contains(body, `"paper-out"`) {
		t.Errorf("faults: %d %s", code, body)
	}
	if code, body := call(t, s, "POST", "/power", `{"do":"cut","at":"disk-write 3"}`); code != 200 || !strings.Contains(body, `"armed": "disk-write 3"`) {
		t.Errorf("power at: %d %s", code, body)
	}
	if code, body := call(t, s, "POST", "/power", `{"do":"cut"}`); code != 200 || !strings.Contains(body, `"off"`) {
		t.Errorf("power: %d %s", code, body)
	}
	var state board.State
	_, body := call(t, s, "GET", "/state", "")
	if err := json.Unmarshal([]byte(body), &state); err != nil || state.Backend != "host" ||
		state.Power.State != board.PowerOff || state.Faults.Printer != "paper-out" || state.Phones["wechat"].State != "code" {
		t.Errorf("state: %v\n%s", err, body)
	}
	if code, body := call(t, s, "POST", "/power", `{"do":"on"}`); code != 200 || !strings.Contains(body, `"on"`) {
		t.Errorf("power: %d %s", code, body)
	}
}

func TestAPIRefuses(t *testing.T) {
	s := serve(t, open(t))
	for _, c := range []struct {
		method, path, body string
		code               int
		says               string
	}{
		{"POST", "/keys", "1 2 x", 400, "the keys are"},
		{"POST", "/keys", "", 400, "nothing to press"},
		{"POST", "/keys", strings.Repeat("1 ", 4000), 400, "over 4096 bytes"},
		{"POST", "/keys", "1", 409, `{\"do\":\"on\"}`},
		{"POST", "/scan", "", 400, "it is empty"},
		{"POST", "/scan", strings.Repeat("1", 70_000), 400, "over 65536 bytes"},
		{"POST", "/phone", "", 400, "send a JSON object"},
		{"POST", "/phone", `{"do":"code","walet":"wechat"}`, 400, "walet"},
		{"POST", "/phone", `{"do":"fly"}`, 400, "scan-lcd"},
		{"POST", "/phone", `{"balance":-1}`, 400, "0 or more"},
		{"POST", "/phone", `{"coupon":-1}`, 400, "0 or more"},
		{"POST", "/phone", `{"do":"confirm"}`, 409, "没有待确认的付款"},
		{"POST", "/phone", `{"do":"scan-lcd"}`, 409, "no readable QR"},
		{"POST", "/faults", `{}`, 400, "name a part"},
		{"POST", "/bill", `{"do":"missing"}`, 409, "nobody has paid yet"},
		{"POST", "/bill", `{"do":"torn"}`, 409, "missing stranger amount"},
		{"POST", "/bill", `{"done":"missing"}`, 400, "done"},
		{"POST", "/faults", `{"printer":"haunted"}`, 400, "paper-out"},
		{"POST", "/faults", `{"printer":"ok"} {"scanner":"ok"}`, 400, "more after"},
		{"POST", "/power", `{"do":"cut","at":"tea time"}`, 400, "printer-byte 120"},
		{"POST", "/power", `{"do":"cut","at":"disk-write 1"}`, 409, "no power"},
		{"POST", "/power", `{"do":"off"}`, 400, `{\"do\":\"cut\"}`},
		{"GET", "/keys", "", 404, ""},
		{"GET", "/../board.go", "", 404, ""},
		{"DELETE", "/state", "", 405, ""},
	} {
		code, body := call(t, s, c.method, c.path, c.body)
		if code != c.code || !strings.Contains(body, c.says) {
			t.Errorf("%s %s %.40q: %d %s; want %d, %q", c.method, c.path, c.body, code, body, c.code, c.says)
		}
	}
}

// Another web site in the same browser must not press keys, and a name it controls must not make it our own.
func TestOtherSitesAreKeptOut(t *testing.T) {
	s := serve(t, powered(t))
	for _, h := range [][]string{
		{"Origin", "https://evil.example"},
		{"Origin", "null"},
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
	} {
		if code, body := call(t, s, "POST", "/keys", "1", h...); code != http.StatusForbidden {
			t.Errorf("%v: %d %s", h, code, body)
		}
	}
	for _, path := range []string{"/state", "/", "/lcd.png"} {
		if code, body := call(t, s, "GET", path, "", "Host", "evil.example:8080"); code != http.StatusMisdirectedRequest {
			t.Errorf("foreign name for %s: %d %s", path, code, body)
		}
	}
	for _, h := range [][]string{{}, {"Origin", s.URL}, {"Sec-Fetch-Site", "same-origin"}, {"Host", "localhost:8080"}, {"Host", "[::1]"}} {
		if code, body := call(t, s, "POST", "/keys", "1", h...); code != 200 {
			t.Errorf("%v: %d %s", h, code, body)
		}
	}
	_, resp, err := websocket.Dial(t.Context(), s.URL+"/events", &websocket.DialOptions{
		HTTPHeader: http.Header{"Origin": {"https://evil.example"}},
	})
	if err == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("another site's socket: %v", err)
	}
}

func TestEvents(t *testing.T) {
	b := powered(t)
	s := serve(t, b)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c, _, err := websocket.Dial(ctx, s.URL+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	seen := map[string]string{}
	until := func(kind, want string) {
		t.Helper()
		for !strings.Contains(seen[kind], want) || seen[kind] == "" {
			_, text, err := c.Read(ctx)
			if err != nil {
				t.Fatalf("waiting for %s %q: %v, seen %v", kind, want, err, seen)
			}
			var m struct{ Type string }
			if err := json.Unmarshal(text, &m); err != nil {
				t.Fatal(err)
			}
			seen[m.Type] = string(text)
		}
	}
	for _, kind := range []string{"display", "paper", "phone", "ledger", "faults", "power"} {
		until(kind, "")
	}
	clear(seen)
	press(t, b, "1")
	until("display", "version")
	if _, err := b.Phone(ctx, board.PhoneRequest{Do: board.DoCode}); err != nil {
		t.Fatal(err)
	}
	until("phone", `"state":"code"`)
	if err := b.Break(board.Faults{Scanner: "silent"}); err != nil {
		t.Fatal(err)
	}
	until("faults", `"scanner":"silent"`)
	if err := b.PowerCut(); err != nil {
		t.Fatal(err)
	}
	until("power", `"off"`)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Read(ctx); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("after the board closed: %v", err)
	}
}
