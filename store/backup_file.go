package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"
	"golang.org/x/sys/unix"
)

// ErrMedium is returned for a backup that a medium has not kept.
var ErrMedium = errors.New("the medium gives back something else than was written: use another")

// BackupFile is a backup that lies on a medium.
type BackupFile struct {
	Manifest
	Path   string
	Bytes  int64
	SHA256 [32]byte // of the file, as it was read back from the medium
}

// Name returns the name of a backup's file: terminal, incarnation and latest record, and of a pruned journal before that
// the first.
func (m Manifest) Name() string {
	if m.Gone > 0 {
		return fmt.Sprintf("%s%08d-%08d.age", m.stem(), m.Gone+1, m.Records)
	}
	return fmt.Sprintf("%s%08d.age", m.stem(), m.Records)
}

// stem begins the names of all backups of a terminal's incarnation.
func (m Manifest) stem() string { return fmt.Sprintf("smartpos-%s-%s-", m.Terminal, m.Incarnation) }

// writeTo writes a backup to a file or into a folder.
func (s source) writeTo(ctx context.Context, path string, to age.Recipient) (BackupFile, error) {
	b, temp := BackupFile{Manifest: s.manifest, Path: path}, path+tempSuffix
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		b.Path = filepath.Join(path, s.manifest.Name())
		temp = filepath.Join(path, "smartpos-"+s.manifest.Terminal+tempSuffix) // always the same: sticks that are pulled out leave one
	}
	err := s.writeFile(ctx, &b, temp, to)
	if err == nil {
		err = adopt(temp, b.Path)
	}
	if err != nil {
		_ = os.Remove(temp)
		return BackupFile{}, fmt.Errorf("store: backup to %s: %w", path, err)
	}
	return b, nil
}

func (s source) writeFile(ctx context.Context, b *BackupFile, path string, to age.Recipient) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_RDWR, fileMode)
	if err != nil {
		return err
	}
	return errors.Join(s.writeAndRead(ctx, b, f, to), f.Close())
}

// writeAndRead writes a backup and reads it back.
func (s source) writeAndRead(ctx context.Context, b *BackupFile, f *os.File, to age.Recipient) (err error) {
	written := sha256.New()
	w := bufio.NewWriterSize(io.MultiWriter(io.NewOffsetWriter(f, 0), written), 64<<10)
	if err := s.write(ctx, w, to); err != nil {
		return err
	}
	if err := errors.Join(w.Flush(), f.Sync()); err != nil {
		return err
	}
	// A cheap stick says that it has written, and reads back something else; the kernel's memory of it would hide that.
	_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) // only advice
	again := sha256.New()
	if b.Bytes, err = io.Copy(again, f); err != nil {
		return err
	}
	b.SHA256 = [32]byte(again.Sum(nil))
	if !bytes.Equal(b.SHA256[:], written.Sum(nil)) {
		return ErrMedium
	}
	return nil
}
