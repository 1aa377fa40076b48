package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.etcd.io/bbolt"

	"smartpos/cmd/internal/board"
	"smartpos/store"
)

// damages are what a bad disk can do to a journal. The names of its buckets are those of docs/journal.md.
var damages = map[string]func(path string) error{"index": dropIndex, "record": flipRecord}

func damage(_ context.Context, s *session, _ *testscript.TestScript, b *board.Board, args []string) error {
	if s.cfg.Image != nil {
		return fmt.Errorf("%w: damage is for the host, write [host] before it", errUsage)
	}
	if len(args) != 1 || damages[args[0]] == nil {
		return fmt.Errorf("%w: damage index|record", errUsage)
	}
	if b.Power().State == board.PowerOn {
		return errors.New("damage: the power is on; cut it first")
	}
	p := b.Profile()
	return damages[args[0]](filepath.Join(p.Path(p.Data), store.FileName))
}

// openBolt opens the journal as any bbolt file.
func openBolt(path string) (*bbolt.DB, error) {
	return bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
}

func dropIndex(path string) error {
	db, err := openBolt(path)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("pending")) })
	return errors.Join(err, db.Close())
}

// flipRecord changes a bit of the latest record, in every copy that lies in the file: one that holds would be found.
func flipRecord(path string) error {
	db, err := openBolt(path)
	if err != nil {
		return err
	}
	var mac []byte
	err = db.View(func(tx *bbolt.Tx) error {
		_, value := tx.Bucket([]byte("records")).Cursor().Last()
		if len(value) < 32 {
			return errors.New("damage: there is no record yet")
		}
		mac = bytes.Clone(value[len(value)-32:])
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for i := bytes.Index(file, mac); i >= 0; i = bytes.Index(file, mac) {
		file[i] ^= 1
	}
	return os.WriteFile(path, file, 0o600)
}
