package display

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
)

// A pngFile is a Backend that keeps a picture file up to date.
type pngFile struct{ path string }

// NewPNG returns a Backend that writes the whole canvas into a PNG file at each flush. The file is replaced
// atomically, so a reader sees the last picture or the new one, never a part; it is not synced to disk.
func NewPNG(path string) Backend { return pngFile{path} }

// Flush implements Backend.
func (p pngFile) Flush(c *Canvas, _ []image.Rectangle) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(p.path), "."+filepath.Base(p.path)+"-*")
	if err != nil {
		return fmt.Errorf("display: png: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("display: png %s: %w", p.path, errors.Join(err, os.Remove(tmp.Name())))
		}
	}()
	out := bufio.NewWriter(tmp)
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	err = encoder.Encode(out, c.RGBA())
	if err = errors.Join(err, out.Flush(), tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), p.path)
}

// Close implements Backend; the picture stays.
func (pngFile) Close() error { return nil }
