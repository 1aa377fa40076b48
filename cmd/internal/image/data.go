package image

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"smartpos/device/boot"
)

// ErrData is returned when a partition can't be made.
var ErrData = errors.New("image: partition")

// Features of the file systems, all named: the defaults differ from one machine's /etc/mke2fs.conf to the next. What
// is only read has no journal.
const (
	readFeatures = "none,ext_attr,dir_index,filetype,extent,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize," +
		"metadata_csum"
	dataFeatures = readFeatures + ",has_journal"
)

// settingsSize is that of the settings' medium in bytes: a profile, a catalogue and some keys.
const settingsSize = 4 << 20

// Partition is a file system to make.
type Partition struct {
	Out   string    // file
	From  string    // folder whose files it holds; "" for none
	Label string    // of the file system, at most 16 bytes
	Seed  string    // its identifiers are derived from
	Size  int64     // bytes
	Read  bool      // it is only read: no journal
	Epoch time.Time // every time stamp
}

// Make makes an ext4 in the file p.Out, the same bytes for the same inputs.
func (p Partition) Make(ctx context.Context) error {
	mke2fs, err := findTool("mke2fs")
	if err != nil {
		return err
	}
	stage, err := os.MkdirTemp("", "smartpos-data-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	names, err := copyTree(stage, p.From, p.Epoch)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrData, err)
	}
	if err := os.Remove(p.Out); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// Identifiers from a name, not from chance.
	sum := sha256.Sum256([]byte(p.Seed))
	id := fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	features := []string{"-O", dataFeatures, "-J", "size=4"}
	if p.Read {
		features = []string{"-O", readFeatures}
	}
	args := append([]string{"-q", "-F", "-t", "ext4", "-b", "4096", "-I", "256", "-m", "1", "-L", p.Label, "-U", id}, features...)
	args = append(args, "-e", "remount-ro", "-d", stage,
		"-E", "hash_seed="+id+",lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0,nodiscard", p.Out, fmt.Sprintf("%dk", p.Size>>10))
	if err := runTool(ctx, p.Epoch, mke2fs, args...); err != nil {
		return err
	}
	return settle(ctx, p.Out, names, p.Epoch)
}

// SettingsPartition is the medium of the profile and the merchant's keys for a board, with the files of a folder.
func SettingsPartition(board *Board, from, out string, epoch time.Time) Partition {
	return Partition{
		Out: out, From: from, Label: "settings", Seed: "smartpos settings " + board.Name, Size: settingsSize, Read: true, Epoch: epoch,
	}
}

// DataPartition is a board's data partition, with the files of a folder.
func DataPartition(board *Board, from, out string, epoch time.Time) Partition {
	return Partition{
		Out: out, From: from, Label: "smartpos", Seed: "smartpos data " + board.Name, Size: int64(board.DataSize) << 20, Epoch: epoch,
	}
}

// Extract copies the files of a data partition into a folder, as they are after a power cut: the file system's journal
// is replayed, in a copy.
func Extract(ctx context.Context, partition, dir string) error {
	debugfs, err := findTool("debugfs")
	if err != nil {
		return err
	}
	e2fsck, err := findTool("e2fsck")
	if err != nil {
		return err
	}
	scratch := filepath.Join(dir, ".partition")
	defer os.Remove(scratch)
	if err := copySparse(scratch, partition); err != nil {
		return fmt.Errorf("%w: %w", ErrData, err)
	}
	if err := mendTorn(scratch); err != nil {
		return fmt.Errorf("%w: %w", ErrData, err)
	}
	var exit *exec.ExitError
	if err := exec.CommandContext(ctx, e2fsck, "-p", scratch).Run(); err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		return fmt.Errorf("%w: e2fsck of %s: %w", ErrData, partition, err)
	}
	return runTool(ctx, time.Now(), debugfs, "-R", "rdump / \""+dir+"\"", scratch)
}

