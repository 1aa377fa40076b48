package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"smartpos/cmd/internal/board"
	"smartpos/cmd/internal/board/stick"
	"smartpos/store"
)

// stickDo is what somebody does with the USB stick.
func stickDo(ctx context.Context, _ *session, ts *testscript.TestScript, b *board.Board, args []string) error {
	usage := fmt.Errorf("%w: stick plug, pull, pull at N, new [KIND], put FILE, bill NETWORK [half]", errUsage)
	if len(args) == 0 {
		return usage
	}
	do, args := args[0], args[1:]
	switch {
	case do == "plug" && len(args) == 0:
		return b.StickPlug(ctx)
	case do == "pull" && len(args) == 0:
		return b.StickPull(ctx)
	case do == "pull" && len(args) == 2 && args[0] == "at":
		n, err := strconv.Atoi(args[1])
		if err != nil {
			return usage
		}
		return b.StickPullAt(n)
	case do == "new" && len(args) == 0:
		return b.StickNew(ctx, stick.FAT)
	case do == "new" && len(args) == 1:
		return b.StickNew(ctx, stick.Kind(args[0]))
	case do == "put" && len(args) == 1:
		return b.StickPut(ctx, args[0], []byte(ts.ReadFile(args[0])))
	case do == "bill" && (len(args) == 1 || len(args) == 2 && args[1] == "half"):
		return b.BringBill(ctx, args[0], len(args) == 2)
	}
	return usage
}

// expectStick waits until files that match each pattern lie on the stick.
func expectStick(ctx context.Context, s *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	limit, patterns, err := texts(args)
	if err != nil {
		return err
	}
	return s.await(ctx, b, limit, func() error {
		files := b.Stick(ctx).Files
		for _, p := range patterns {
			found := false
			for _, f := range files {
				ok, err := path.Match(p, f.Name)
				if err != nil {
					return fmt.Errorf("%w: %q is no pattern", errUsage, p)
				}
				found = found || ok
			}
			if !found {
				return fmt.Errorf("no %s on the stick; there are %v", p, files)
			}
		}
		return nil
	})
}

// expectBackup opens the backup on the stick with the shop's recovery key, as `pos journal backup -check` does, and counts
// the orders in it.
func expectBackup(ctx context.Context, _ *session, ts *testscript.TestScript, b *board.Board, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%w: expect-backup ORDERS", errUsage)
	}
	want, err := strconv.ParseUint(args[0], 10, 64)
	if err != nil {
		return fmt.Errorf("%w: expect-backup ORDERS: %q is no number", errUsage, args[0])
	}
	key, err := b.RecoveryKey()
	if err != nil {
		return err
	}
	last := ""
	for _, f := range b.Stick(ctx).Files { // sorted: of one journal, the latest is the last
		if path.Ext(f.Name) == ".age" {
			last = f.Name
		}
	}
	if last == "" {
		return errors.New("there is no backup on the stick")
	}
	data, err := b.StickGet(ctx, last)
	if err != nil {
		return err
	}
	m, err := store.CheckBackup(bytes.NewReader(data), key)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", last, err)
	case m.Orders != want || m.Terminal != b.Profile().Terminal.ID:
		return fmt.Errorf("%s holds %d orders of %s, want %d", last, m.Orders, m.Terminal, want)
	}
	ts.Logf("%s: %d records, head %s", last, m.Records, m.Head.Short())
	return nil
}
