package stick

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// Kind is what a new stick holds.
type Kind string

// The kinds.
const (
	FAT       Kind = "fat"       // an empty file system
	Full      Kind = "full"      // one without room
	Protected Kind = "protected" // an empty one that takes no writes
	Noise     Kind = "noise"     // no file system at all
)

// Kinds are all of them.
var Kinds = []Kind{FAT, Full, Protected, Noise}

var (
	// ErrKind is returned for a kind that there is not, or not of this stick.
	ErrKind = errors.New("stick: no such kind")
	// ErrName is returned for a file's name that a stick does not take.
	ErrName = errors.New("stick: no name of a file")
	// ErrFile is returned for a file that is not there, or of a stick that holds none.
	ErrFile = errors.New("stick: no such file")
)

// File is a file on a stick.
type File struct {
	Name string `json:"name"` // with its folders, by slashes
	Size int64  `json:"size"`
}

// Stick is a USB stick. Its methods are not for several goroutines, and for a stick that is not in a terminal; List and
// Get may also look at one that is in and at rest.
type Stick interface {
	// New makes it another one.
	New(ctx context.Context, kind Kind) error
	// Put puts a file on it, and makes its folder. It returns [ErrName].
	Put(ctx context.Context, name string, data []byte) error
	// Get returns a file's contents, or [ErrFile].
	Get(ctx context.Context, name string) ([]byte, error)
	// List returns its files, sorted.
	List(ctx context.Context) ([]File, error)
}

var fileName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

func checkName(name string) error {
	parts := strings.Split(name, "/")
	for _, p := range parts {
		if !fileName.MatchString(p) || strings.Trim(p, ".") == "" {
			return fmt.Errorf("%w: %.80q: letters, digits, dots, _ and -", ErrName, name)
		}
	}
	if len(parts) > 2 {
		return fmt.Errorf("%w: %.80q: one folder is all that anybody needs", ErrName, name)
	}
	return nil
}

// Folder is a stick that is a folder.
type Folder string

// New implements [Stick]. A folder is a FAT and nothing else.
func (f Folder) New(_ context.Context, kind Kind) error {
	if kind != FAT {
		return fmt.Errorf("%w: %q: this terminal is a process and mounts nothing; there is %s", ErrKind, kind, FAT)
	}
	return errors.Join(os.RemoveAll(string(f)), os.MkdirAll(string(f), 0o755))
}

// Put implements [Stick].
func (f Folder) Put(_ context.Context, name string, data []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	file := filepath.Join(string(f), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

// Get implements [Stick].
func (f Folder) Get(_ context.Context, name string) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(string(f), filepath.FromSlash(name)))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrFile, name)
	}
	return data, err
}

// List implements [Stick].
func (f Folder) List(context.Context) ([]File, error) { return listTree(string(f)) }

// listTree lists the files below a folder.
func listTree(dir string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		files = append(files, File{Name: path.Clean(filepath.ToSlash(rel)), Size: info.Size()})
		return err
	})
	return files, err
}
