package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"smartpos/txn/pay/paynet"
)

// TestPaynetRunsAlone starts the command, finds what it printed, and ends it as a signal would.
func TestPaynetRunsAlone(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	dir := filepath.Join(t.TempDir(), "net")
	out, in := io.Pipe()
	var stderr bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- runPaynet(ctx, []string{"--addr", "127.0.0.1:0", "--control", "127.0.0.1:0", "--dir", dir}, in, &stderr)
		in.Close()
	}()
	var text strings.Builder
	control := regexp.MustCompile(`at (http://[0-9.:]+) `)
	buf := make([]byte, 4096)
	for !control.MatchString(text.String()) {
		n, err := out.Read(buf)
		text.Write(buf[:n])
		if err != nil {
			t.Fatalf("%v\n%s%s", err, text.String(), stderr.String())
		}
	}
	go io.Copy(io.Discard, out)
	for _, want := range []string{"https://127.0.0.1:", "merchant_id", filepath.Join(dir, "wechat", "apiclient_key.pem"), filepath.Join(dir, "ca.pem"),
		"/gateway.do", filepath.Join(dir, "alipay", "alipay_public_key.pem")} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("does not say %q:\n%s", want, text.String())
		}
	}
	// The tables that it leaves make a profile good.
	tables, err := os.ReadFile(filepath.Join(dir, "networks.toml"))
	if err != nil {
		t.Fatal(err)
	}
	profile := filepath.Join(t.TempDir(), "profile.toml")
	head := "version = 1\n[terminal]\nid = \"T1\"\n[merchant]\nname = \"店\"\n"
	if err := os.WriteFile(profile, append([]byte(head), tables...), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command(binaries.pos, "check", "-profile", profile).CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, said, tables)
	}
	resp, err := http.Get(control.FindStringSubmatch(text.String())[1] + "/ledger")
	if err != nil {
		t.Fatal(err)
	}
	var l paynet.Ledger
	if err := json.NewDecoder(resp.Body).Decode(&l); err != nil || len(l.Customers) != 3 {
		t.Errorf("%+v, %v", l, err)
	}
	resp.Body.Close()
	stop()
	if c := <-code; c != 0 || stderr.Len() > 0 {
		t.Errorf("exit code %d, %s", c, stderr.String())
	}
}

func TestPaynetRefusesArguments(t *testing.T) {
	for _, tt := range []struct {
		args string
		code int
	}{
		{"", 2},
		{"--dir x y", 2},
		{"--nonsense", 2},
		{"-h", 0},
		{"--dir DIR --addr 0.0.0.0:0", 1},
		{"--dir DIR --addr 127.0.0.1:0 --control 0.0.0.0:0", 1},
		{"--dir DIR --addr 127.0.0.1:0 --control nonsense", 1},
		{"--dir /dev/null/x", 1},
	} {
		var out, stderr bytes.Buffer
		args := strings.Fields(strings.ReplaceAll(tt.args, "DIR", t.TempDir()))
		if code := runPaynet(context.Background(), args, &out, &stderr); code != tt.code || stderr.Len() == 0 {
			t.Errorf("%q: exit code %d, want %d; %s", tt.args, code, tt.code, stderr.String())
		}
	}
}

// TestPaynetControl steers a phone and the faults over HTTP.
func TestPaynetControl(t *testing.T) {
	sandbox, err := paynet.Open(t.TempDir(), paynet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer sandbox.Close()
	h := paynetControl(sandbox)
	for _, tt := range []struct {
		method, path, kind, body string
		status                   int
		want                     string
	}{
		{"GET", "/ledger", "", "", 200, `"charged":0`},
		{"GET", "/phone?wallet=wechat", "", "", 200, `"state":"idle"`},
		{"GET", "/phone?wallet=cash", "", "", 404, "no phone"},
		{"POST", "/phone", "application/json", `{"wallet":"wechat","do":"code"}`, 200, `"code":"13`},
		{"POST", "/phone", "application/json", `{"wallet":"alipay","do":"code"}`, 200, `"code":"28`},
		{"POST", "/phone", "application/json", `{"wallet":"wechat","do":"balance","fen":5}`, 200, `"state"`},
		{"POST", "/phone", "application/json", `{"wallet":"wechat","do":"coupon","fen":5}`, 200, `"state"`},
		{"POST", "/phone", "application/json", `{"wallet":"wechat","do":"password","text":"always"}`, 200, `"state"`},
		{"POST", "/phone", "application/json", `{"wallet":"wechat","do":"password","text":"x"}`, 409, "policy"},
		{"POST", "/phone", "application/json", `{"wallet":"wechat","do":"scan","text":"x"}`, 409, "无法识别"},
		{"POST", "/phone", "application/json", `{"wallet":"wechat","do":"confirm"}`, 409, "没有待确认"},
		{"POST", "/phone", "application/json", `{"wallet":"wechat","do":"decline"}`, 409, "没有待确认"},
		{"POST", "/phone", "application/json", `{"wallet":"wechat","do":"idle"}`, 200, "idle"},
		{"POST", "/phone", "application/json", `{"wallet":"wechat","do":"dance"}`, 409, "dance"},
		{"POST", "/phone", "application/json", `{"wallet":"cash","do":"code"}`, 409, "no phone"},
		{"POST", "/phone", "application/json", `{"walet":"wechat"}`, 400, "walet"},
		{"POST", "/phone", "application/json", strings.Repeat(" ", 9000) + "{}", 400, "too large"},
		{"POST", "/phone", "text/plain", `{"wallet":"wechat","do":"code"}`, 415, "application/json"},
		{"POST", "/faults", "application/json", `{"network":"slow","delay_ms":5,"count":1}`, 200, "slow"},
		{"POST", "/faults", "application/json", `{"network":"down","at":"cash"}`, 409, "cash"},
		{"POST", "/faults", "application/json", `{"network":"slow","at":"alipay","op":"pay"}`, 200, `"at":"alipay"`},
		{"POST", "/faults", "application/json", `{"network":"plague"}`, 409, "plague"},
		{"POST", "/faults", "application/json", `{`, 400, ""},
		{"POST", "/bill", "application/json", `{"do":"missing"}`, 409, "nobody has paid yet"},
		{"POST", "/bill", "application/json", `{"do":"ok","at_once":true}`, 200, `"at_once":true`},
		{"POST", "/bill", "application/json", `{"do":"torn"}`, 409, "torn"},
	} {
		r := httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body))
		r.Header.Set("Content-Type", tt.kind)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s %s %.60s: %d %s; want %d %s", tt.method, tt.path, tt.body, w.Code, w.Body, tt.status, tt.want)
		}
	}
}
