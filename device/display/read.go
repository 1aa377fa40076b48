package display

import (
	"errors"
	"fmt"
	"image"
	"io"
	"os"
)

// ReadFramebuffer reads the picture out of a framebuffer device or of the plain file that stands for one. A
// file shorter than the screen gives ErrShort. The picture is whole if nothing is being drawn meanwhile: a
// reader that wants that listens to the flushes (FramebufferConfig.Notify).
func ReadFramebuffer(cfg FramebufferConfig) (*image.RGBA, error) {
	file, err := os.Open(cfg.Path)
	if err != nil {
		return nil, fmt.Errorf("display: %w", err)
	}
	defer file.Close()
	geo, _, err := probe(file)
	if errors.Is(err, errNotFramebuffer) {
		geo, err = cfg.geometry()
	}
	if err != nil {
		return nil, err
	}
	mem := make([]byte, geo.size())
	switch n, err := io.ReadFull(file, mem); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%w: %s: %d bytes of %d", ErrShort, cfg.Path, n, geo.size())
	case err != nil:
		return nil, fmt.Errorf("display: %w", err)
	}
	return geo.picture(mem), nil
}
