package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

func hashOf(record []byte) Head { return sha256.Sum256(record) }

// ParseRecoveryKey returns the shop's recovery key, "age1…": the public half of a pair whose other half stays in the
// shop's safe. Nothing on the terminal can open what was encrypted to it.
func ParseRecoveryKey(s string) (age.Recipient, error) {
	r, err := age.ParseX25519Recipient(s)
	if err != nil { // it would repeat the text, and that may be the secret half
		return nil, errors.New("store: not an age recovery key, which is age1 and 58 characters")
	}
	return r, nil
}

// Backup writes what the journal holds now, encrypted to a recovery key: every record, and the key that proves them, so
// that it opens on another device when this one is gone. Everything may go on meanwhile. What is committed after the
// call is not in it: records never change, so the first n of them are the same at any later time, and no transaction
// has to be kept open for them. The journal is held for at most 64 records at once.
//
// A damaged journal gives no backup, but an error: see [Salvage]. Damage in what is past doesn't stop the selling.
func (j *Journal) Backup(ctx context.Context, w io.Writer, to age.Recipient) (Manifest, error) {
	defer j.hold()()
	s, err := j.source()
	if err != nil {
		return Manifest{}, err
	}
	return s.manifest, s.write(ctx, w, to)
}

// BackupTo writes a backup to the file path, or under its own name into the folder path. The file appears whole or not
// at all: it is written under another name, synced, read back from the medium and then renamed. A backup of the same
// name is replaced.
//
// The journal notes how far it goes, for [Journal.Prune]. If it can't, the file is returned with the error.
func (j *Journal) BackupTo(ctx context.Context, path string, to age.Recipient) (BackupFile, error) {
	defer j.hold()()
	s, err := j.source()
	if err != nil {
		return BackupFile{}, err
	}
	b, err := s.writeTo(ctx, path, to)
	if err != nil {
		return b, err
	}
	if err := j.noteBackup(mark{b.Records, b.Head}); err != nil {
		return b, fmt.Errorf("store: backup to %s is written, and the journal can't note it: %w", b.Path, err)
	}
	return b, nil
}

// source is what a backup is made of.
type source struct {
	manifest Manifest
	id       identity
	key      []byte                                       // the journal's
	anchor   anchor                                       // where it begins
	till     txn.Till                                     // of a damaged journal: after its last record
	copy     func(ctx context.Context, w io.Writer) error // writes the records, each after its length
}

// write writes a backup.
func (s source) write(ctx context.Context, w io.Writer, to age.Recipient) error {
	sealed, err := age.Encrypt(w, to)
	if err != nil {
		return fmt.Errorf("encrypting: %w", err)
	}
	if err := s.clear(ctx, sealed); err != nil {
		return err
	}
	return sealed.Close()
}

// clear writes what a backup encrypts.
func (s source) clear(ctx context.Context, w io.Writer) error {
	if err := writeArchiveHead(w, s); err != nil {
		return err
	}
	return s.copy(ctx, w)
}

// source is the journal as it is now.
func (j *Journal) source() (source, error) {
	if err := rules.CheckTerminal(j.cfg.Terminal); err != nil {
		return source{}, err
	}
	info, err := j.Info()
	if err != nil {
		return source{}, err
	}
	var a anchor
	err = j.read("backup", func(v *view) error {
		if _, a, err = v.bounds(); err != nil || !j.cfg.ReadOnly {
			return err
		}
		p, err := j.pages()
		if err != nil {
			return err
		}
		return v.checkBehind(p)
	})
	if err != nil {
		return source{}, err
	}
	m := Manifest{
		Version: archiveVersion(a), Terminal: j.cfg.Terminal, Incarnation: info.Incarnation, Format: info.Format,
		Created: info.Created, Taken: j.cfg.Now().UTC(), Records: info.Records, Orders: info.Orders, Head: info.Head, Gone: a.records,
	}
	return source{m, j.id, j.secret, a, txn.Till{}, func(ctx context.Context, w io.Writer) error { return j.copyRecords(ctx, w, m, a) }}, nil
}

// copyRecords writes the records that m names. They are checked on the way: a backup of damage would be found out only
// when it is all that is left.
func (j *Journal) copyRecords(ctx context.Context, w io.Writer, m Manifest, a anchor) error {
	head := Head(a.hash)
	var batch bytes.Buffer
	for next := a.records + 1; next <= m.Records; {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch.Reset()
		last := min(m.Records, next+walkBatch-1)
		err := j.aside("backup", func() error {
			return j.view(func(v *view) (err error) {
				head, err = v.copyRecords(&batch, next, last, head)
				return err
			})
		})
		if err != nil {
			return err
		}
		if _, err := w.Write(batch.Bytes()); err != nil {
			return err
		}
		next = last + 1
	}
	if head != m.Head {
		return damagedf("the chain ends with %s and not %s", head.Short(), m.Head.Short())
	}
	return nil
}

// copyRecords adds the records from first to last, which follow on head, to what is written, and returns the head then.
func (v *view) copyRecords(to *bytes.Buffer, first, last uint64, head Head) (Head, error) {
	for seq := first; seq <= last; seq++ {
		b, e, err := v.raw(seq)
		if err != nil {
			return head, err
		}
		if e.previous != head {
			return head, damagedf("record %d doesn't follow the one before it", seq)
		}
		putSized(to, b)
		head = hashOf(b)
	}
	return head, nil
}

// putSized writes a record after its length.
func putSized(to *bytes.Buffer, record []byte) {
	to.Write(binary.BigEndian.AppendUint32(nil, uint32(len(record))))
	to.Write(record)
}

// CheckBackup reads a backup to its end and returns what it holds, if every record's MAC and its place in the chain hold.
// Only a restore also holds the orders against them. It returns [ErrBackup] for anything else, and for an identity that
// opens it not.
func CheckBackup(r io.Reader, identities ...age.Identity) (Manifest, error) {
	clear, err := decrypt(r, identities)
	if err != nil {
		return Manifest{}, err
	}
	return readArchive(clear)
}

func readArchive(clear io.Reader) (Manifest, error) {
	a, err := openArchive(clear)
	if err != nil {
		return Manifest{}, err
	}
	for {
		if _, err := a.next(); errors.Is(err, io.EOF) {
			return a.manifest, nil
		} else if err != nil {
			return a.manifest, err
		}
	}
}

func decrypt(r io.Reader, identities []age.Identity) (io.Reader, error) {
	clear, err := age.Decrypt(r, identities...)
	if none := (*age.NoIdentityMatchError)(nil); errors.As(err, &none) {
		return nil, fmt.Errorf("%w: this identity does not open it: it was encrypted to another recovery key", ErrBackup)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBackup, err)
	}
	return clear, nil
}
