package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smartpos/txn/pay/paynet"
)

// asPos has the test's binary run as the firmware.
const asPos = "SMARTPOS_TEST_AS_POS"

func TestMain(m *testing.M) {
	if os.Getenv(asPos) != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// listening lists the sockets on which a process would take what somebody sends unasked: TCP and Unix sockets that
// listen, UDP sockets without a peer, raw sockets.
func listening(pid int) (open []string, err error) {
	own := map[string]bool{}
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return nil, err
	}
	for _, fd := range fds {
		if target, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, fd.Name())); err == nil {
			if inode, ok := strings.CutPrefix(target, "socket:["); ok {
				own[strings.TrimSuffix(inode, "]")] = true
			}
		}
	}
	const (
		tcpListen  = "0A"
		noPeer     = "07"       // of UDP: unconnected
		unixAccept = "00010000" // __SO_ACCEPTCON
	)
	for table, is := range map[string]func(f []string) bool{
		"tcp": func(f []string) bool { return f[3] == tcpListen && own[f[9]] }, "tcp6": func(f []string) bool { return f[3] == tcpListen && own[f[9]] },
		"udp": func(f []string) bool { return f[3] == noPeer && own[f[9]] }, "udp6": func(f []string) bool { return f[3] == noPeer && own[f[9]] },
		"raw": func(f []string) bool { return own[f[9]] }, "raw6": func(f []string) bool { return own[f[9]] },
		"unix": func(f []string) bool { return f[3] == unixAccept && own[f[6]] },
	} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			continue // a kernel without that kind
		}
		for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			if f := strings.Fields(line); i > 0 && len(f) > 6 && (table == "unix" || len(f) > 9) && is(f) {
				open = append(open, table+" "+line)
			}
		}
	}
	return open, nil
}

// The terminal asks, and nobody can ask it: while it runs, with a network to pay in and keys pressed, the firmware has
// no socket that listens.
func TestNothingListens(t *testing.T) {
	dir := t.TempDir()
	sandbox, err := paynet.Open(dir, paynet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer sandbox.Close()
	if _, err := sandbox.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if open, err := listening(os.Getpid()); err != nil || len(open) == 0 {
		t.Fatalf("the sandbox listens, and this test does not see it: %v, %v", open, err)
	}
	unconnected, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if open, _ := listening(os.Getpid()); !strings.Contains(strings.Join(open, "\n"), "udp ") {
		t.Fatalf("a UDP socket takes what comes, and this test does not see it: %v", open)
	}
	unconnected.Close()

	m := sandbox.WeChatMerchant()
	path := filepath.Join(dir, "profile.toml")
	text := minimal + fmt.Sprintf("[networks.wechat]\nbase_url = %q\nca = %q\nmerchant_id = %q\napp_id = %q\nserial = %q\nprivate_key = %q\n"+
		"api_v3_key = %q\npublic_key_id = %q\npublic_key = %q\nnotify_url = %q\n",
		m.BaseURL, m.CA, m.MerchantID, m.AppID, m.Serial, m.PrivateKey, m.APIv3Key, m.PublicKeyID, m.PublicKey, m.NotifyURL)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-profile", path)
	cmd.Env = append(os.Environ(), asPos+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	keys, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	watchWhileItSells(t, cmd.Process.Pid, sandbox, func(text string) { _, _ = keys.Write([]byte(text)) })
	keys.Close() // it ends with its keyboard
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, stderr.String())
	}
}

// watchWhileItSells presses the keys of a sale, and looks at the sockets until some time after its order has reached the
// network.
func watchWhileItSells(t *testing.T, pid int, sandbox *paynet.Paynet, press func(string)) {
	t.Helper()
	var asked time.Time
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		open, err := listening(pid)
		if err != nil || len(open) > 0 {
			t.Errorf("it listens: %v, %v", open, err)
			return
		}
		switch {
		case len(sandbox.Ledger().Orders) == 0:
			press("5\r")
			time.Sleep(500 * time.Millisecond) // more than sale.reaction: who types on has not seen the screen
		case asked.IsZero():
			asked = time.Now()
		case time.Since(asked) > time.Second:
			return
		}
	}
	t.Error("no order reached the network")
}
