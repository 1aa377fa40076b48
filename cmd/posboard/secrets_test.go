package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smartpos/cmd/internal/board"
	"smartpos/device/secret"
	"smartpos/store"
)

// till is a host board with the real firmware, and a customer.
type till struct {
	*testing.T
	b *board.Board
}

func openTill(t *testing.T, dir string) till {
	t.Helper()
	b, err := board.Open(board.Options{Dir: dir, Firmware: binaries.pos, Overrides: []string{"sale.poll_show=100ms", "sale.poll_scan=100ms"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return till{t, b}
}

func (t till) on() {
	t.Helper()
	if err := t.b.PowerOn(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (t till) keys(keys string) {
	t.Helper()
	strokes, err := board.ParseStrokes(keys)
	if err == nil {
		err = t.b.Press(t.Context(), strokes)
	}
	if err != nil {
		t.Fatalf("%s: %v", keys, err)
	}
}

// until waits for a text on the display.
func (t till) until(text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := t.b.Await(ctx, func() bool { return strings.Contains(t.b.DisplayText(), text) }); err != nil {
		t.Fatalf("the display never says %q: %v\n%s", text, err, t.b.DisplayText())
	}
}

func (t till) phone(wallet, do string) board.PhonePage {
	t.Helper()
	page, err := t.b.Phone(t.Context(), board.PhoneRequest{Wallet: wallet, Do: do})
	if err != nil {
		t.Fatalf("phone %s %s: %v", wallet, do, err)
	}
	return page
}

// show has a wallet pay the code on the display, which the digit chooses.
func (t till) show(wallet, digit string) {
	t.Helper()
	t.keys("5 OK")
	t.until("收款码")
	if digit != "" {
		t.keys(digit)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := t.b.Await(ctx, func() bool {
		_, err := t.b.Phone(ctx, board.PhoneRequest{Wallet: wallet, Do: board.DoScanLCD})
		return err == nil
	}); err != nil {
		t.Fatalf("%s never reads a code: %v\n%s", wallet, err, t.b.DisplayText())
	}
	t.phone(wallet, board.DoConfirm)
	t.until("收款成功")
	t.keys("OK")
	t.until("请输入金额")
}

// scan has a wallet pay by its code, which it returns.
func (t till) scan(wallet string) string {
	t.Helper()
	code := t.phone(wallet, board.DoCode).Code
	t.keys("5 SCAN")
	if err := t.b.Scan(t.Context(), code, 10*time.Second); err != nil {
		t.Fatal(err)
	}
	t.until("收款成功")
	t.keys("OK")
	t.until("请输入金额")
	return code
}

// needles are what a secret looks like, wherever it is written: a name for errors, and bytes.
func needles(name string, text []byte) map[string][]byte {
	all := map[string][]byte{}
	add := func(form string, b []byte) { all[name+", "+form] = b }
	forms := func(form string, b []byte) {
		add(form, b)
		add(form+" in hex", []byte(hex.EncodeToString(b)))
		add(form+" in base64", []byte(base64.StdEncoding.EncodeToString(b))[:len(b)])
	}
	block, _ := pem.Decode(text)
	if block == nil {
		forms("raw", bytes.TrimSpace(text))
		return all
	}
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) == 64 {
			add("a line of its PEM "+string(line[:6]), line[8:40]) // not its beginning, which the kind of key has in common
		}
	}
	forms("its key", block.Bytes[len(block.Bytes)-32:])
	return all
}

// files are the contents of all files below dir, save those in the folders that are left out.
func files(t *testing.T, dir string, but ...string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, name)
		for _, b := range but {
			if rel == b {
				return fs.SkipDir
			}
		}
		if err == nil && d.Type().IsRegular() {
			all[rel], err = os.ReadFile(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// merchantSecrets are what the merchant got from the networks and must keep to itself.
func merchantSecrets(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, name := range []string{
		"wechat/apiclient_key.pem", "wechat/apiv3.key", "alipay/app_private_key.pem", "unionpay/acp_sign_key.pem", "aggregator/merchant_key.pem",
	} {
		text, err := os.ReadFile(filepath.Join(dir, board.SandboxDir, name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = text
	}
	return all
}

// A day with every network, faults and a power cut, and then every byte that the terminal left behind: no key of the
// merchant's, no secret of the board, no payment code is in it.
func TestNothingSecretShows(t *testing.T) {
	dir := t.TempDir()
	s := openTill(t, dir)
	s.on()
	s.until("请输入金额")
	s.show("wechat", "")
	s.show("alipay", "2")
	s.show("unionpay", "3")
	s.show("alipay", "4")
	secrets := merchantSecrets(t, dir)
	for _, wallet := range []string{"wechat", "alipay", "unionpay"} {
		secrets["payment code of "+wallet] = []byte(s.scan(wallet))
	}
	if err := s.b.Break(board.Faults{Network: "mis-signed"}); err != nil {
		t.Fatal(err)
	}
	s.keys("5 OK")
	s.until("收款码")
	if err := errors.Join(s.b.PowerCut(), s.b.Break(board.Faults{Network: board.FaultOK})); err != nil {
		t.Fatal(err)
	}
	s.on()
	s.until("请输入金额")

	device, err := os.ReadFile(filepath.Join(dir, "secret", "device.secret"))
	if err != nil {
		t.Fatal(err)
	}
	secrets["device secret"] = device
	if secrets["journal's key"], err = s.b.JournalKey(); err != nil {
		t.Fatal(err)
	}
	left := map[string][]byte{
		"log": []byte(s.b.Log(1 << 20)), "paper": s.b.Paper().Raw(), "paper's text": []byte(s.b.Paper().Text()), "display": []byte(s.b.DisplayText()),
	}
	if err := s.b.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range files(t, dir, board.SandboxDir, "secret") {
		left[name] = text
	}
	for _, want := range []string{"profile.toml", "keys.sealed", "pos.log", "data/journal.db", "data/events.log"} {
		if len(left[want]) == 0 {
			t.Errorf("there is no %s to search", want)
		}
	}
	search := func(in map[string][]byte) (hits []string) {
		for name, text := range secrets {
			for what, needle := range needles(name, text) {
				for where, hay := range in {
					if bytes.Contains(hay, needle) {
						hits = append(hits, what+" in "+where)
					}
				}
			}
		}
		return hits
	}
	for _, hit := range search(left) {
		t.Error(hit)
	}
	if hits := search(files(t, filepath.Join(dir, board.SandboxDir))); len(hits) < 5 {
		t.Errorf("the search does not even find what lies there in clear: %v", hits)
	}
}

// The data of one board in another open nothing: the terminal says why it does not sell, and leaves them as they are.
func TestDataInAnotherBoard(t *testing.T) {
	ours, theirs := t.TempDir(), t.TempDir()
	s := openTill(t, ours)
	s.on()
	s.show("wechat", "")
	if err := s.b.Close(); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(ours, "data")
	before := files(t, data)

	there := filepath.Join(theirs, "data")
	keys := os.DirFS(filepath.Join(ours, board.SandboxDir)) // the same merchant: making its keys takes long
	if err := errors.Join(os.CopyFS(filepath.Join(theirs, board.SandboxDir), keys), os.Rename(data, there)); err != nil {
		t.Fatal(err)
	}
	s = openTill(t, theirs)
	s.on()
	s.until("密钥不符")
	s.until("停止收款")
	s.keys("5 OK")
	s.until("密钥不符")
	if err := s.b.Close(); err != nil {
		t.Fatal(err)
	}
	after := files(t, there)
	for name := range after {
		if name == "events.log" { // where it says so
			if !bytes.HasPrefix(after[name], before[name]) || !bytes.Contains(after[name], []byte(`"halted"`)) {
				t.Error("the event log was changed, or does not say why nothing is sold")
			}
		} else if !bytes.Equal(before[name], after[name]) {
			t.Errorf("%s was changed", name)
		}
	}

	if err := os.Rename(there, data); err != nil {
		t.Fatal(err)
	}
	s = openTill(t, ours)
	s.on()
	s.until("请输入金额")
	s.keys("MENU 1") // the sale is there
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.b.Await(ctx, func() bool { return strings.Contains(s.b.Paper().Text(), "重打印") }); err != nil {
		t.Errorf("the receipt is not printed again: %v\n%s", err, s.b.DisplayText())
	}
}

// A board from before it had a secret goes on with its journal.
func TestBoardFromBefore(t *testing.T) {
	dir := t.TempDir()
	j, err := store.Open(filepath.Join(dir, "data"), store.Config{Terminal: "T0000001"})
	if err == nil {
		err = j.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	s := openTill(t, dir)
	s.on()
	s.until("请输入金额")
	s.show("wechat", "")
	b, err := secret.Load(filepath.Join(dir, "keys.sealed"), secret.File(filepath.Join(dir, "secret", "device.secret")))
	if err != nil || b["journal.device_key"].IsZero() {
		t.Errorf("%v, %v", b.Names(), err)
	}
}
