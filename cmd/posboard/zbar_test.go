package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An independent decoder reads the codes that customers scan, from the very pictures that the board gives out:
// exactly the code_url that the network issued, on the display and on paper.
func TestZbarReadsTheCodes(t *testing.T) {
	if _, err := exec.LookPath("zbarimg"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("zbarimg is missing: apt-get install zbar-tools")
		}
		t.Skip("zbarimg is missing: apt-get install zbar-tools")
	}
	r := startRun(t, "--addr", "127.0.0.1:0", "--dir", t.TempDir())
	r.post(t, "/keys", "1 2 . 5 OK")
	r.until(t, "/lcd.txt", "▦")

	// The phone opens a payment page only for a code that the network knows: what it read is the code_url.
	var page struct{ State, Scanned string }
	if err := json.Unmarshal([]byte(r.post(t, "/phone", `{"wallet":"wechat","do":"scan-lcd"}`)), &page); err != nil {
		t.Fatal(err)
	}
	if page.State != "confirm" || !strings.HasPrefix(page.Scanned, "weixin://wxpay/bizpayurl?pr=") {
		t.Fatalf("the phone shows %+v", page)
	}
	if got := zbar(t, r.get(t, "/lcd.png")); got != page.Scanned {
		t.Errorf("on the display zbarimg reads %q, the network issued %q", got, page.Scanned)
	}
	r.post(t, "/keys", "MENU")
	r.until(t, "/paper.txt", "NOT A RECEIPT")
	if got := zbar(t, r.get(t, "/paper.png")); got != page.Scanned {
		t.Errorf("on paper zbarimg reads %q, the network issued %q", got, page.Scanned)
	}
}

// zbar decodes the only QR code of a picture.
func zbar(t *testing.T, png string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "picture.png")
	if err := os.WriteFile(path, []byte(png), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "--quiet", "--nodbus", "--raw", path).Output()
	if err != nil {
		t.Errorf("zbarimg: %v", err)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func (r *running) post(t *testing.T, path, body string) string {
	t.Helper()
	resp, err := http.Post(r.url+path, "text/plain", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, path, resp)
}

// until waits until a page of the panel says want.
func (r *running) until(t *testing.T, path, want string) {
	t.Helper()
	limit := time.Now().Add(20 * time.Second)
	for {
		text := r.get(t, path)
		if strings.Contains(text, want) {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%s never said %q:\n%s", path, want, text)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
