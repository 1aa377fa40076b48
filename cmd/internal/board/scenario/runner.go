package scenario

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/testscript"

	"smartpos/cmd/internal/board"
	"smartpos/txn/pay/paynet"
)

// Config says on what boards scenarios run.
type Config struct {
	Firmware string       // host: the firmware's binary
	Shim     []string     // host: what starts a traced program; see package disktrace
	Image    *board.Image // what machines boot; nil: boards are processes on this host
	TempDir  string       // where boards' folders are made; empty: the system's
	Patience float64      // multiplies every limit, for slow machines; 0 is 1
	Keep     bool         // boards' folders stay, to be looked at
	Pictures string       // folder for a sheet of each scenario's displays and papers, name.png; empty: none

	seed string // a sandbox's folder with keys, copied for each board: making keys is slow
}

// networkScale divides the network's own waits (time to type a password, life of a payment code).
const networkScale = 6

// TestProfile shortens the waits that cost a test time and prove nothing by their length. The official ones are
// the defaults of package device, where a test holds them.
var TestProfile = []string{
	"sale.show_expiry=20s",
	"sale.show_margin=5s",
	"sale.scan_window=10s",
	"sale.poll_show=150ms",
	"sale.poll_scan=150ms",
	"sale.scan_limit=3s",
	"sale.reverse_after=500ms",
	"sale.request_timeout=2s",
	"sale.refund_settle=1s",
	"networks.alipay.poll_first=150ms",
	"networks.alipay.poll_scan=150ms",
	"networks.alipay.scan_limit=3s",
}

// MachineProfile lengthens again what an emulated processor needs longer for: a TLS handshake takes it a second on a
// busy host.
var MachineProfile = []string{
	"sale.show_expiry=30s",
	"sale.poll_show=300ms",
	"sale.poll_scan=300ms",
	"sale.scan_limit=10s",
	"sale.request_timeout=8s",
	"networks.alipay.poll_first=300ms",
	"networks.alipay.poll_scan=300ms",
	"networks.alipay.scan_limit=10s",
}

// profile is what the boards of a run are set up with.
func (c *Config) profile() []string {
	if c.Image == nil {
		return TestProfile
	}
	return append(slices.Clone(TestProfile), MachineProfile...)
}

// Prepare makes what all boards of a run share. The returned function removes it.
func (c *Config) Prepare() (func(), error) {
	if _, err := os.Stat(c.Firmware); err != nil && c.Image == nil {
		return nil, fmt.Errorf("the firmware is missing: %w; build it with make build", err)
	}
	dir, err := os.MkdirTemp(c.TempDir, "posseed")
	if err != nil {
		return nil, err
	}
	remove := func() { _ = os.RemoveAll(dir) }
	net, err := paynet.Open(dir, paynet.Options{})
	if err == nil {
		err = net.Close()
	}
	if err != nil {
		remove()
		return nil, err
	}
	c.seed = dir
	return remove, nil
}

// Params returns how testscript runs scenario files: either those in dir or the files named.
func (c Config) Params(dir string, files []string) testscript.Params {
	return testscript.Params{
		Dir:       dir,
		Files:     files,
		Setup:     c.setup,
		Cmds:      verbs(),
		Condition: c.condition,
	}
}

// condition answers what a script asks of its board: [host], or [machine] for a board in QEMU.
func (c Config) condition(what string) (bool, error) {
	switch what {
	case "host":
		return c.Image == nil, nil
	case "machine":
		return c.Image != nil, nil
	}
	return false, fmt.Errorf("%w: there is no condition %q; there are host and machine", errUsage, what)
}

type sessionKey struct{}

// setup begins a scenario. Its end is checked and its board taken away when the script is over.
func (c Config) setup(env *testscript.Env) error {
	s := &session{cfg: c}
	override, err := os.ReadFile(filepath.Join(env.WorkDir, "profile.toml"))
	switch {
	case err == nil:
		s.overrides = append(s.overrides, string(override))
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	env.Values[sessionKey{}] = s
	t := env.T()
	env.Defer(func() {
		// A line that is no verb fails in testscript itself; there is no end to judge then either.
		if f, ok := t.(interface{ Failed() bool }); ok && f.Failed() {
			s.failed = true
		}
		err := errors.Join(s.develop(), s.finish())
		if err := s.close(); err != nil && !s.failed {
			t.Log("closing the board: ", err)
			t.FailNow()
		}
		if err != nil {
			t.Log(err)
			t.FailNow()
		}
	})
	return nil
}

func sessionOf(ts *testscript.TestScript) *session { return ts.Value(sessionKey{}).(*session) }
