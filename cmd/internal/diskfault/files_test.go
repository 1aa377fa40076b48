package diskfault

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smartpos/cmd/internal/daybook"
	"smartpos/device/secret"
	"smartpos/txn"
	"smartpos/txn/pay"
)

// keysName is a sealed file, as a profile names it.
const keysName = "keys.sealed"

// seal seals a value into the file in dir, for the board whose secret lies elsewhere.
func seal(dir, board, value string) {
	say(secret.Save(filepath.Join(dir, keysName), secret.File(board), secret.Bundle{"networks.wechat.api_v3_key": secret.NewValue([]byte(value))}))
}

// The sealed file of keys is the old one or the new one, whatever fails while it is replaced.
func TestEverySealStepFails(t *testing.T) {
	notInShort(t)
	board := filepath.Join(t.TempDir(), "device.secret")
	store, err := secret.NewFile(board)
	if err != nil {
		t.Fatal(err)
	}
	const before, after = "the old key of this shop's merchant", "the new key of this shop's merchant"
	everyStep(t, []string{"fsync the folder"}, func(dir string) []string {
		old := secret.Bundle{"networks.wechat.api_v3_key": secret.NewValue([]byte(before))}
		if err := secret.Save(filepath.Join(dir, keysName), store, old); err != nil {
			t.Fatal(err)
		}
		return []string{"seal", dir, board, after}
	}, func(dir, said string) error {
		b, err := secret.Load(filepath.Join(dir, keysName), store)
		if err != nil {
			return err
		}
		got := string(b["networks.wechat.api_v3_key"].Reveal())
		if got != after && (got != before || strings.HasPrefix(said, saysDone)) {
			return fmt.Errorf("the file holds %q", got)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, keysName+"?*")); len(left) > 0 && strings.HasPrefix(said, saysDone) {
			return fmt.Errorf("left behind: %v", left)
		}
		return nil
	})
}

// reconcileDay reconciles a day whose sale stands on the next day's bill, which the file in dir is to keep.
func reconcileDay(dir, day string) {
	at, err := time.ParseInLocation(time.DateOnly, day, txn.BusinessZone)
	if err != nil {
		say(err)
		return
	}
	say(deskOf(dir, at).Reconcile(context.Background(), at).Carry)
}

func deskOf(dir string, day time.Time) *daybook.Desk {
	late := day.Add(24*time.Hour - 2*time.Second)
	return &daybook.Desk{
		Networks: []daybook.Network{{ID: txn.WeChat, Merchant: "1900000001"}},
		Orders: func(fn func(txn.Order) error) error {
			return fn(txn.Order{
				No: "T1", Sale: "T1", Network: txn.WeChat, Method: txn.Show, Amount: txn.Yuan(100), State: txn.Paid, Created: late, PaidAt: late,
			})
		},
		Bill: func(context.Context, txn.NetworkID, time.Time) (pay.BillAnswer, error) {
			return pay.BillAnswer{Status: txn.StatusNotFound}, nil
		},
		Carry: filepath.Join(dir, daybook.CarryName),
	}
}

// What a day's reconciling hands on to the next is the old file or the new one, whatever fails while it is replaced.
func TestEveryCarryStepFails(t *testing.T) {
	notInShort(t)
	first := time.Date(2026, 3, 1, 0, 0, 0, 0, txn.BusinessZone)
	everyStep(t, []string{"fsync " + daybook.CarryName + ".new", "fsync the folder"}, func(dir string) []string {
		if err := deskOf(dir, first).Reconcile(t.Context(), first).Carry; err != nil {
			t.Fatal(err)
		}
		return []string{"reconcile", dir, "2026-03-02"}
	}, func(dir, said string) error {
		text, err := os.ReadFile(filepath.Join(dir, daybook.CarryName))
		if err != nil {
			return err
		}
		done := strings.HasPrefix(said, saysDone)
		if !json.Valid(text) || !strings.Contains(string(text), "2026-03-01") || done && !strings.Contains(string(text), "2026-03-02") {
			return fmt.Errorf("the file holds %.300q", text)
		}
		return nil
	})
}
