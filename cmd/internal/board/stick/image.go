package stick

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

const (
	sector     = 512
	firstPart  = 2048 // sector where the partition begins, as everywhere
	imageSize  = 64 << 20
	fullSize   = 2 << 20
	noiseSize  = 1 << 20
	fat32Type  = 0x0c
	partTable  = 446
	markOfBoot = 0xaa55
)

// Image is a stick that is an image in a file.
type Image string

// New implements [Stick].
func (i Image) New(ctx context.Context, kind Kind) error {
	size := int64(imageSize)
	switch kind {
	case FAT, Protected:
	case Full:
		size = fullSize
	case Noise:
		noise := make([]byte, noiseSize)
		chance := rand.NewChaCha8([32]byte{1})
		_, _ = chance.Read(noise) // never fails
		return os.WriteFile(string(i), noise, 0o600)
	default:
		return fmt.Errorf("%w: %q; there are %v", ErrKind, kind, Kinds)
	}
	if err := i.partition(size); err != nil {
		return err
	}
	args := []string{"-n", "STICK", fmt.Sprintf("--offset=%d", firstPart)}
	if kind != Full {
		args = append(args, "-F", "32")
	}
	blocks := size/1024 - firstPart*sector/1024
	if _, err := tool(ctx, "mkfs.vfat", append(args, string(i), fmt.Sprint(blocks))...); err != nil {
		return err
	}
	if kind == Full {
		return i.fill(ctx)
	}
	return nil
}

// partition makes an empty image with a partition table of one partition.
func (i Image) partition(size int64) error {
	f, err := os.OpenFile(string(i), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	table := make([]byte, sector)
	entry := table[partTable:]
	entry[4] = fat32Type
	binary.LittleEndian.PutUint32(entry[8:], firstPart)
	binary.LittleEndian.PutUint32(entry[12:], uint32(size/sector-firstPart))
	binary.LittleEndian.PutUint16(table[510:], markOfBoot)
	_, err = f.WriteAt(table, 0)
	return errors.Join(err, f.Truncate(size), f.Close())
}

// fill leaves no room: files of one size until none fits, then smaller ones.
func (i Image) fill(ctx context.Context) error {
	n := 0
	for size := fullSize / 2; size >= sector; size /= 2 {
		for {
			n++
			if err := i.Put(ctx, fmt.Sprintf("FILLER%d", n), make([]byte, size)); err != nil {
				break
			}
		}
	}
	return ctx.Err()
}

// drive names the partition to mtools.
func (i Image) drive() []string {
	return []string{"-i", fmt.Sprintf("%s@@%d", string(i), firstPart*sector)}
}

// Put implements [Stick].
func (i Image) Put(ctx context.Context, name string, data []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	if dir := path.Dir(name); dir != "." {
		if _, err := tool(ctx, "mdir", append(i.drive(), "-b", "::"+dir)...); err != nil {
			if _, err := tool(ctx, "mmd", append(i.drive(), "::"+dir)...); err != nil {
				return err
			}
		}
	}
	return i.copyIn(ctx, name, data)
}

func (i Image) copyIn(ctx context.Context, name string, data []byte) error {
	temp, err := os.MkdirTemp("", "stick")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	file := filepath.Join(temp, "file")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return err
	}
	_, err = tool(ctx, "mcopy", append(i.drive(), "-o", file, "::"+name)...)
	return err
}

// Get implements [Stick].
func (i Image) Get(ctx context.Context, name string) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	data, err := tool(ctx, "mtype", append(i.drive(), "::"+name)...)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFile, name, err)
	}
	return data, nil
}

// List implements [Stick].
func (i Image) List(ctx context.Context) ([]File, error) {
	temp, err := os.MkdirTemp("", "stick")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	if out, err := tool(ctx, "mdir", append(i.drive(), "-b", "-a", "::")...); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	} else if len(bytes.TrimSpace(out)) == 0 {
		return nil, nil
	}
	if _, err := tool(ctx, "mcopy", append(i.drive(), "-s", "-n", "::*", temp)...); err != nil {
		return nil, err
	}
	return listTree(temp)
}

// tool runs one of dosfstools' or mtools' programs, and returns what it says.
func tool(ctx context.Context, name string, args ...string) ([]byte, error) {
	file, err := exec.LookPath(name)
	if err != nil {
		file = filepath.Join("/usr/sbin", name)
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("there is no %s here: install dosfstools and mtools", name)
		}
	}
	cmd := exec.CommandContext(ctx, file, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "MTOOLS_SKIP_CHECK=1")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(said.String()))
	}
	return out, nil
}
