package display

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"golang.org/x/sys/unix"
)

// FramebufferConfig says what to draw on.
type FramebufferConfig struct {
	// Path is a framebuffer device, or a plain file that stands for one and is created to size.
	Path string
	// Width, Height, Format and Stride (bytes from row to row; 0 means without a gap) describe a plain file.
	// A device describes itself.
	Width, Height int
	Format        Format
	Stride        int
	// Notify is the unix socket that is told of each flush, "" for none; see Framebuffer.Flush.
	Notify string
}

// geometry is what the configuration says.
func (cfg FramebufferConfig) geometry() (geometry, error) {
	g := geometry{width: cfg.Width, height: cfg.Height, stride: cfg.Stride, format: cfg.Format}
	if g.format == "" {
		g.format = XRGB8888
	}
	if g.stride == 0 {
		g.stride = g.width * g.format.bytes()
	}
	if err := g.check(); err != nil {
		return g, fmt.Errorf("%s: %w", cfg.Path, err)
	}
	return g, nil
}

// ErrShort is returned when the memory behind a framebuffer is, or has become, shorter than the screen.
var ErrShort = errors.New("display: framebuffer too short for the screen")

// A Framebuffer is a Backend that writes into a mapped framebuffer device, or into a plain file by the very
// same code.
type Framebuffer struct {
	file   *os.File
	geo    geometry
	mem    []byte
	device bool
	notify *notifier // nil: nobody to tell
}

// OpenFramebuffer maps the framebuffer. A plain file is created where it is missing and brought to size,
// except under /dev: there a missing node is a missing driver and stays an error.
func OpenFramebuffer(cfg FramebufferConfig) (*Framebuffer, error) {
	file, err := openNode(cfg.Path)
	if err != nil {
		return nil, fmt.Errorf("display: %w", err)
	}
	f := &Framebuffer{file: file}
	if err := f.mapMemory(cfg); err != nil {
		file.Close()
		return nil, err
	}
	if cfg.Notify != "" {
		f.notify = &notifier{path: cfg.Notify, limit: notifyLimit, pause: notifyPause}
	}
	return f, nil
}

// openNode opens a device node or a plain file, creating the latter.
func openNode(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if !errors.Is(err, fs.ErrNotExist) || underDev(path) {
		return file, err
	}
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
}

// underDev reports whether path is where device nodes are, shared memory apart.
func underDev(path string) bool {
	path = filepath.Clean(path)
	return strings.HasPrefix(path, "/dev/") && !strings.HasPrefix(path, "/dev/shm/")
}

// mapMemory finds the geometry out and maps the memory.
func (f *Framebuffer) mapMemory(cfg FramebufferConfig) error {
	geo, length, err := probe(f.file)
	switch {
	case err == nil:
		f.device = true
	case errors.Is(err, errNotFramebuffer):
		if geo, err = cfg.geometry(); err != nil {
			return err
		}
		if length, err = geo.size(), bringToSize(f.file, geo.size()); err != nil {
			return err
		}
	default:
		return err
	}
	f.geo = geo
	f.mem, err = unix.Mmap(int(f.file.Fd()), 0, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("display: %s: mmap of %d bytes: %w", f.file.Name(), length, err)
	}
	return nil
}

// bringToSize gives a plain file its size.
func bringToSize(file *os.File, size int) error {
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("display: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("display: %s: neither a framebuffer nor a plain file", file.Name())
	}
	if info.Size() == int64(size) {
		return nil
	}
	if err := file.Truncate(int64(size)); err != nil {
		return fmt.Errorf("display: %w", err)
	}
	return nil
}

// Bounds is the visible screen.
func (f *Framebuffer) Bounds() image.Rectangle { return image.Rect(0, 0, f.geo.width, f.geo.height) }

// Flush writes the changed rectangles; what is beyond the screen is cut off. Where the configuration names a
// socket, Flush then tells its listener and waits for the acknowledgement, so that the listener can take the
// picture while nothing is being drawn. A listener that is absent, slow or dead costs at most 200 ms now and
// then and is no error: a sale never waits for who watches.
func (f *Framebuffer) Flush(c *Canvas, changed []image.Rectangle) error {
	if f.mem == nil {
		return fmt.Errorf("display: %s: flush: %w", f.file.Name(), os.ErrClosed)
	}
	if !f.device {
		info, err := f.file.Stat()
		if err != nil {
			return fmt.Errorf("display: %w", err)
		}
		if info.Size() < int64(f.geo.size()) {
			return fmt.Errorf("%w: %s: %d bytes of %d", ErrShort, f.file.Name(), info.Size(), f.geo.size())
		}
	}
	if err := f.write(c, changed); err != nil {
		return err
	}
	if f.notify != nil {
		f.notify.tell()
	}
	return nil
}

// write copies the rectangles. A file cut short between the check and the copy makes the copy fault: the
// kernel's signal becomes an error.
func (f *Framebuffer) write(c *Canvas, changed []image.Rectangle) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }: // what a memory fault panics with
			err = fmt.Errorf("%w: %s was cut while it was written", ErrShort, f.file.Name())
		default:
			panic(fault)
		}
	}()
	for _, r := range changed {
		f.geo.put(f.mem, c, r)
	}
	return nil
}

// Close unmaps the memory; the picture stays. A second Close does nothing.
func (f *Framebuffer) Close() error {
	if f.mem == nil {
		return nil
	}
	err := unix.Munmap(f.mem)
	f.mem = nil
	if f.notify != nil {
		f.notify.close()
	}
	return errors.Join(err, f.file.Close())
}
