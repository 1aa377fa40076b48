package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"
	"golang.org/x/sys/unix"

	"smartpos/store/internal/rules"
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
func (j *Journal) Backup(ctx context.Context, w io.Writer, to age.Recipient) (Manifest, error) {
	m, err := j.manifest()
	if err != nil {
		return m, err
	}
	return m, j.backup(ctx, w, to, m)
}

func (j *Journal) backup(ctx context.Context, w io.Writer, to age.Recipient, m Manifest) error {
	sealed, err := age.Encrypt(w, to)
	if err != nil {
		return fmt.Errorf("encrypting: %w", err)
	}
	if err := writeArchiveHead(sealed, m, j.id, j.secret); err != nil {
		return err
	}
	if err := j.copyRecords(ctx, sealed, m); err != nil {
		return err
	}
	return sealed.Close()
}

// manifest says what the journal holds.
func (j *Journal) manifest() (Manifest, error) {
	if err := rules.CheckTerminal(j.cfg.Terminal); err != nil {
		return Manifest{}, err
	}
	info, err := j.Info()
	if err != nil {
		return Manifest{}, err
	}
	return Manifest{
		Version: archiveVersion, Terminal: j.cfg.Terminal, Incarnation: info.Incarnation, Format: info.Format,
		Created: info.Created, Taken: j.cfg.Now().UTC(), Records: info.Records, Orders: info.Orders, Head: info.Head,
	}, nil
}

// copyRecords writes the records that m names. They are checked on the way: a backup of damage would be found out only
// when it is all that is left.
func (j *Journal) copyRecords(ctx context.Context, w io.Writer, m Manifest) error {
	head := Head(j.id.hash())
	var batch bytes.Buffer
	for next := uint64(1); next <= m.Records; {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch.Reset()
		err := j.read("backup", func(v *view) error {
			for range walkBatch {
				if next > m.Records {
					return nil
				}
				b, e, err := v.raw(next)
				if err != nil {
					return err
				}
				if e.previous != head {
					return damagedf("record %d doesn't follow the one before it", next)
				}
				batch.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b))))
				batch.Write(b)
				head = hashOf(b)
				next++
			}
			return nil
		})
		if err != nil {
			return err
		}
		if _, err := w.Write(batch.Bytes()); err != nil {
			return err
		}
	}
	if head != m.Head {
		return damagedf("the chain ends with %s and not %s", head.Short(), m.Head.Short())
	}
	return nil
}

// Name returns the name of a backup's file: terminal, incarnation and latest record.
func (m Manifest) Name() string {
	return fmt.Sprintf("smartpos-%s-%s-%08d.age", m.Terminal, m.Incarnation, m.Records)
}

// Pattern matches the names of all backups of a terminal's incarnation.
func (m Manifest) Pattern() string {
	return fmt.Sprintf("smartpos-%s-%s-*.age", m.Terminal, m.Incarnation)
}

// BackupFile is a backup that lies on a medium.
type BackupFile struct {
	Manifest
	Path   string
	Bytes  int64
	SHA256 [32]byte // of the file, as it was read back from the medium
}

// BackupTo writes a backup to the file path, or under its own name into the folder path. The file appears whole or not
// at all: it is written under another name, synced, read back from the medium and then renamed. A backup of the same name is replaced.
func (j *Journal) BackupTo(ctx context.Context, path string, to age.Recipient) (BackupFile, error) {
	m, err := j.manifest()
	if err != nil {
		return BackupFile{}, err
	}
	b, temp := BackupFile{Manifest: m, Path: path}, path+tempSuffix
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		b.Path = filepath.Join(path, m.Name())
		temp = filepath.Join(path, "smartpos-"+m.Terminal+tempSuffix) // always the same: sticks that are pulled out leave one
	}
	err = j.writeBackup(ctx, &b, temp, to)
	if err == nil {
		err = adopt(temp, b.Path)
	}
	if err != nil {
		_ = os.Remove(temp)
		return BackupFile{}, fmt.Errorf("store: backup to %s: %w", path, err)
	}
	return b, nil
}

// writeBackup writes the backup to a file, whole and synced, and reads it back.
func (j *Journal) writeBackup(ctx context.Context, b *BackupFile, path string, to age.Recipient) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_RDWR, fileMode)
	if err != nil {
		return err
	}
	return errors.Join(j.writeAndRead(ctx, b, f, to), f.Close())
}

func (j *Journal) writeAndRead(ctx context.Context, b *BackupFile, f *os.File, to age.Recipient) (err error) {
	written := sha256.New()
	w := bufio.NewWriterSize(io.MultiWriter(f, written), 64<<10)
	if err := j.backup(ctx, w, to, b.Manifest); err != nil {
		return err
	}
	if err := errors.Join(w.Flush(), f.Sync()); err != nil {
		return err
	}
	// A cheap stick says that it has written, and reads back something else; the kernel's memory of it would hide that.
	_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) // only advice
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	again := sha256.New()
	if b.Bytes, err = io.Copy(again, f); err != nil {
		return err
	}
	b.SHA256 = [32]byte(again.Sum(nil))
	if !bytes.Equal(b.SHA256[:], written.Sum(nil)) {
		return errors.New("the medium gives back something else than was written: use another")
	}
	return nil
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
