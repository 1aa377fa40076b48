package image

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"smartpos/cmd/internal/image/cpio"
	"smartpos/device/boot"
)

// Where an image keeps what is not the firmware's own.
const (
	fsckFile  = "sbin/e2fsck"
	certsFile = "etc/ssl/certs/ca-certificates.crt" // where Go looks for roots
	zoneFile  = "usr/share/zoneinfo/Asia/Shanghai"  // where Go looks for TZ=Asia/Shanghai
)

// initramfs is the first and only root file system: the firmware as /init and what it needs. extra files go in too,
// by their path without a leading slash.
func initramfs(k *Kernel, firmware []byte, modules []module, config boot.Config, extra map[string][]byte) ([]byte, error) {
	conf, err := config.Marshal()
	if err != nil {
		return nil, err
	}
	certs, err := rootCertificates(k)
	if err != nil {
		return nil, err
	}
	members := []cpio.Member{
		cpio.CharDevice("dev/console", 0o600, 5, 1), // the kernel opens it for process 1 before /dev is mounted
		cpio.CharDevice("dev/null", 0o666, 1, 3),
		cpio.Dir("proc", 0o755), cpio.Dir("sys", 0o755), cpio.Dir("run", 0o755), cpio.Dir("tmp", 0o777), cpio.Dir("data", 0o700),
		cpio.File("init", 0o755, firmware),
		cpio.File(strings.TrimPrefix(boot.ConfigFile, "/"), 0o644, conf),
		cpio.File("etc/hosts", 0o644, []byte("127.0.0.1 localhost\n")),
		cpio.File(certsFile, 0o644, certs),
		cpio.File(zoneFile, 0o644, boot.ZoneData()),
	}
	if config.Data.Fsck != "" {
		fsck, err := os.ReadFile(k.root("sbin/e2fsck.static"))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKernel, err)
		}
		members = append(members, cpio.File(strings.TrimPrefix(config.Data.Fsck, "/"), 0o755, fsck))
	}
	for _, m := range modules {
		members = append(members, cpio.File(path.Join(moduleDir, m.file), 0o644, m.data))
	}
	for name, data := range extra {
		members = append(members, cpio.File(name, 0o644, data))
	}
	return archive(members)
}

// archive writes members in order of their names, each after its folder.
func archive(members []cpio.Member) ([]byte, error) {
	have := map[string]bool{}
	for _, m := range members {
		if have[m.Name] {
			return nil, fmt.Errorf("%w: %s is there twice", cpio.ErrMember, m.Name)
		}
		have[m.Name] = true
	}
	for _, m := range slices.Clone(members) {
		for dir := path.Dir(m.Name); dir != "." && dir != "/" && !have[dir]; dir = path.Dir(dir) {
			have[dir] = true
			members = append(members, cpio.Dir(dir, 0o755))
		}
	}
	slices.SortFunc(members, func(a, b cpio.Member) int { return strings.Compare(a.Name, b.Name) })
	var out bytes.Buffer
	w := cpio.NewWriter(&out)
	for _, m := range members {
		if err := w.Write(m); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// rootCertificates are Mozilla's, as Debian packs them, in the order of their names.
func rootCertificates(k *Kernel) ([]byte, error) {
	files, err := filepath.Glob(k.root("usr/share/ca-certificates/mozilla/*.crt"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%w: the cache holds no root certificates", ErrKernel)
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var out bytes.Buffer
	for _, f := range files {
		pem, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		out.Write(append(bytes.TrimSpace(pem), '\n'))
	}
	return out.Bytes(), nil
}
