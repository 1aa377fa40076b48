package paynet

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

func matches(form, s string) bool { return regexp.MustCompile("^(" + form + ")$").MatchString(s) }

// TestRemembers restarts the sandbox in the middle of everything.
func TestRemembers(t *testing.T) {
	dir, clock := folder(t), newClock()
	x := open(t, dir, clock)
	r := x.native("BEFORE000001", 100)
	x.want(x.codepay("BEFORE000002", x.code(WeChat), 200), 200, "")
	unused := x.code(WeChat)
	x.want(x.codepay("BEFORE000003", x.code(WeChat), 200_000), 202, "USERPAYING")
	before := x.p.Ledger()
	if err := x.p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := x.phone(WeChat).Confirm(); !errors.Is(err, ErrClosed) {
		t.Error("a phone paid at a closed sandbox:", err)
	}

	y := open(t, dir, clock)
	if y.m.Serial != x.m.Serial || y.m.PublicKeyID != x.m.PublicKeyID || y.m.AppID != x.m.AppID {
		t.Error("new keys")
	}
	after := y.p.Ledger()
	a, _ := json.Marshal(before)
	b, _ := json.Marshal(after)
	if string(a) != string(b) {
		t.Errorf("ledger before %s\nafter %s", a, b)
	}
	if err := y.phone(WeChat).Confirm(); err != nil {
		t.Error("the password page is gone:", err)
	}
	y.state("BEFORE000003", "SUCCESS")
	if _, err := y.phone(WeChat).Scan(r.CodeURL); err != nil {
		t.Error(err)
	}
	if again := y.native("BEFORE000001", 100); again.CodeURL != r.CodeURL {
		t.Error("another code_url after the restart")
	}
	y.want(y.codepay("BEFORE000004", unused, 1), 200, "")
}

func TestFolder(t *testing.T) {
	made, err := templateDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"wechat/apiclient_key.pem", "wechat/apiv3.key", "private/public_key_key.pem", "private/ca_key.pem"} {
		info, err := os.Stat(filepath.Join(made, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v", name, info.Mode())
		}
	}
	x := open(t, folder(t), newClock())
	for what, ok := range map[string]bool{
		"public key id": strings.HasPrefix(x.m.PublicKeyID, PublicKeyPrefix),
		"serial":        strings.HasPrefix(x.m.Serial, SerialPrefix) && len(x.m.Serial) == 40,
		"platform":      strings.HasPrefix(x.m.PlatformSerial, SerialPrefix),
	} {
		if !ok {
			t.Errorf("%s carries no sandbox mark: %+v", what, x.m)
		}
	}
	api, err := os.ReadFile(x.m.APIv3Key)
	if err != nil || len(api) != 32 || !strings.HasPrefix(string(api), APIv3Prefix) {
		t.Errorf("%d characters, %v", len(api), err)
	}
	v := reflect.ValueOf(x.m)
	for i := range v.NumField() {
		if v.Field(i).String() == "" {
			t.Errorf("the merchant lacks %s", v.Type().Field(i).Name)
		}
	}
}

// TestDamagedFolder opens what somebody has edited.
func TestDamagedFolder(t *testing.T) {
	for _, tt := range []struct{ file, text, want string }{
		{"state.json", "{", "delete it to begin anew"},
		{"state.json", `{"version":99}`, "version 99"},
		{"wechat/merchant.json", "{", "merchant.json"},
		{"wechat/apiclient_cert.pem", "x", "not a PEM CERTIFICATE"},
		{"private/public_key_key.pem", "x", "not a PEM PRIVATE KEY"},
	} {
		dir := folder(t)
		if err := os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, Options{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s = %q: %v", tt.file, tt.text, err)
		}
	}
}

