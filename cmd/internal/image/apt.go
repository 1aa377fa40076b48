package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrApt is returned when packages can't be fetched; the text says what to do.
var ErrApt = errors.New("image: apt")

// apt runs Debian's package tools in a folder of its own.
type apt struct {
	dir  string // everything that apt writes
	arch Arch
	log  io.Writer
}

// newApt sets a private apt up in dir. It takes the system's sources, keyrings, proxies and pins, and nothing else:
// not its architectures, its package states, its caches or its hooks.
func newApt(dir string, arch Arch, log io.Writer) (*apt, error) {
	for _, tool := range []string{"apt-get", "apt-cache", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, fmt.Errorf("%w: there is no %s here. Kernels are Debian's, and its tools fetch and verify them: "+
				"build the image on Debian once, then copy the cache folder smartpos/kernels/%s from there", ErrApt, tool, arch)
		}
	}
	a := &apt{dir: dir, arch: arch, log: log}
	for _, d := range []string{"state/lists/partial", "cache/archives/partial", "log", "debs"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(a.path("state/status"), nil, 0o644); err != nil { // no package is installed here
		return nil, err
	}
	conf := fmt.Sprintf(`#clear APT::Architectures;
#clear APT::Update;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
APT::Architecture "%[1]s";
APT::Architectures { "%[1]s"; };
APT::Get::AllowUnauthenticated "false";
APT::Sandbox::User "root";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "3";
Acquire::http::Timeout "60";
Dir::State "%[2]s/state";
Dir::State::status "%[2]s/state/status";
Dir::Cache "%[2]s/cache";
Dir::Log "%[2]s/log";
`, arch.Debian(), dir)
	return a, os.WriteFile(a.path("apt.conf"), []byte(conf), 0o644)
}

func (a *apt) path(name string) string { return filepath.Join(a.dir, name) }

// update reads the indices. One source that fails is no error yet: what the others have may be enough, and apt
// hands out nothing that is not signed.
func (a *apt) update(ctx context.Context) {
	if _, err := a.run(ctx, "", "apt-get", "update"); err != nil {
		fmt.Fprintf(a.log, "apt-get update: %v\n(going on with the indices that did come)\n", err)
	}
}

// newest is the package that a metapackage of kernels depends on now: linux-image-6.1.0-50-armmp.
func (a *apt) newest(ctx context.Context, meta string) (string, error) {
	out, err := a.run(ctx, "", "apt-cache", "show", "--no-all-versions", meta)
	if err != nil {
		return "", fmt.Errorf("%w: no source has %s for %s. It is Debian's: do this machine's sources name Debian? (%v)",
			ErrApt, meta, a.arch.Debian(), err)
	}
	for line := range strings.Lines(out) {
		depends, ok := strings.CutPrefix(line, "Depends: ")
		if !ok {
			continue
		}
		for d := range strings.SplitSeq(depends, ",") {
			name, _, _ := strings.Cut(strings.TrimSpace(d), " ")
			if packageName.MatchString(name) {
				return name, nil
			}
		}
	}
	return "", fmt.Errorf("%w: %s depends on no kernel", ErrApt, meta)
}

// download fetches packages, verified, and returns their files.
func (a *apt) download(ctx context.Context, packages ...string) ([]string, error) {
	if _, err := a.run(ctx, a.path("debs"), "apt-get", append([]string{"download"}, packages...)...); err != nil {
		return nil, fmt.Errorf("%w: %s: %v", ErrApt, strings.Join(packages, ", "), err)
	}
	files, err := filepath.Glob(a.path("debs/*.deb"))
	if err == nil && len(files) != len(packages) {
		err = fmt.Errorf("%w: %d files for %d packages", ErrApt, len(files), len(packages))
	}
	return files, err
}

// run runs one of apt's tools and returns what it prints.
func (a *apt) run(ctx context.Context, dir, tool string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, tool, append([]string{"-q", "-c", a.path("apt.conf")}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%w: %s", err, complaint(errs.String()))
	}
	return out.String(), nil
}

// complaint is what apt says went wrong, without the hashes and servers that it lists below.
func complaint(s string) string {
	var errs []string
	for line := range strings.Lines(s) {
		if strings.HasPrefix(line, "E: ") {
			errs = append(errs, strings.TrimSpace(line))
		}
	}
	if len(errs) == 0 {
		return lastLines(s, 3)
	}
	return strings.Join(errs, " / ")
}

// lastLines is the end of a tool's complaint, as one line.
func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " / ")
}