// mendTorn does what process 1 does with a superblock of which the power let one sector through.
func mendTorn(partition string) error {
	f, err := os.OpenFile(partition, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	p := make([]byte, boot.SuperblockEnd)
	if _, err := f.ReadAt(p, 0); err != nil {
		return err
	}
	fixed, torn := boot.TornSuperblock(p)
	if !torn {
		return nil
	}
	return boot.MendSuperblock(fixed, func(p []byte, off int64) error {
		_, err := f.WriteAt(p, off)
		return err
	})
}

// copySparse copies a file and leaves out what is zero.
func copySparse(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	block, zero := make([]byte, 64<<10), make([]byte, 64<<10)
	var at int64
	for {
		n, err := io.ReadFull(in, block)
		if n > 0 && !bytes.Equal(block[:n], zero[:n]) {
			if _, err := out.WriteAt(block[:n], at); err != nil {
				return err
			}
		}
		at += int64(n)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return out.Truncate(at)
		}
		if err != nil {
			return err
		}
	}
}

// copyTree copies a folder's plain files and folders, with times that mean nothing, and lists them.
func copyTree(to, from string, epoch time.Time) (names []string, err error) {
	if from != "" {
		err = filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
			if err != nil || name == from {
				return err
			}
			rel, err := filepath.Rel(from, name)
			if err != nil {
				return err
			}
			names = append(names, rel)
			if d.IsDir() {
				return os.Mkdir(filepath.Join(to, rel), 0o700)
			}
			if !d.Type().IsRegular() {
				return fmt.Errorf("%s is neither a file nor a folder", name)
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(to, rel), data, 0o600)
		})
	}
	for i := len(names) - 1; i >= 0 && err == nil; i-- { // files before their folders, whose time they would change
		err = os.Chtimes(filepath.Join(to, names[i]), epoch, epoch)
	}
	if err == nil {
		err = os.Chtimes(to, epoch, epoch)
	}
	return names, err
}

// settle makes root the owner of every file, whoever makes the partition, and sets the times that nobody can set on a file of
// the host: mke2fs takes them over.
func settle(ctx context.Context, image string, names []string, epoch time.Time) error {
	debugfs, err := findTool("debugfs")
	if err != nil {
		return err
	}
	script, err := os.CreateTemp("", "smartpos-debugfs-")
	if err != nil {
		return err
	}
	defer os.Remove(script.Name())
	for _, n := range names {
		if strings.ContainsAny(n, "\"\n") {
			script.Close()
			return fmt.Errorf("%w: a file named %q", ErrData, n)
		}
		const fields = "sif \"/%[1]s\" uid 0\nsif \"/%[1]s\" gid 0\nsif \"/%[1]s\" ctime @%[2]d\nsif \"/%[1]s\" atime @%[2]d\n"
		fmt.Fprintf(script, fields, filepath.ToSlash(n), epoch.Unix())
	}
	if err := script.Close(); err != nil {
		return err
	}
	return runTool(ctx, epoch, debugfs, "-w", "-f", script.Name(), image)
}

// findTool looks a tool up, also where only root's PATH leads.
func findTool(name string) (string, error) {
	if file, err := exec.LookPath(name); err == nil {
		return file, nil
	}
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if file := filepath.Join(dir, name); exec.Command(file, "-V").Run() == nil {
			return file, nil
		}
	}
	return "", fmt.Errorf("%w: there is no %s here: install e2fsprogs", ErrData, name)
}

func runTool(ctx context.Context, epoch time.Time, file string, args ...string) error {
	cmd := exec.CommandContext(ctx, file, args...)
	seconds := fmt.Sprint(epoch.Unix())
	cmd.Env = append(os.Environ(), "LC_ALL=C", "MKE2FS_CONFIG=/dev/null", "E2FSPROGS_FAKE_TIME="+seconds, "SOURCE_DATE_EPOCH="+seconds)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s: %w: %s", ErrData, filepath.Base(file), err, lastLines(string(out), 3))
	}
	return nil
}