func TestStartStaysAtHome(t *testing.T) {
	p, err := Open(folder(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", "192.0.2.1:0", "nonsense"} {
		if url, err := p.Start(addr); err == nil {
			t.Errorf("listens at %s", url)
		}
	}
	url, err := p.Start(":0")
	if err != nil || !strings.HasPrefix(url, "https://127.0.0.1:") {
		t.Error(url, err)
	}
	var m WeChatMerchant
	if err := readDeposit(p.dir, WeChat, &m); err != nil || m.BaseURL != url {
		t.Errorf("merchant.json: %q, %v", m.BaseURL, err)
	}
	if _, err := p.Start(""); err == nil {
		t.Error("started twice")
	}
}

// TestDownAndUp pulls the plug and puts it back: refused meanwhile, the same address afterwards.
func TestDownAndUp(t *testing.T) {
	x := open(t, folder(t), newClock())
	x.native("DOWN00000001", 100)
	for range 2 {
		if err := x.p.SetFault(Fault{Kind: FaultDown}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := x.request("GET", "/", "", nil); err == nil {
			t.Fatal("answered while down")
		}
		if err := x.p.SetFault(Fault{}); err != nil {
			t.Fatal(err)
		}
		x.state("DOWN00000001", "NOTPAY")
	}
	if x.p.SetFault(Fault{Kind: "cosmic-rays"}) == nil {
		t.Error("took a fault that does not exist")
	}
}

// TestFaultFitsOpAndCount breaks only what it was told to.
func TestFaultFitsOpAndCount(t *testing.T) {
	x := open(t, folder(t), newClock())
	if err := x.p.SetFault(Fault{Kind: FaultSystemError, Op: OpNative, Count: 2}); err != nil {
		t.Fatal(err)
	}
	x.want(x.query("COUNT0000001"), 404, "ORDER_NOT_EXIST")
	x.want(x.native("COUNT0000001", 1), 500, "SYSTEM_ERROR")
	x.want(x.native("COUNT0000001", 1), 500, "SYSTEM_ERROR")
	x.want(x.native("COUNT0000001", 1), 200, "")
}

// TestPhases holds the order in which whoever cuts power hears of a request.
func TestPhases(t *testing.T) {
	x := open(t, folder(t), newClock())
	heard := make(chan Phase, 10)
	x.p.OnRequest(func(r Heard, phase Phase) {
		if r.N != x.p.Requests() || r.Op != OpCodePay {
			t.Errorf("request %+v", r)
		}
		if a, _ := x.p.Ledger().Order("PHASE0000001"); a.Charges != 1 {
			t.Errorf("%s: %+v: not executed yet", phase, a)
		}
		heard <- phase
	})
	body := x.codepayBody("PHASE0000001", x.code(WeChat), 100)
	if _, _, err := x.request("POST", codepayPath, body, nil); err != nil {
		t.Fatal(err)
	}
	if a, b := <-heard, <-heard; a != BeforeReply || b != AfterReply {
		t.Error(a, b)
	}
	if err := x.p.SetFault(Fault{Kind: FaultLostReply, Count: 1}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := x.request("POST", codepayPath, body, nil); err == nil {
		t.Error("the reply was not lost")
	}
	if err := x.p.Close(); err != nil { // ends every handler
		t.Fatal(err)
	}
	if p := <-heard; p != BeforeReply || len(heard) != 0 {
		t.Error(p, len(heard))
	}
}

// TestCutBeforeReply holds the client's fate in the hook: while it does not return, no answer leaves.
func TestCutBeforeReply(t *testing.T) {
	x := open(t, folder(t), newClock())
	reached, release := make(chan struct{}), make(chan struct{})
	x.p.OnRequest(func(_ Heard, phase Phase) {
		if phase == BeforeReply {
			close(reached)
			<-release
		}
	})
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _, _ = x.request("POST", codepayPath, x.codepayBody("CUT000000001", x.code(WeChat), 100), nil)
	}()
	<-reached
	x.charged("CUT000000001", 1, 100)
	select {
	case <-answered:
		t.Error("answered while the hook held the request")
	default:
	}
	close(release)
	<-answered
}

// TestCloseEndsSlowRequests closes while one request waits out a fault.
func TestCloseEndsSlowRequests(t *testing.T) {
	x := open(t, folder(t), newClock())
	if err := x.p.SetFault(Fault{Kind: FaultSlow, Delay: time.Hour}); err != nil {
		t.Fatal(err)
	}
	got := make(chan error, 1)
	go func() {
		_, _, err := x.request("POST", nativePath, x.nativeBody("SLOW00000001", 1), nil)
		got <- err
	}()
	for x.p.Requests() == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := x.p.Close(); err != nil {
		t.Fatal(err)
	}
	if <-got == nil {
		t.Error("answered after Close")
	}
}

// TestSubscribe hears changes, expiry among them, until it is cancelled.
func TestSubscribe(t *testing.T) {
	p, err := Open(folder(t), Options{Scale: 600}) // a password page of 100 ms
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	heard := make(chan struct{}, 100)
	cancel := p.Subscribe(func() { heard <- struct{}{} })
	ph, _ := p.Phone(WeChat)
	ph.SetBalance(5)
	<-heard
	p.update(func(now time.Time) {
		o := &order{Network: WeChat, No: "SUBSCRIBE001", Kind: kindCode, State: stateUserPaying, Total: 1, Wallet: WeChat, Expires: now.Add(p.scaled(passwordTime))}
		p.state.add(o)
		p.state.Phones[WeChat].Page = p.paymentPage(PagePassword, "请输入支付密码", p.state.Phones[WeChat], o)
	})
	<-heard
	<-heard // by time alone
	if s := ph.Page().State; s != PageExpired {
		t.Error(s)
	}
	cancel()
	ph.SetBalance(6)
	if len(heard) != 0 {
		t.Error("heard after cancelling")
	}
}

// FuzzScan points a phone's camera at anything.
func FuzzScan(f *testing.F) {
	p, err := Open(folder(f), Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = p.Close() })
	p.update(func(now time.Time) {
		p.state.add(&order{Network: WeChat, No: "FUZZ00000001", Kind: kindNative, State: stateNotPay, Total: 1, Expires: now.Add(time.Hour), CodeURL: codeURLPrefix + "abc"})
	})
	ph, _ := p.Phone(WeChat)
	f.Add(codeURLPrefix + "abc")
	f.Add("")
	f.Add("weixin://wxpay/bizpayurl?pr=")
	f.Add("\x00\x1b[2J")
	f.Fuzz(func(t *testing.T, text string) {
		page, err := ph.Scan(text)
		if (err == nil) != (text == codeURLPrefix+"abc") || (err == nil) != (page.State == PageConfirm) {
			t.Errorf("%q: %+v, %v", text, page, err)
		}
	})
}
