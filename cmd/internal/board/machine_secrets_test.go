package board_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smartpos/cmd/internal/board"
)

// journalOf is the journal on a board's data disk, with the power off.
func journalOf(t *testing.T, b *board.Board) []byte {
	t.Helper()
	dir, remove, err := b.Data(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := remove(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := os.Stat(filepath.Join(dir, "device.key")); err == nil {
		t.Error("a key lies beside the journal")
	}
	journal, err := os.ReadFile(filepath.Join(dir, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	return journal
}

// The data disk of one board in another opens nothing, and its journal stays as it is; at home it goes on.
func TestMachineDataInAnotherBoard(t *testing.T) {
	image := images.arch(t, "arm64")
	home := machine(t, image)
	on(t, home)
	sell(t, home, "7")
	if err := home.PowerCut(); err != nil {
		t.Fatal(err)
	}
	before := journalOf(t, home)

	other := machine(t, image)
	copyDisk(t, filepath.Join(other.Dir(), "data.ext4"), filepath.Join(home.Dir(), "data.ext4"))
	on(t, other)
	displays(t, other, "停止收款", "密钥不符")
	if err := other.PowerCut(); err != nil {
		t.Fatal(err)
	}
	if after := journalOf(t, other); !bytes.Equal(before, after) {
		t.Error("the journal was changed")
	}

	copyDisk(t, filepath.Join(home.Dir(), "data.ext4"), filepath.Join(other.Dir(), "data.ext4"))
	on(t, home)
	displays(t, home, "请输入金额")
	press(t, home, "MENU 1")
	await(t, home, "the receipt of before", func() bool {
		return strings.Contains(home.Paper().Text(), "重打印") && strings.Contains(home.Paper().Text(), "7.00")
	})
}

func copyDisk(t *testing.T, to, from string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Error(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
