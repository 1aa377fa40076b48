package secret

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Save seals the secrets into the file path, mode 0600. A cut at any point leaves the old file or the new one.
func Save(path string, s Store, b Bundle) error {
	file, err := Seal(s, b)
	if err != nil {
		return err
	}
	return writeFile(path, file, 0o600)
}

// Load opens the sealed file path. Beside [Open]'s errors it returns the file system's.
func Load(path string, s Store) (Bundle, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, err
	}
	b, err := Open(s, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

// writeFile writes a whole file under its name or nothing: a new file beside it, synced, renamed, the folder synced.
func writeFile(path string, text []byte, mode os.FileMode) error {
	dir := filepath.Dir(path)
	temp, err := os.CreateTemp(dir, filepath.Base(path)+".new*") // mode 0600 from its first moment
	if err != nil {
		return err
	}
	_, err = temp.Write(text)
	if err = errors.Join(err, temp.Chmod(mode), temp.Sync(), temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
